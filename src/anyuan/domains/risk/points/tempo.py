"""How often a point's controls are looked after: as its colour asks, or oftener where a control asks."""

from __future__ import annotations

from django.utils import timezone

from anyuan.domains.risk.points.models import RiskPoint
from anyuan.domains.risk.points.numbers import next_check


def days_of(point: RiskPoint) -> int | None:
    """The shortest interval that the colour or one of the controls asks; None before it is graded."""
    colour = point.colour_spec
    if colour is None:
        return None
    asked = point.controls.filter(active=True, every__isnull=False).values_list("every", flat=True)
    return min([colour.days, *(one for one in asked if one is not None)])


def set_tempo(point: RiskPoint) -> None:
    """Write the interval; a next check that is now too far away comes nearer."""
    point.check_days = days_of(point)
    if point.check_days is not None and point.next_check_on is not None:
        latest = next_check(timezone.localdate(), point.check_days)
        point.next_check_on = min(point.next_check_on, latest)
    point.save(update_fields=["check_days", "next_check_on"])


def begin_checks(point: RiskPoint) -> None:
    """The point comes under control: the first check is due one interval from today, or as before."""
    point.check_days = days_of(point)
    assert point.check_days is not None  # noqa: S101 -- only graded points come under control
    due = next_check(timezone.localdate(), point.check_days)
    point.next_check_on = min(point.next_check_on or due, due)
    point.save(update_fields=["check_days", "next_check_on"])
