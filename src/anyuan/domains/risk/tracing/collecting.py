"""The evidence of a trace: what the system knew at the moment of the incident, section by section.

Everything comes from what every domain leaves: records with their history, posts, duties, messages.
Each section is a fixed number of statements, however much there is.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import kinds
from anyuan.core.asof import as_of, states_of
from anyuan.core.keys import ancestors
from anyuan.core.models import File, Record
from anyuan.domains.risk.tracing.models import Section, Trace
from anyuan.engines.cases import registry
from anyuan.engines.notices.models import Notification
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.models import Person, Post, Unit
from anyuan.org.permissions import Role

# Posts that answer for a school's safety, at the school and above it.
ANSWERING = (
    Role.BUREAU_SUPERVISOR, Role.DISTRICT_SUPERVISOR, Role.PRINCIPAL, Role.SAFETY_OFFICER,
    Role.TEACHER, Role.GUARD,
)  # fmt: skip
# The records of a trace itself, and of the incident, are no evidence of what was done before it.
LEFT_OUT = {"trace", "incident"}


@dataclasses.dataclass(frozen=True)
class Kept:
    """A file as it lay there: its name, size in bytes, hash."""

    name: str
    size: int
    sha256: str
    uploaded_at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Piece:
    """One piece of evidence before it is written."""

    section: str
    title: str
    stood: str = ""
    who: str = ""
    unit_name: str = ""
    day: datetime.date | None = None
    record_id: uuid.UUID | None = None
    files: tuple[Kept, ...] = ()


@dataclasses.dataclass(frozen=True)
class Frame:
    """What is looked at: the school, the moment and the day it fell on, from which day on."""

    unit: Unit
    moment: datetime.datetime
    since: datetime.date

    @property
    def day(self) -> datetime.date:
        return timezone.localdate(self.moment)


def collect(trace: Trace) -> list[Piece]:
    """All evidence, in reading order."""
    frame = Frame(trace.about, trace.moment, trace.since)
    records = _records(frame)
    parts = (
        posts_then(frame),
        duties_then(frame),
        open_then(frame, records),
        records_then(frame, records, own=True),
        records_then(frame, records, own=False),
        notices_then(frame),
        written_later(frame, trace.cause_id),
    )
    return [piece for part in parts for piece in part]


def posts_then_rows(frame: Frame) -> tuple[list[Any], dict[int, str], dict[str, str]]:
    """Posts held at the school and above it at the moment, with the names of people and of units."""
    keys = ancestors(frame.unit.key)
    ever = Post.raw.filter(unit_id__in=keys).values("pk")
    rows = (
        as_of(Post, frame.moment, among=ever)
        .filter(unit_id__in=keys, role__in=ANSWERING, since__lte=frame.day)
        .filter(Q(until__isnull=True) | Q(until__gte=frame.day))
    )
    held = list(rows)
    people = {row.person_id for row in held}
    names = dict(Person.objects.filter(pk__in=people).values_list("pk", "name"))
    units = dict(Unit.raw.filter(key__in=keys).order_by("-key").values_list("key", "name"))
    place = {str(role): n for n, role in enumerate(ANSWERING)}
    held.sort(key=lambda row: (place[row.role], names.get(row.person_id, "")))
    return held, names, units


def posts_then(frame: Frame) -> Iterator[Piece]:
    """Who held which post at the school and above it."""
    rows, names, units = posts_then_rows(frame)
    for row in rows:
        yield Piece(
            Section.POSTS, Role(row.role).label, who=names.get(row.person_id, ""),
            stood=_("%(day)s起任职") % {"day": row.since.isoformat()}, unit_name=units[row.unit_id],
            day=row.since,
        )  # fmt: skip


def duties_then(frame: Frame) -> Iterator[Piece]:
    """Each rule that bound the school: how many duties were due, done in time, late, not done by then.

    A duty whose record was written down after the incident stood undone at that time.
    """
    due = Obligation.objects.filter(
        unit_id=frame.unit.key, due_on__gte=frame.since, due_on__lte=frame.day
    )
    waived = Q(waived_at__isnull=False, waived_at__lte=frame.moment)
    done = Q(filed_on__isnull=False, filed_on__lte=frame.day) & ~waived
    rows = (
        due.values("rule_id", "rule__title", "point")
        .annotate(
            owed=Count("pk", filter=~waived),
            met=Count("pk", filter=done & Q(state=Obligation.State.MET)),
            late=Count("pk", filter=done & ~Q(state=Obligation.State.MET)),
            afterwards=Count("pk", filter=Q(filed_on__gt=frame.day) & ~waived),
            last=Max("due_on"),
        )
        .order_by("point", "rule_id")
    )
    for row in rows:
        missed = row["owed"] - row["met"] - row["late"]
        words = [_("应完成 %(n)d 次") % {"n": row["owed"]}, _("按时 %(n)d 次") % {"n": row["met"]}]
        if row["late"]:
            words.append(_("逾期完成 %(n)d 次") % {"n": row["late"]})
        if missed:
            words.append(_("未完成 %(n)d 次") % {"n": missed})
        if row["afterwards"]:
            words.append(_("其中 %(n)d 次在事后补办") % {"n": row["afterwards"]})
        yield Piece(
            Section.DUTIES, _("第%(point)d点：%(title)s") % {"point": row["point"], "title": row["rule__title"]},
            stood="，".join(words), unit_name=frame.unit.name, day=row["last"],
        )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Then:
    """A record with what it said at the moment."""

    record: Record
    title: str
    state: str
    counts: bool


def _records(frame: Frame) -> list[_Then]:
    """Records of the school that had been written down by the moment, as they stood, oldest first."""
    known = (
        Record.objects.filter(unit_id=frame.unit.key, created_at__lte=frame.moment)
        .filter(happened_on__gte=frame.since, happened_on__lte=frame.day)
        .exclude(kind__in=LEFT_OUT)
        .select_related("created_by", "done_by")
        .order_by("happened_on", "pk")
    )
    then = states_of(
        as_of(Record, frame.moment, among=known.values("pk")), "title", "state", "counts"
    )
    return [_Then(record, *then[record.pk]) for record in known if record.pk in then]


def open_then(frame: Frame, records: Iterable[_Then]) -> Iterator[Piece]:
    """Hazards, faults and other loops that were not closed."""
    loops = registry.all_loops()
    for one in records:
        loop = loops.get(one.record.kind)
        state = next((s for s in loop.states if s.key == one.state), None) if loop else None
        if state is not None and not state.final:
            yield _piece(Section.OPEN, frame, one, state.label)


def records_then(frame: Frame, records: Iterable[_Then], *, own: bool) -> Iterator[Piece]:
    """What the school did (or others did at the school), kind by kind; many of a kind become one piece."""
    most = int(number_values("trace_list_most")[0])
    groups: dict[str, list[_Then]] = defaultdict(list)
    for one in records:
        if one.counts and (one.record.done_by_id == frame.unit.key) == own:
            groups[one.record.kind].append(one)
    section = Section.RECORDS if own else Section.ABOVE
    files = _files_of(
        [one.record for group in groups.values() if len(group) <= most for one in group],
        frame.moment,
    )
    for kind, group in sorted(groups.items()):
        if len(group) > most:
            yield _summed(section, frame, kind, group)
            continue
        for one in group:
            yield dataclasses.replace(
                _piece(section, frame, one, _said(one)),
                files=tuple(files.get(one.record.pk, ())),
            )


def _summed(section: str, frame: Frame, kind: str, group: list[_Then]) -> Piece:
    first, last = group[0].record, group[-1].record
    words = _("%(since)s 至 %(until)s 共 %(n)d 次，最近一次：%(title)s") % {
        "since": first.happened_on.isoformat(), "until": last.happened_on.isoformat(),
        "n": len(group), "title": group[-1].title,
    }  # fmt: skip
    return Piece(
        section, _label(kind), stood=words[:300], who=_who(last), unit_name=last.done_by.name,
        day=last.happened_on, record_id=last.pk,
    )  # fmt: skip


def _piece(section: str, frame: Frame, one: _Then, stood: str) -> Piece:
    return Piece(
        section, f"{_label(one.record.kind)}：{one.title}"[:300], stood=stood, who=_who(one.record),
        unit_name=one.record.done_by.name, day=one.record.happened_on, record_id=one.record.pk,
    )  # fmt: skip


def _said(one: _Then) -> str:
    day = timezone.localdate(one.record.created_at)
    return "" if day == one.record.happened_on else _("%(day)s 填报") % {"day": day.isoformat()}


def _who(record: Record) -> str:
    return str(record.created_by.name) if record.created_by else ""


def _label(kind: str) -> str:
    known = kinds.all_kinds().get(kind)
    return str(known.label) if known else kind


def _files_of(records: Iterable[Record], moment: datetime.datetime) -> dict[uuid.UUID, list[Kept]]:
    found: dict[uuid.UUID, list[Kept]] = defaultdict(list)
    rows = File.objects.filter(
        record_id__in=[r.pk for r in records], uploaded_at__lte=moment
    ).order_by("uploaded_at", "pk")
    for file in rows:
        if file.record_id is not None:
            kept = Kept(file.name, file.size, file.sha256, file.uploaded_at)
            found[file.record_id].append(kept)
    return found


def notices_then(frame: Frame) -> Iterator[Piece]:
    """Messages to the school's people in the weeks before, and how many had read them by then."""
    days = int(number_values("trace_notice_days")[0])
    rows = (
        Notification.raw.filter(
            unit_id=frame.unit.key, at__lte=frame.moment,
            at__gte=frame.moment - datetime.timedelta(days=days),
        )
        .values("once_key", "title")
        .annotate(
            told=Count("pk"), read=Count("pk", filter=Q(read_at__lte=frame.moment)), first=Max("at")
        )
        .order_by("first", "once_key")
    )  # fmt: skip
    for row in rows:
        yield Piece(
            Section.NOTICES, row["title"],
            stood=_("发给 %(told)d 人，当时已读 %(read)d 人") % {"told": row["told"], "read": row["read"]},
            unit_name=frame.unit.name, day=timezone.localdate(row["first"]),
        )  # fmt: skip


def written_later(frame: Frame, cause_id: Any) -> Iterator[Piece]:
    """Records about days up to the incident that were written down only after it."""
    rows: Iterable[Any] = (
        Record.objects.filter(
            unit_id=frame.unit.key, created_at__gt=frame.moment,
            happened_on__gte=frame.since, happened_on__lte=frame.day,
        )
        .exclude(kind__in=LEFT_OUT)
        .exclude(pk=cause_id)
        .select_related("created_by", "done_by")
        .order_by("created_at", "pk")
    )  # fmt: skip
    for record in rows:
        day = timezone.localdate(record.created_at).isoformat()
        yield Piece(
            Section.LATER, f"{_label(record.kind)}：{record.title}"[:300],
            stood=_("%(day)s 才填报") % {"day": day}, who=_who(record),
            unit_name=record.done_by.name, day=record.happened_on, record_id=record.pk,
        )  # fmt: skip
