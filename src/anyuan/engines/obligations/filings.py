"""Filings 工作记录: make, correct, withdraw. A filing meets every duty that it fits (recount.py)."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.files import keep_file
from anyuan.core.kinds import tag
from anyuan.core.models import Audit, Record
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.engines.obligations.models import Filing, FilingNumber, Topic
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved, void_record

KIND = "filing"
WHAT_LONGEST = 5000
NUMBER_MOST = Decimal(999999999999)


@dataclasses.dataclass(frozen=True)
class Work:
    """What a filing says. `numbers`: the topic's keys → value; None where it was left empty."""

    happened_on: datetime.date
    what: str
    numbers: Mapping[str, Decimal | None] = dataclasses.field(default_factory=dict)
    people: int | None = None
    attended: str = ""
    place: str = ""


@action(Permission.FILING_WRITE)
def file_work(
    unit: Unit,
    *,
    by: Actor,
    topic: Topic,
    work: Work,
    files: Iterable[UploadedFile] = (),
    file_ids: Iterable[uuid.UUID] = (),
    record_id: uuid.UUID | None = None,
) -> Filing:
    """Write down a piece of work of `unit`, with files sent now or ahead.

    Sent twice with the same `record_id` it is one filing. Refused: another unit's work (a level above
    files only its own), a day to come, an old topic, an empty text, a number that is asked and missing.
    """
    if kept := already(record_id, kind=KIND, unit_id=unit.key):
        return Filing.objects.get(record=kept)
    _refuse_others_work(by, unit.key)
    if not topic.offered or (topic.policy.valid_to and work.happened_on > topic.policy.valid_to):
        raise Refused(_("这个主题已不再填报，请另选一个。"), field="topic")
    numbers = _checked(topic, work)
    record = open_record(
        unit,
        by=by,
        kind=KIND,
        happened_on=work.happened_on,
        title=topic.title,
        tags=[tag("topic", topic.slug)],
        record_id=record_id,
    )
    filing = Filing.objects.create(record=record, unit=unit, topic=topic, **_fields(work, numbers))
    _write_numbers(filing, numbers)
    _add_files(record, files, file_ids, by=by)
    record_saved(record)
    return filing


@action(Permission.FILING_WRITE)
def correct_filing(
    filing: Filing,
    *,
    by: Actor,
    work: Work,
    files: Iterable[UploadedFile] = (),
    file_ids: Iterable[uuid.UUID] = (),
) -> Filing:
    """Correct what a filing says; what it said before stays in its history. Refused as `file_work`,
    where it was withdrawn, and to a colleague who may not correct others' filings."""
    _refuse_meddling(filing, by)
    numbers = _checked(filing.topic, work)
    for name, value in _fields(work, numbers).items():
        setattr(filing, name, value)
    filing.save()
    filing.numbers.all().delete()
    _write_numbers(filing, numbers)
    _add_files(filing.record, files, file_ids, by=by)
    amend_record(filing.record, by=by, happened_on=work.happened_on)
    return filing


@action(Permission.FILING_WRITE)
def withdraw_filing(filing: Filing, *, by: Actor, reason: str) -> Filing:
    """Withdraw a filing, with a reason: it stays to be read and meets no duty any more."""
    _refuse_meddling(filing, by)
    text = reason.strip()
    if not text:
        raise Refused(_("请填写撤销原因。"), field="reason")
    filing.withdrawn_reason = text[:300]
    filing.save(update_fields=["withdrawn_reason"])
    void_record(filing.record, by=by)
    note(Audit.Action.CHANGE, f"撤销工作记录 {filing.record_id}：{text}", by=by)
    return filing


def may_correct(by: Actor, filing: Filing) -> bool:
    """Whether the page offers correcting: one's own, or any of one's unit with the permission."""
    return (
        filing.record.counts
        and by.may(Permission.FILING_WRITE)
        and _is_own_work(by, filing.unit_id)
        and (filing.record.created_by_id == by.person_id or by.may(Permission.FILING_CORRECT))
    )


def _is_own_work(by: Actor, unit_key: str) -> bool:
    """A school files for itself and its campuses; a district and the city for themselves only."""
    return by.units.holds(unit_key) and (not by.is_supervisor or unit_key == by.unit_key)


def _refuse_others_work(by: Actor, unit_key: str) -> None:
    if by.unit_key and not _is_own_work(by, unit_key):
        raise Forbidden(_("只能填报本单位的工作记录。"))


def _refuse_meddling(filing: Filing, by: Actor) -> None:
    _refuse_others_work(by, filing.unit_id)
    if not filing.record.counts:
        raise Conflict(_("这份记录已撤销，不能再修改。"))
    if not may_correct(by, filing) and by.unit_key:
        raise Forbidden(_("这份记录由他人填报，请联系本人或安全干部修改。"))


def _checked(topic: Topic, work: Work) -> list[FilingNumber]:
    """The numbers asked and given, not saved yet; raises Refused with every field that is wrong."""
    errors: dict[str, str] = {}
    if work.happened_on > timezone.localdate():
        errors["happened_on"] = _("日期不能晚于今天，请在完成以后填报。")
    if not work.what.strip():
        errors["what"] = _("请写下做了什么。")
    elif len(work.what) > WHAT_LONGEST:
        errors["what"] = _("内容不超过 %(most)d 字，其余请放在附件里。") % {"most": WHAT_LONGEST}
    rows = []
    for ask in topic.asks.all():
        value = work.numbers.get(ask.key)
        if value is None:
            if ask.required:
                errors[f"ask_{ask.key}"] = _("请填写%(title)s。") % {"title": ask.title}
        elif not 0 <= value <= NUMBER_MOST:
            errors[f"ask_{ask.key}"] = _("%(title)s应是不小于 0 的数。") % {"title": ask.title}
        else:
            rows.append(FilingNumber(key=ask.key, name=ask.title, measure=ask.measure, value=value))
    if errors:
        field, sentence = next(iter(errors.items()))
        raise Refused(sentence, field=field, errors=errors)
    return rows


def _fields(work: Work, numbers: list[FilingNumber]) -> dict[str, object]:
    return {
        "what": work.what.strip(),
        "people": work.people,
        "attended": work.attended.strip(),
        "place": work.place.strip(),
        "figures": "；".join(f"{n.name} {n.value.normalize():f} {n.measure}" for n in numbers),
    }


def _write_numbers(filing: Filing, numbers: list[FilingNumber]) -> None:
    for number in numbers:
        number.filing = filing
        number.unit_id = filing.unit_id
    FilingNumber.objects.bulk_create(numbers)


def _add_files(
    record: Record,
    files: Iterable[UploadedFile],
    file_ids: Iterable[uuid.UUID],
    *,
    by: Actor,
) -> None:
    for upload in files:
        keep_file(upload, unit_id=record.unit_id, by=by, record=record)
    if keys := list(file_ids):
        attach(record, keys, by=by)
