"""Which of our units a CAP area means: codes of divisions and schools, shapes over schools, names."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from anyuan.core.keys import subtree
from anyuan.domains.emergency.alerts.audience import topmost
from anyuan.domains.emergency.warnings.cap.datum import to_wgs84
from anyuan.domains.emergency.warnings.cap.geometry import has_shape, inside
from anyuan.domains.emergency.warnings.cap.message import Area
from anyuan.domains.emergency.warnings.content import content
from anyuan.org.models import Profile, Unit

DIVISION = 6  # digits of GB/T 2260; longer codes name a part of it
LONGEST = 12


@dataclasses.dataclass(frozen=True)
class Place:
    """A unit as matching needs it."""

    key: str
    code: str
    kind: str
    name: str
    short_name: str


@dataclasses.dataclass(frozen=True)
class Found:
    """`units`: keys, none below another. `ours`: False where the areas are surely somebody else's."""

    units: list[str]
    ours: bool


def resolve(areas: Sequence[Area], unit: Unit) -> Found:
    """The active units at or below `unit` that the areas mean; two queries."""
    rows = Unit.objects.within(subtree(unit.key)).filter(state=Unit.State.ACTIVE)
    places = [Place(*row) for row in rows.values_list("key", "code", "kind", "name", "short_name")]
    keys: set[str] = set()
    certain = False
    for area in areas:
        for name, value in area.geocodes:
            found = _by_code(name, value, places)
            certain = certain or found is not None
            keys |= set(found or ())
    if has_shape(areas):
        certain = True
        keys |= _by_shape(areas, unit)
    if not keys and not certain:
        keys |= {one.key for area in areas for one in _by_name(area.words, places)}
    return Found(topmost(sorted(keys)), ours=bool(keys) or not certain)


def _by_code(name: str, value: str, places: Sequence[Place]) -> list[str] | None:
    """Keys that a geocode means; [] for another place's; None for a system that we do not know."""
    code = value.strip().upper()
    if name.strip().lower() in content().words["unit_codes"]:
        return [one.key for one in places if one.code == code]
    if not code.isdigit() or not DIVISION <= len(code) <= LONGEST:
        return None
    division = code[:DIVISION]
    return [one.key for one in places if _covers(division, one)]


def _covers(division: str, place: Place) -> bool:
    """Whether a division's code means the whole of a unit: 320000 a city in it, 320400 its districts."""
    if place.kind not in {Unit.Kind.CITY, Unit.Kind.DISTRICT} or not place.code.isdigit():
        return False
    start = division.rstrip("0")
    start = division[: len(start) + len(start) % 2]  # codes come in pairs of digits: 32|04|12
    return place.code.startswith(start)


def _by_shape(areas: Sequence[Area], unit: Unit) -> set[str]:
    """Schools one of whose places lies inside; a campus stands for its school."""
    rows = Profile.objects.within(subtree(unit.key)).filter(
        lon__isnull=False, lat__isnull=False, unit__state=Unit.State.ACTIVE
    )
    found = set()
    facts = rows.values_list("unit_id", "unit__kind", "unit__parent_id", "lat", "lon", "datum")
    for key, kind, parent, lat, lon, datum in facts:
        if inside(to_wgs84(float(lat), float(lon), datum), areas):
            found.add(parent if kind == Unit.Kind.CAMPUS else key)
    return found


def _by_name(words: str, places: Sequence[Place]) -> Iterable[Place]:
    """Divisions named in the words; the city only where no district is."""
    named = [
        one for one in places
        if one.kind in {Unit.Kind.CITY, Unit.Kind.DISTRICT}
        and ((one.short_name and one.short_name in words) or one.name in words)
    ]  # fmt: skip
    districts = [one for one in named if one.kind == Unit.Kind.DISTRICT]
    return districts or named
