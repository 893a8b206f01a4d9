"""What the command page and the big screen show of one post's units: running things first, from rows alone."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from anyuan.core.models import Record
from anyuan.domains.emergency.alerts import queries as alerts
from anyuan.domains.emergency.incidents import queries as incidents
from anyuan.domains.emergency.warnings import queries as warnings
from anyuan.domains.hazards.queries import open_counts
from anyuan.engines.indicators.queries import NOTHING, Rate, rates
from anyuan.engines.obligations.models import Point
from anyuan.engines.obligations.queries import current_policy
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Profile, Unit
from anyuan.org.permissions import Permission
from anyuan.web.boards import Span, tone_of

SHOWN = 6
WORST_POINTS = 5


@dataclasses.dataclass(frozen=True)
class Now:
    """The running things of the units below a post."""

    incidents: list[Any]
    counts: dict[str, int]
    alerts: list[Any]
    hazards: dict[str, int]
    drills: list[Record]
    roll_calls: list[Any]
    warnings: list[warnings.Running]


def now_of(by: Actor) -> Now:
    """Running incidents, alerts and today's drills: what changes by the minute."""
    running = incidents.filtered(by, {"state": "open"}).order_by("-record_id")[:SHOWN]
    found = list(running)
    for one in found:
        one.lateness = incidents.LATENESS.get(incidents.lateness(one))
    sent: list[Any] = []
    if by.may(Permission.ALERT_SEND):
        sent = list(alerts.sent(by, {"state": "running"}).order_by("-record_id")[:SHOWN])
        alerts.counts_of_many(sent)
    drills, roll_calls = _drills_and_roll_calls(by)
    return Now(
        found,
        incidents.counts(by),
        sent,
        open_counts(by) if by.may(Permission.HAZARD_READ) else {},
        drills,
        roll_calls,
        warnings.running(by, most=SHOWN),
    )


def _drills_and_roll_calls(by: Actor) -> tuple[list[Record], list[Any]]:
    """Today's drills and the roll calls that run, real ones first; the newest of each, by one statement."""
    wanted = Q(kind="drill", happened_on=timezone.localdate()) | Q(kind="rollcall", state="running")
    place = Window(RowNumber(), partition_by=[F("kind")], order_by=F("id").desc())
    rows = visible(Record, by).filter(wanted).exclude(state="void").annotate(place=place)
    found = list(rows.filter(place__lte=SHOWN).select_related("unit", "rollcall").order_by("-id"))
    calls = []
    for record in found:
        if record.kind == "rollcall":
            call = record.rollcall
            call.unit = record.unit
            calls.append(call)
    calls.sort(key=lambda call: not call.real)
    return [record for record in found if record.kind == "drill"], calls


@dataclasses.dataclass(frozen=True)
class Figures:
    """The rate of the whole, the points that stand lowest, and each division's rate."""

    whole: Rate
    low: list[tuple[Point, Rate]]
    divisions: list[tuple[Unit, float | None]]


def figures_of(by: Actor, span: Span, divisions: list[Unit]) -> Figures:
    """All of a page's figures by one asking."""
    points = list(Point.objects.filter(policy=current_policy()).order_by("number"))
    names = [f"point:{point.number}" for point in points]
    keys = [by.unit_key, *(one.key for one in divisions)]
    found = rates(by, keys, [*names, "point:0"], span.since, span.until)
    rows = [
        (point, found.get((by.unit_key, name), NOTHING))
        for point, name in zip(points, names, strict=True)
    ]
    low = sorted((row for row in rows if row[1].rate is not None), key=lambda row: row[1].rate or 0)
    return Figures(
        found.get((by.unit_key, "point:0"), NOTHING),
        low[:WORST_POINTS],
        [(one, found.get((one.key, "point:0"), NOTHING).rate) for one in divisions],
    )


def divisions_of(by: Actor) -> list[Unit]:
    """The divisions, for the map of who supervises; a school's own page needs none."""
    if not by.is_supervisor:
        return []
    return list(Unit.objects.within(by.units).filter(kind="district", state="active"))


def map_of(figures: Figures) -> dict[str, Any]:
    """The divisions with their rate, as the map takes them."""
    return {
        one.code: {"name": one.short_name, "rate": rate, "tone": tone_of(rate), "url": ""}
        for one, rate in figures.divisions
    }


def marks_of(found: list[Any]) -> list[list[Any]]:
    """[lat, lon, words, address] of incidents: where they are, else where their school is."""
    keys = [one.unit_id for one in found]
    places = {
        profile.unit_id: (profile.lat, profile.lon)
        for profile in Profile.objects.filter(unit_id__in=keys, lon__isnull=False)
    }
    marks = []
    for one in found:
        lat, lon = (
            (one.lat, one.lon) if one.lat is not None else places.get(one.unit_id, (None, None))
        )
        if lat is not None and lon is not None:
            words = f"{one.unit.name}：{one.kind_spec.title}"
            marks.append([float(lat), float(lon), words, str(one.pk)])
    return marks
