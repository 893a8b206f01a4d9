"""Writing hazards: reporting one, and each step of its loop."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.files import copy_files
from anyuan.core.models import File, Record
from anyuan.core.refused import Refused
from anyuan.domains.hazards.categories import guess_category
from anyuan.domains.hazards.models import Hazard, Level, Place, Source
from anyuan.domains.hazards.numbers import limit_days
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move, open_case
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved

RECURRENCE_DAYS = 365  # the field's rule: same category and place within twelve months


@action(Permission.HAZARD_REPORT)
def report_hazard(
    unit: Unit,
    *,
    by: Actor,
    place: str,
    description: str,
    category: str = "",
    level: str = Level.GENERAL,
    source: str = "",
    source_ref: str | None = None,
    basis: str = "",
    found_on: datetime.date | None = None,
    file_ids: Iterable[uuid.UUID] = (),
    after_file_ids: Iterable[uuid.UUID] = (),
    fixed: bool = False,
    contact: str = "",
    record_id: uuid.UUID | None = None,
) -> Hazard:
    """A hazard found at `unit`; fixed on the spot it goes straight to another person's verification.

    Sent again with the same `record_id` or `source_ref` it returns the hazard that is there.
    """
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请选择隐患所在的学校或校区。"), field="unit")
    if kept := _already(unit, record_id, source_ref):
        return kept
    found = found_on or timezone.localdate()
    hazard = Hazard(
        unit=unit,
        number=_next_number(unit, found),
        category=category or guess_category(f"{place} {description}"),
        level=level,
        source=source or (Source.SELF if not by.is_supervisor else Source.DISTRICT),
        source_ref=source_ref,
        place=place.strip()[:60],
        description=description.strip()[:2000],
        basis=basis[:200],
        found_on=found,
        reporter_contact=contact[:60],
    )
    hazard.recurrent = _seen_before(hazard)
    hazard.record = record = open_record(
        unit, by=by, kind="hazard", happened_on=found, title=f"{hazard.place}：{hazard.description}"[:80],
        tags=hazard.tags, done_by_key=by.unit_key or unit.key,
        state="applied" if fixed else "reported", record_id=record_id,
    )  # fmt: skip
    if fixed:
        hazard.rectified_by_id, hazard.rectified_on = by.person_id, found
        hazard.rectification = _("当场整改。")
    hazard.save(force_insert=True)
    attach(record, file_ids, by=by, label="before")
    if not attach(record, after_file_ids, by=by, label="after") and fixed:
        raise Refused(_("当场整改的，请上传整改后的照片。"), field="after_files")
    open_case(
        record, by=by, loop="hazard", state=record.state, label=_("发现并当场整改") if fixed else _("发现上报"),
        due_on=found + datetime.timedelta(days=limit_days(level)),
    )  # fmt: skip
    record_saved(record)
    events.emit("hazard.reported", hazard=hazard, by=by)
    return hazard


def _already(unit: Unit, record_id: uuid.UUID | None, source_ref: str | None) -> Hazard | None:
    record = already(record_id, kind="hazard", unit_id=unit.key)
    if record:
        return Hazard.objects.get(pk=record.pk)
    if source_ref:
        found: Hazard | None = Hazard.objects.filter(unit=unit, source_ref=source_ref).first()
        return found
    return None


def _next_number(unit: Unit, day: datetime.date) -> str:
    """`YH-<unit code>-<day>-<nnn>`; one at a time for a unit and day."""
    start = f"YH-{unit.code}-{day:%Y%m%d}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 17))", [start])
    return f"{start}{Hazard.objects.filter(number__startswith=start).count() + 1:03d}"


def _seen_before(hazard: Hazard) -> bool:
    since = hazard.found_on - datetime.timedelta(days=RECURRENCE_DAYS)
    same = Hazard.objects.filter(
        unit=hazard.unit, category=hazard.category, place=hazard.place, found_on__gte=since
    )
    return bool(same.exists())


def step_hazard(
    hazard: Hazard,
    *,
    by: Actor,
    transition: str,
    data: Mapping[str, Any] | None = None,
    seen: int | None = None,
    file_ids: Iterable[uuid.UUID] = (),
) -> Case:
    """One step of the hazard's loop (guarded by `cases.services.move`)."""
    return move(
        hazard.record.case,
        by=by,
        transition=transition,
        thing=hazard,
        data=data,
        seen=seen,
        file_ids=file_ids,
    )


@action(Permission.HAZARD_GRADE)
def add_place(unit: Unit, *, by: Actor, name: str) -> Place:
    """A place whose code can be printed and scanned."""
    if not name.strip():
        raise Refused(_("请填写地点名称。"), field="name")
    place = Place(unit=unit, name=name.strip()[:60])
    place.save(force_insert=True)
    return place


def open_from_finding(
    *, record: Record, unit: Unit, by: Actor, title: str, detail: str, place: str, category: str,
    level: str, file_ids: Iterable[uuid.UUID], source: str, source_ref: str, **_more: Any,
) -> None:  # fmt: skip
    """Reaction on `finding.raised`: what a check, a drill or an incident showed becomes a hazard, once.

    The finding's photos stay on the check and stand on the hazard too.
    """
    hazard = report_hazard(
        unit,
        by=by,
        place=place or title,
        description=f"{title}：{detail}" if detail else title,
        category=category,
        level=level if level in Level.values else Level.GENERAL,
        source=source if source in Source.values else Source.DRILL,
        source_ref=source_ref,
        found_on=record.happened_on,
    )
    shown = File.objects.filter(pk__in=list(file_ids), record=record)
    if not File.objects.filter(record=hazard.record).exists():
        copy_files(shown, record=hazard.record, label="before")
