"""What can be told of a drill without asking people: its title, goal, deadline and where it stands."""

from __future__ import annotations

import datetime

from django.utils import timezone

from anyuan.core.periods import add_working_days
from anyuan.domains.emergency.drills.models import Drill
from anyuan.engines.obligations.numbers import number_values, values_of
from anyuan.org.models import Profile, Unit

LITTLE_ONES = {"primary", "kindergarten", "special"}


def title_of(drill: Drill) -> str:
    return f"{drill.get_kind_display()}（{drill.get_mode_display()}）"


def goal_seconds(unit: Unit, floors: int | None = None) -> int | None:
    """The aim for getting everyone out, from the pack; None for a unit that is no school.

    By the building where its floors are known to be few, else by the stage.
    """
    try:
        profile = unit.profile
    except Profile.DoesNotExist:
        profile = None
    if profile is None:
        return None
    numbers = values_of(
        "drill_low_floors", "drill_goal_low_building", "drill_goal_primary", "drill_goal_secondary"
    )
    if floors is not None and floors < numbers["drill_low_floors"][0]:
        return int(numbers["drill_goal_low_building"][0])
    key = "drill_goal_primary" if LITTLE_ONES & set(profile.stages) else "drill_goal_secondary"
    return int(numbers[key][0])


def report_due(held_on: datetime.date) -> datetime.date:
    """The day by which the report of a drill has to be there."""
    return add_working_days(held_on, int(number_values("drill_report_working_days")[0]))


def computed_rating(marks: list[tuple[int, int, int | None]]) -> int | None:
    """Of (weight, highest mark, mark given or None where it does not apply) the score out of 100.

    Rounded half up; None where nothing applies. Pure.
    """
    asked = [(weight, most, value) for weight, most, value in marks if value is not None]
    whole = sum(weight for weight, _most, _value in asked)
    if not whole:
        return None
    # One exact fraction: sum(weight × value / most) / whole × 100, rounded half up in whole numbers.
    top, bottom = 0, 1
    for weight, most, value in asked:
        top, bottom = top * most + weight * value * bottom, bottom * most
    return (200 * top + bottom * whole) // (2 * bottom * whole)


def report_late(drill: Drill) -> bool:
    """Whether the report came, or is still to come, after its day."""
    if drill.report_due_on is None:
        return False
    day = timezone.localdate(drill.reported_at) if drill.reported_at else timezone.localdate()
    return day > drill.report_due_on
