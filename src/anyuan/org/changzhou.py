"""The real divisions of Changzhou: codes by GB/T 2260, centres for maps, and a service that makes them.

The economic development zone has no GB/T 2260 code of its own; 320491 is internal to this system and is
marked so. Centres are seats of government, WGS-84 degrees, to about a kilometre.
"""

from __future__ import annotations

import dataclasses

from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit
from anyuan.org.services import add_unit, found_city


@dataclasses.dataclass(frozen=True)
class Division:
    code: str
    name: str
    short_name: str
    lon: float
    lat: float
    # False for the economic zone, whose code is this system's own.
    official: bool = True

    @property
    def bureau(self) -> str:
        """The education authority of the division, as the unit is called."""
        return f"{self.name}教育局" if self.official else f"{self.name}社会事业局"


CITY = Division("320400", "常州市", "常州市", 119.974, 31.811)
DISTRICTS = (
    Division("320402", "天宁区", "天宁区", 119.974, 31.780),
    Division("320404", "钟楼区", "钟楼区", 119.902, 31.802),
    Division("320411", "新北区", "新北区", 119.972, 31.831),
    Division("320412", "武进区", "武进区", 119.942, 31.701),
    Division("320413", "金坛区", "金坛区", 119.598, 31.723),
    Division("320481", "溧阳市", "溧阳市", 119.484, 31.416),
    Division("320491", "常州经济开发区", "经开区", 120.061, 31.741, official=False),
)


def make_city() -> tuple[Unit, dict[str, Unit]]:
    """The bureau and its seven districts by code; called in a scope that holds the whole tree."""
    city = found_city(
        f"{CITY.code}.", by=SYSTEM, code=CITY.code, name=CITY.bureau, short_name=CITY.short_name
    )
    districts = {
        one.code: add_unit(
            city,
            by=SYSTEM,
            code=one.code,
            name=one.bureau,
            short_name=one.short_name,
            kind=Unit.Kind.DISTRICT,
        )
        for one in DISTRICTS
    }
    return city, districts
