"""The real divisions of Changzhou: names, codes of GB/T 2260, and the bureau's tree of districts."""

from __future__ import annotations

from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit
from anyuan.org.services import add_unit

CITY_CODE = "320400"
# 320491 is an internal code: the economic zone is no county-level division of GB/T 2260.
DIVISIONS = {
    "320402": ("天宁区", "天宁区教育局"),
    "320404": ("钟楼区", "钟楼区教育局"),
    "320411": ("新北区", "新北区教育局"),
    "320412": ("武进区", "武进区教育局"),
    "320413": ("金坛区", "金坛区教育局"),
    "320481": ("溧阳市", "溧阳市教育局"),
    "320491": ("经开区", "常州经济开发区教育办"),
}


def make_city() -> tuple[Unit, dict[str, Unit]]:
    """The bureau and its seven districts (code → unit). Runs inside a scope over everything."""
    city = Unit(
        key=f"{CITY_CODE}.",
        code=CITY_CODE,
        kind=Unit.Kind.CITY,
        name="常州市教育局",
        short_name="常州市",
    )
    city.save(force_insert=True)
    districts = {
        code: add_unit(
            city, by=SYSTEM, code=code, name=name, short_name=short, kind=Unit.Kind.DISTRICT
        )
        for code, (short, name) in DIVISIONS.items()
    }
    return city, districts
