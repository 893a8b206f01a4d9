"""The levels that handle an incident: the school, its district, the city."""

from __future__ import annotations

from collections.abc import Iterable

from anyuan.core.keys import ancestors
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Role

RANK = {"school": 0, "district": 1, "city": 2}
NAMES = {"school": "学校", "district": "辖市区", "city": "市教育局"}
ROLES = {
    "school": [Role.PRINCIPAL, Role.SAFETY_OFFICER],
    "district": [Role.DISTRICT_SUPERVISOR],
    "city": [Role.BUREAU_SUPERVISOR],
}


def rank_of(by: Actor) -> int:
    """0 for a school's own people, 1 for the district's, 2 for the city's (and the system).

    A system's token has no role: its unit says which level it speaks for.
    """
    if by.role:
        return {Role.DISTRICT_SUPERVISOR: 1, Role.BUREAU_SUPERVISOR: 2}.get(Role(by.role), 0)
    kind = Unit.raw.filter(key=by.unit_key).values_list("kind", flat=True).first() or "city"
    return RANK.get(kind, 0)


def is_desk(by: Actor) -> bool:
    """Whether the actor sits at a duty desk above the school."""
    return rank_of(by) > 0


def units_above(unit: Unit) -> dict[str, list[str]]:
    """Level → the units of it whose people are told; a school directly under the city has no district."""
    keys = ancestors(unit.key)
    direct = Unit.raw.filter(key__in=keys, kind=Unit.Kind.DISTRICT).values_list("key", flat=True)
    districts = [key for key in direct if key != keys[0]]
    schools = [key for key in keys[1:] if key not in districts]
    return {"city": keys[:1], "district": districts, "school": schools}


def above_or_self(level: str, unit: Unit) -> str:
    """The level that manages: where a school has no district, the city does its part."""
    if level == "district" and not units_above(unit)["district"]:
        return "city"
    return level


def told(levels: Iterable[str], unit: Unit) -> list[tuple[list[str], list[Role]]]:
    """(units, roles) to tell, a level at a time; the district's part falls to the city where there is none."""
    above = units_above(unit)
    wanted = set(levels)
    if "district" in wanted and not above["district"]:
        wanted.add("city")
    return [
        (above[level], list(ROLES[level])) for level in RANK if level in wanted and above[level]
    ]
