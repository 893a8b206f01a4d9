"""Reading incidents: the list as filtered, one with all that its page shows, what waits for somebody."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.emergency.incidents import clock
from anyuan.domains.emergency.incidents.content import kind_of, level_of
from anyuan.domains.emergency.incidents.models import (
    Entry,
    Incident,
    Injured,
    Report,
    RescueCard,
    Source,
    Task,
    TaskState,
)
from anyuan.domains.emergency.incidents.timeline import broken
from anyuan.engines.cases import registry
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of

SELECT = (
    "unit__parent__parent", "unit__profile", "chain", "record__case", "record__created_by", "received_by", "confirmed_by",
)  # fmt: skip
LATENESS = {
    clock.IN_TIME: ("按时报告", "green", "clock-check"),
    clock.WAITING: ("报告中", "azure", "clock"),
    clock.LATE: ("迟报", "red", "clock-exclamation"),
    clock.OVER_CAP: ("超过最长时限", "red", "clock-x"),
    clock.HIDDEN: ("学校未报，疑似漏报瞒报", "red", "eye-off"),
}


def filtered(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Incidents the actor sees, by the filter of the list's address; unknown values match nothing."""
    rows = visible(Incident, by).select_related("unit", "record__case", "record__created_by")
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError:
            return rows.none()
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("level"):
        rows = rows.filter(Q(level=wanted["level"]) | Q(level="", proposed=wanted["level"]))
    if state := wanted.get("state"):
        if state in {"open", *registry.get("incident").open_states}:
            rows = rows.filter(record__case__closed_at__isnull=True)
        if state != "open":
            rows = rows.filter(record__case__state=state)
    if wanted.get("since"):
        rows = rows.filter(record__happened_on__gte=wanted["since"])
    if wanted.get("until"):
        rows = rows.filter(record__happened_on__lte=wanted["until"])
    if wanted.get("late"):
        rows = rows.filter(_late(wanted["late"], timezone.now()))
    if words := (wanted.get("q") or "").strip():
        rows = rows.filter(
            Q(number__icontains=words) | Q(place__icontains=words) | Q(summary__icontains=words)
            | Q(unit__name__icontains=words)
        )  # fmt: skip
    return rows


def late_rows(now: datetime.datetime) -> Q:
    """Reported late or not at all, as `clock.lateness` says it of one."""
    told = Q(told_at__gt=F("told_due_at")) | Q(told_at__isnull=True, told_due_at__lt=now)
    written = Q(written_at__gt=F("written_due_at")) | Q(written_at__isnull=True, written_due_at__lt=now)  # fmt: skip
    return Q(must_report=True) & (~Q(source=Source.SCHOOL) | told | written)


def due_rows() -> Q:
    """A report is to be sent: the first, the next one or the final one."""
    return Q(must_report=True) & (
        Q(written_at__isnull=True) | Q(follow_due_at__isnull=False)
        | Q(final_due_at__isnull=False, final_at__isnull=True)
    )  # fmt: skip


def _late(which: str, now: datetime.datetime) -> Q:
    if which == "must":
        return Q(must_report=True)
    alive = ~Q(record__state="void")
    return alive & (late_rows(now) if which == "late" else due_rows())


def counts(by: Actor) -> dict[str, int]:
    """Open ones the actor sees, those that wait for the desk, with a report due, late this year. One query."""
    now = timezone.now()
    year = timezone.localdate().replace(month=1, day=1)
    open_ones = Q(record__case__closed_at__isnull=True)
    alive = ~Q(record__state="void")
    found: dict[str, int] = visible(Incident, by).aggregate(
        open=Count("pk", filter=open_ones),
        waiting=Count("pk", filter=open_ones & Q(received_at__isnull=True)),
        due=Count("pk", filter=alive & due_rows()),
        late=Count("pk", filter=alive & late_rows(now) & Q(record__happened_on__gte=year)),
    )
    return found


_ON_LIST = Subquery(
    Injured.raw.filter(incident=OuterRef("pk")).order_by().values("incident").values(
        kept=JSONObject(
            all=Count("pk"), serious=Count("pk", filter=Q(serious=True)),
            told=Count("pk", filter=Q(guardian_told_at__isnull=False)),
        )
    )
)  # fmt: skip


def one(by: Actor, pk: Any) -> Incident:
    """One incident with what its page needs (`on_list`: see `people_count`); Missing for a stranger."""
    incident: Incident | None = (
        visible(Incident, by)
        .filter(pk=pk)
        .select_related(*SELECT)
        .annotate(on_list=_ON_LIST)
        .first()
    )
    if incident is None:
        raise Missing
    return incident


def one_near(by: Actor, pk: Any) -> Incident:
    """As `one`; also for anybody at the school who may report: a guard leads the ambulance in."""
    if by.may(Permission.INCIDENT_READ):
        return one(by, pk)
    rows = Incident.objects.within(by.units).filter(pk=pk).select_related(*SELECT)
    found = rows.first() if by.may(Permission.INCIDENT_REPORT) else None
    if found is None:
        raise Missing
    return found


def lateness(incident: Incident) -> str:
    """Late, in time, still to come; empty where it need not be reported."""
    if not incident.must_report or incident.record.state == "void":
        return ""
    return clock.lateness(
        incident.moments, timezone.now(), found_above=incident.source != Source.SCHOOL
    )


def marks(incident: Incident) -> list[dict[str, Any]]:
    """The limits that count for it, as the page shows them."""
    if not incident.must_report or incident.record.state == "void":
        return []
    now = timezone.now()
    return [
        {
            "mark": mark,
            "state": mark.state(now),
            "left": mark.minutes_left(now),
        }
        for mark in clock.marks(incident.moments)
    ]


def timeline_of(incident: Incident) -> tuple[list[Entry], str]:
    """The lines, the newest first, and what is wrong with them (empty where they hold)."""
    lines = list(Entry.objects.filter(incident=incident).order_by("seq"))
    return lines[::-1], broken(lines, incident.chain)


def tasks_of(incident: Incident) -> list[Task]:
    """Open ones first, by when they are due."""
    rows = Task.objects.filter(incident=incident).order_by(F("due_at").asc(nulls_last=True), "made_at")  # fmt: skip
    return sorted(rows, key=lambda task: task.state != TaskState.OPEN)


def reports_of(incident: Incident) -> list[Report]:
    rows = Report.objects.filter(incident=incident).select_related("receipt")
    return list(rows.order_by("number"))


def report_of(by: Actor, pk: Any) -> Report:
    report: Report = get_visible(
        Report, by, pk=pk, select=("incident__record__case", "incident__unit", "receipt")
    )
    return report


def last_report(incident: Incident) -> Report | None:
    found: Report | None = Report.objects.filter(incident=incident).order_by("-number").first()
    return found


def people_count(incident: Incident) -> dict[str, int]:
    """How many are on the list of the injured; numbers, for everybody who sees the incident."""
    found: dict[str, int] | None = incident.on_list  # type: ignore[attr-defined]  # put there by `one`
    return found or {"all": 0, "serious": 0, "told": 0}


def people_of(incident: Incident) -> list[Injured]:
    """The list itself: ask `why_sealed` and log the reading before."""
    return list(Injured.objects.filter(incident=incident).order_by("-serious", "added_at"))


def injured_one(by: Actor, pk: Any) -> Injured:
    person: Injured = get_visible(
        Injured, by, pk=pk, select=("incident__record__case", "incident__unit")
    )
    return person


def card_of(unit: Unit) -> RescueCard | None:
    """The unit's card; a campus without one uses its school's."""
    found = {card.unit_id: card for card in RescueCard.objects.filter(unit_id__in=[unit.key, unit.parent_key])}  # fmt: skip
    return found.get(unit.key) or found.get(unit.parent_key)


def people_at(unit: Unit) -> list[tuple[int, str]]:
    """Whom a task can be given to: everybody with a post at the school."""
    return [(post.person_id, f"{post.person.name}（{post.get_role_display()}）") for post in staff_of(unit)]  # fmt: skip


def mine(by: Actor) -> dict[str, Any]:
    """What the actor reported, and what they are asked to do; for people who do not see the list."""
    reported = (
        Incident.objects.within(by.units)
        .filter(record__created_by=by.person_id)
        .select_related("unit", "record__case")
        .order_by("-record_id")[:20]
    )
    tasks = (
        Task.objects.within(by.units)
        .filter(owner=by.person_id, state=TaskState.OPEN)
        .select_related("incident__record", "incident__unit")
        .order_by("made_at")
    )
    return {"reported": list(reported), "tasks": list(tasks)}


def task_of(by: Actor, pk: Any) -> Task:
    """A task for who commands, or for its owner."""
    rows = Task.objects.within(by.units).filter(pk=pk).select_related("incident__record__case")
    if not by.may(Permission.INCIDENT_READ):
        rows = rows.filter(owner=by.person_id)
    found: Task | None = rows.first()
    if found is None:
        raise Missing
    return found


def today_card(by: Actor) -> dict[str, Any] | None:
    """On 今日: the big button, one's own tasks, and for who commands the open incidents."""
    if by.is_supervisor or not by.may(Permission.INCIDENT_REPORT):
        return None
    tasks = Task.objects.within(by.units).filter(owner=by.person_id, state=TaskState.OPEN)
    may_read = by.may(Permission.INCIDENT_READ)
    running = visible(Incident, by).filter(record__case__closed_at__isnull=True)
    running = running.select_related("record__case", "unit").order_by("-record_id")
    # Tasks belong to running incidents: whoever sees these is told of the tasks by the same query.
    count = tasks.order_by().values("owner").annotate(n=Count("pk")).values("n")
    found = list(running.annotate(own_tasks=Subquery(count))[:5]) if may_read else []
    told = (found[0].own_tasks or 0) if found else 0
    return {
        "tasks": told if may_read else tasks.count(),
        "open": found,
        "may_read": may_read,
    }


def filter_words(wanted: Mapping[str, Any]) -> str:
    """The filter in words, for the line on an export."""
    words = []
    if wanted.get("kind"):
        words.append(kind_of(wanted["kind"]).title)
    if found := level_of(wanted.get("level") or ""):
        words.append(found.title)
    if wanted.get("state"):
        loop = registry.get("incident")
        words += [s.label for s in loop.states if s.key == wanted["state"]] or ["未结束"]
    names = {"due": "有报告要交", "late": "迟报、漏报", "must": "须上报"}
    if wanted.get("late") in names:
        words.append(names[wanted["late"]])
    if wanted.get("since") or wanted.get("until"):
        words.append(f"{wanted.get('since') or '…'} 至 {wanted.get('until') or '…'}")
    if wanted.get("q"):
        words.append(f"含“{wanted['q']}”")
    if wanted.get("unit"):
        words.append(f"单位 {wanted['unit']}")
    return "、".join(words) or "全部"
