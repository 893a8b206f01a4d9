"""Reading traces and findings: who runs one sees all of it, whom it concerns sees what was served."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from anyuan.core.models import Record
from anyuan.core.refused import Missing
from anyuan.domains.risk.tracing.collecting import Frame, posts_then_rows
from anyuan.domains.risk.tracing.models import Finding, Item, Opinion, Panelist, Section, Trace
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role

SELECT = ("unit", "about", "cause", "record__case", "record__created_by")


def traces(by: Actor) -> QuerySet[Any]:
    """The traces that the actor's office or one below runs."""
    return (
        visible(Trace, by)
        .select_related(*SELECT)
        .annotate(found=Count("findings", distinct=True))
        .order_by("-record_id")
    )


def findings_for(by: Actor) -> QuerySet[Any]:
    """Served findings on one's own unit and below: all for a head and the offices, else one's own."""
    rows = visible(Finding, by).filter(served_at__isnull=False).select_related("unit")
    if not (by.may(Permission.TRACE_RUN) or by.role == Role.PRINCIPAL):
        rows = rows.filter(person_id=by.person_id)
    return rows.order_by("-served_at", "pk")


def finding_for(by: Actor, pk: uuid.UUID) -> Finding:
    """One finding to read: as `findings_for`, and not yet served ones for those who run the trace."""
    found: Finding | None = (
        visible(Finding, by).select_related("unit", "run_by").filter(pk=pk).first()
    )
    if found is None:
        raise Missing
    runs = by.may(Permission.TRACE_RUN) and by.units.holds(found.run_by_id)
    if not runs and not findings_for(by).filter(pk=pk).exists():
        raise Missing
    return found


@dataclasses.dataclass(frozen=True)
class Part:
    """A section of the evidence with its items."""

    section: Section
    items: list[Item]


def evidence(trace: Trace) -> list[Item]:
    """All items with their files, in order."""
    rows = Item.objects.filter(trace=trace).select_related("record").prefetch_related("files")
    return list(rows.order_by("seq"))


def parts_of(items: list[Item]) -> list[Part]:
    return [
        Part(section, held)
        for section in Section
        if (held := [item for item in items if item.section == section])
    ]


def findings_of(trace: Trace) -> list[Finding]:
    """The findings with the panel's opinions, in the order in which they were written."""
    opinions = Opinion.objects.select_related("person").order_by("at")
    rows = Finding.objects.filter(trace=trace).select_related("unit")
    return list(rows.prefetch_related(Prefetch("opinions", opinions)).order_by("pk"))


def seats() -> QuerySet[Panelist]:
    """Members of panels with their names, the leader first."""
    rows: QuerySet[Panelist] = Panelist.objects.select_related("person")
    return rows.order_by("-lead", "person__name")


def subjects(trace: Trace) -> list[tuple[str, str]]:
    """Whom a finding may be about: the school and the offices above it, and who held a post then."""
    frame = Frame(trace.about, trace.moment, trace.since)
    rows, names, units = posts_then_rows(frame)
    found = [(f"{key}|", name) for key, name in units.items()]
    found += [
        (f"{row.unit_id}|{row.person_id}", f"{units[row.unit_id]} {Role(row.role).label} {names[row.person_id]}")
        for row in rows
        if row.person_id in names
    ]  # fmt: skip
    return found


def subject_facts(trace: Trace, value: str) -> dict[str, Any]:
    """What `write_finding` needs of a chosen subject (a value of `subjects`)."""
    key, _sep, person = value.partition("|")
    unit = Unit.objects.get(key=key)
    if not person:
        return {"unit": unit}
    rows, names, _units = posts_then_rows(Frame(trace.about, trace.moment, trace.since))
    post = next(row for row in rows if str(row.person_id) == person and row.unit_id == key)
    return {
        "unit": unit, "person_id": post.person_id, "person_name": names[post.person_id],
        "post_name": Role(post.role).label,
    }  # fmt: skip


def of_incident(record: Record, by: Actor) -> dict[str, Any] | None:
    """What stands beside an incident: its traces, or the way to start one."""
    if record.kind != "incident" or not by.may(Permission.TRACE_RUN):
        return None
    rows = visible(Trace, by).filter(cause=record).select_related("record__case", "unit")
    found = list(rows.order_by("record_id"))
    running = any(one.unit_id == by.unit_key and one.voided_at is None for one in found)
    return {"record": record, "traces": found, "running": running}
