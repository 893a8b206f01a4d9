"""Regulations: a new one, a new version, looked at again, withdrawn; the look at all of them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.responsibility.governance.content import (
    library,
    next_review,
    title_of,
)
from anyuan.domains.responsibility.governance.models import LibraryReview, Regulation
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved, void_record
from anyuan.org.services import checked

FACTS = ("document_no", "issued_on", "since", "approved_by", "text")


@action(Permission.REGULATION_WRITE)
def issue_regulation(
    unit: Unit, *, by: Actor, kind: str, issued_on: datetime.date, approved_by: str, title: str = "",
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None, **facts: Any,
) -> Regulation:  # fmt: skip
    """A regulation that had none before. Its text or a file must be given."""
    if kept := already(record_id, kind="regulation", unit_id=unit.key):
        found: Regulation = Regulation.objects.get(pk=kept.pk)
        return found
    if unit.kind == Unit.Kind.CAMPUS:
        raise Refused(_("规章制度由学校统一印发，请在学校的页面登记。"))
    if kind not in library().regulations:
        raise Refused(_("请选择制度的种类。"), field="type")
    row = Regulation(
        unit=unit, type=kind, title=(title.strip() or title_of(kind))[:80], issued_on=issued_on,
        approved_by=approved_by, **facts,
    )  # fmt: skip
    return _put(row, by, file_ids, record_id)


@action(Permission.REGULATION_WRITE)
def renew_regulation(
    regulation: Regulation, *, by: Actor, issued_on: datetime.date, approved_by: str,
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None, **facts: Any,
) -> Regulation:  # fmt: skip
    """A new version in place of the one in force, which stays to be read."""
    if kept := already(record_id, kind="regulation", unit_id=regulation.unit_id):
        found: Regulation = Regulation.objects.get(pk=kept.pk)
        return found
    held = _locked(regulation)
    held.current = False
    held.save(update_fields=["current"])
    amend_record(held.record, by=by, state="replaced")
    row = Regulation(
        unit_id=held.unit_id, type=held.type, title=held.title, version=held.version + 1, replaces=held,
        issued_on=issued_on, approved_by=approved_by, **facts,
    )  # fmt: skip
    return _put(row, by, file_ids, record_id)


@action(Permission.REGULATION_WRITE)
def keep_regulation(regulation: Regulation, *, by: Actor) -> Regulation:
    """Looked at and still fit: it is due again after the pack's months."""
    held = _locked(regulation)
    held.review_due = next_review(timezone.localdate())
    held.save(update_fields=["review_due"])
    amend_record(held.record, by=by)
    return held


@action(Permission.REGULATION_WRITE)
def withdraw_regulation(regulation: Regulation, *, by: Actor) -> Regulation:
    """Written down by mistake, or no longer needed: not in force any more."""
    held = _locked(regulation)
    held.current = False
    held.save(update_fields=["current"])
    void_record(held.record, by=by)
    return held


@action(Permission.REGULATION_WRITE)
def review_library(
    unit: Unit, *, by: Actor, on: datetime.date, revise: Iterable[uuid.UUID] = (), note: str = "",
    record_id: uuid.UUID | None = None,
) -> LibraryReview:  # fmt: skip
    """All regulations in force were looked at; `revise` are those to be written anew, due at once."""
    if kept := already(record_id, kind="regulation_review", unit_id=unit.key):
        found: LibraryReview = LibraryReview.objects.get(pk=kept.pk)
        return found
    if on > timezone.localdate():
        raise Refused(_("复核日期不能晚于今天。"), field="on")
    rows = Regulation.objects.filter(unit=unit, current=True)
    keys = set(rows.values_list("pk", flat=True))
    if not keys:
        raise Refused(_("还没有登记制度，请先登记再复核。"))
    bad = keys & set(revise)
    rows.filter(pk__in=keys - bad).update(review_due=next_review(on))
    rows.filter(pk__in=bad).update(review_due=on)
    record = open_record(
        unit, by=by, kind="regulation_review", happened_on=on, title=_("安全制度复核"), record_id=record_id
    )  # fmt: skip
    review = LibraryReview(
        record=record, unit=unit, fits=len(keys - bad), to_revise=len(bad), note=note
    )
    checked(review, exclude=("record", "unit"))
    record_saved(record)
    return review


def _put(
    row: Regulation, by: Actor, file_ids: Iterable[uuid.UUID], record_id: uuid.UUID | None
) -> Regulation:
    files = list(file_ids)
    if not row.text.strip() and not files:
        raise Refused(_("请粘贴制度正文，或上传制度文件。"), field="files")
    if row.issued_on > timezone.localdate():
        raise Refused(_("印发日期不能晚于今天。"), field="issued_on")
    row.review_due = next_review(row.issued_on)
    record = open_record(
        row.unit, by=by, kind="regulation", happened_on=row.issued_on, title=row.title,
        tags=[tag("type", row.type)], state="in_force", record_id=record_id,
    )  # fmt: skip
    row.record = record
    checked(row, exclude=("record", "unit", "replaces"))
    attach(record, files, by=by)
    record_saved(record)
    return row


def _locked(regulation: Regulation) -> Regulation:
    held: Regulation = (
        Regulation.objects.select_for_update(of=("self",))
        .select_related("record", "unit")
        .get(pk=regulation.pk)
    )
    if not held.current:
        raise Conflict(_("这一版刚刚已被替换或撤销，请刷新后再看。"))
    return held
