"""Opening, correcting and withdrawing records: the only way a record changes.

Called inside services (under @action). Each emits `record.saved`, so that duties and indicators are
recounted in the same transaction.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Case
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import is_client_id, new_id
from anyuan.core.models import File, Record
from anyuan.core.refused import Conflict, Refused
from anyuan.org.actor import Actor
from anyuan.org.models import Unit


@dataclasses.dataclass(frozen=True)
class Was:
    """What a record counted for before a change; None for a new record."""

    kind: str
    unit_id: str
    done_by_id: str
    happened_on: datetime.date
    tags: tuple[str, ...]
    counts: bool


def open_record(
    unit: Unit,
    *,
    by: Actor,
    kind: str,
    happened_on: datetime.date,
    title: str,
    tags: Iterable[str] = (),
    done_by_key: str = "",
    state: str = "filed",
    counts: bool = True,
    record_id: uuid.UUID | None = None,
) -> Record:
    """A new record of `unit`. `record_id` is the client's UUIDv7, for sending twice without harm.

    The caller saves its own row first thing after this, then calls `record_saved(record)`; so what
    listens finds the whole.
    """
    if record_id is not None and not is_client_id(record_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    record = Record(
        pk=record_id or new_id(),
        kind=kind,
        unit=unit,
        done_by_id=done_by_key or unit.key,
        happened_on=happened_on,
        title=title[:200],
        state=state,
        counts=counts,
        tags=sorted(tags),
        created_by_id=by.person_id,
    )
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        if "core_record_pkey" in str(error):
            raise Conflict(_("这份记录已经提交过了。")) from error
        raise
    return record


def already(record_id: uuid.UUID | None, *, kind: str, unit_id: str) -> Record | None:
    """The record a repeated sending made the first time, if any.

    A second sending that comes while the first is still being written waits here until that is done.
    """
    if record_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(record_id)])
    return Record.objects.filter(pk=record_id, kind=kind, unit_id=unit_id).first()


def remember(record: Record) -> Was:
    return Was(
        record.kind,
        record.unit_id,
        record.done_by_id,
        record.happened_on,
        tuple(record.tags),
        record.counts,
    )


def record_saved(record: Record, was: Was | None = None) -> None:
    """Tell duties and indicators; `was` is what `remember` gave before a correction."""
    events.emit("record.saved", record=record, was=was)


def amend_record(record: Record, *, by: Actor, **changes: Any) -> Record:
    """Correct a record's anchor (happened_on, title, tags, state, counts); then `record.saved`."""
    was = remember(record)
    for name, value in changes.items():
        setattr(record, name, value)
    record.save(update_fields=[*changes, "updated_at"])
    record_saved(record, was)
    return record


def void_record(record: Record, *, by: Actor) -> Record:
    """Withdraw: it stays to be read and counts no more, so the duties it met are open again."""
    return amend_record(record, by=by, state="void", counts=False)


def attach(
    record: Record, file_ids: Iterable[uuid.UUID], *, by: Actor, label: str | Case = ""
) -> int:
    """Put uploaded files on the record; only the unit's own, not yet used ones are taken.

    `label` says what they show, or by a `Case` what each of them shows.
    """
    changes: dict[str, Any] = {"record": record}
    if label:
        changes["label"] = label
    return File.objects.filter(
        pk__in=list(file_ids), unit_id=record.unit_id, record__isnull=True
    ).update(**changes)
