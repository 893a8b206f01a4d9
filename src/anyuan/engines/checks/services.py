"""Publishing checklists, submitting inspections, withdrawing them."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.kinds import tag
from anyuan.core.models import Audit, Record
from anyuan.core.refused import Conflict, Refused
from anyuan.engines.checks import scoring
from anyuan.engines.checks.models import (
    Answer,
    CheckAssignment,
    CheckItem,
    Checklist,
    Inspection,
    Version,
)
from anyuan.engines.checks.scoring import FAIL, NA, Given
from anyuan.engines.checks.spec import Item, Spec, mistakes_of
from anyuan.engines.notices.services import tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved, void_record

NOTE_LIMIT = 500
NUMBER_LIMIT = Decimal(10) ** 9


@action(Permission.CHECKLIST_MANAGE)
def publish_checklist(city: Unit, *, by: Actor, spec: Spec) -> Version:
    """Publish a version; the same content as the current one publishes nothing new."""
    if mistakes := mistakes_of(spec):
        raise Refused(mistakes[0], errors={str(n): text for n, text in enumerate(mistakes)})
    checklist, _made = Checklist.objects.get_or_create(key=spec.key, defaults={"title": spec.title})
    current = checklist.current
    if current and [item.spec() for item in current.items.all()] == list(spec.items):
        version = current
    else:
        version = _new_version(checklist, spec, by)
    checklist.title, checklist.purpose = spec.title, spec.purpose
    checklist.where = sorted(name for name, wanted in spec.where.items() if wanted)
    checklist.current = version
    checklist.save()
    note(Audit.Action.CHANGE, f"发布检查表 {version}", by=by)
    return version


@action(Permission.CHECKLIST_MANAGE)
def switch_checklist(city: Unit, *, by: Actor, checklist: Checklist, active: bool) -> Checklist:
    """Put a checklist in or out of use; what was inspected by it stays."""
    checklist.active = active
    checklist.save(update_fields=["active"])
    word = "启用" if active else "停用"
    note(Audit.Action.CHANGE, f"{word}检查表 {checklist.title}", by=by)
    return checklist


def _new_version(checklist: Checklist, spec: Spec, by: Actor) -> Version:
    number = checklist.versions.count() + 1
    version = Version.objects.create(
        checklist=checklist, number=number, published_by_id=by.person_id
    )
    CheckItem.objects.bulk_create(
        CheckItem(
            version=version, position=position, key=item.key, text=item.text, kind=item.kind,
            group=item.group, required=item.required, measure=item.unit, low=item.low, high=item.high,
            choices=[dataclasses.asdict(choice) for choice in item.choices], max_score=item.max_score,
            category=item.category, severity=item.severity, basis=item.basis, veto=item.veto,
        )
        for position, item in enumerate(spec.items)
    )  # fmt: skip
    return version


def _needs(unit: Unit, *, by: Actor, **_more: Any) -> Permission:
    """A school inspects itself; who inspects another unit supervises it."""
    own = by.unit_key == unit.key or not by.is_supervisor
    return Permission.INSPECTION_WRITE if own else Permission.INSPECTION_SUPERVISE


@action(_needs)
def submit_inspection(
    unit: Unit,
    *,
    by: Actor,
    version: Version,
    answers: Mapping[str, Given],
    files: Mapping[str, Iterable[uuid.UUID]] | None = None,
    happened_on: datetime.date | None = None,
    place: str = "",
    people: str = "",
    mode: str = "",
    record_id: uuid.UUID | None = None,
) -> Inspection:
    """Write an inspection with all its answers; each failed item raises `finding.raised`.

    `answers` and `files` (photos uploaded before) are by item key. Errors name every item that misses
    an answer. Sent again with the same `record_id` it returns the inspection that is there.
    """
    if kept := already(record_id, kind="inspection", unit_id=unit.key):
        found: Inspection = Inspection.objects.get(pk=kept.pk)
        return found
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请选择被检查的学校或校区。"), field="unit")
    day = happened_on or timezone.localdate()
    if day > timezone.localdate():
        raise Refused(_("检查日期不能晚于今天。"), field="happened_on")
    photos = {key: list(ids) for key, ids in (files or {}).items()}
    items = list(version.items.all())
    judged = _judge(items, answers, photos)
    outcome = scoring.tally((item.spec(), given, result) for item, given, result in judged)
    chosen = _mode(by, mode)
    record = open_record(
        unit, by=by, kind="inspection", happened_on=day, title=version.checklist.title,
        tags=[tag("checklist", version.checklist.key), tag("by", chosen)],
        done_by_key=by.unit_key if by.is_supervisor else unit.key, record_id=record_id,
    )  # fmt: skip
    inspection = Inspection(
        record=record, unit=unit, version=version, mode=chosen, place=place[:60], people=(people or by.name)[:120],
        passed=outcome.passed, failed=outcome.failed, skipped=outcome.skipped, score=outcome.score, ok=outcome.ok,
    )  # fmt: skip
    inspection.save(force_insert=True)
    Answer.objects.bulk_create(
        Answer(
            unit=unit, inspection=inspection, item=item, result=result, number=given.number,
            choice=given.choice, text=given.text[:NOTE_LIMIT],
        )
        for item, given, result in judged
    )  # fmt: skip
    _attach_photos(record, items, photos, by)
    record_saved(record)
    _raise_findings(inspection, judged, photos, by)
    return inspection


def _attach_photos(
    record: Record, items: list[CheckItem], photos: Mapping[str, list[uuid.UUID]], by: Actor
) -> None:
    """Each photo says what it shows: its item, shortened."""
    shows = [
        When(pk__in=photos[item.key], then=Value(item.text[:40]))
        for item in items
        if photos.get(item.key)
    ]
    if shows:
        keys = [one for ids in photos.values() for one in ids]
        attach(record, keys, by=by, label=Case(*shows, default=F("label")))


def _mode(by: Actor, wanted: str) -> str:
    if not by.is_supervisor:
        return str(Inspection.Mode.SELF)
    if wanted == Inspection.Mode.CROSS:
        return wanted
    return str(Inspection.Mode.CITY if by.unit_key.count(".") == 1 else Inspection.Mode.DISTRICT)


def _judge(
    items: list[CheckItem], answers: Mapping[str, Given], photos: Mapping[str, list[uuid.UUID]]
) -> list[tuple[CheckItem, Given, int]]:
    errors: dict[str, str] = {}
    judged = []
    unknown = set(answers) - {item.key for item in items}
    if unknown:
        raise Refused(_("检查表已更新，请刷新页面后重新填写。"))
    for item in items:
        given = answers.get(item.key, Given())
        why = _why_incomplete(item.spec(), given, bool(photos.get(item.key)))
        if why:
            errors[item.key] = why
        elif not _is_empty(item, given, bool(photos.get(item.key))):
            judged.append((item, given, scoring.judge(item.spec(), given)))
    if errors:
        raise Refused(_("还有 %(n)s 项没有填完整。") % {"n": len(errors)}, errors=errors)
    return judged


def _is_empty(item: CheckItem, given: Given, has_photo: bool) -> bool:
    if given.result == NA:
        return False
    if item.kind in {"number", "score"}:
        return given.number is None
    if item.kind == "photo":
        return not has_photo
    return {"pass": given.result is None, "choice": not given.choice, "text": not given.text}[
        item.kind
    ]


def _why_incomplete(item: Item, given: Given, has_photo: bool) -> str:
    """Why an answer cannot stand, or ""."""
    if given.result == NA:
        return ""
    if given.number is not None and not given.number.is_finite():
        return _("请填写数字。")
    if given.number is not None and not 0 <= given.number < NUMBER_LIMIT:
        return _("数字超出了可以填写的范围。")
    if item.kind == "pass" and given.result not in {None, 0, 1}:
        return _("请选择合格、不合格或不适用。")
    if item.kind == "score" and given.number is not None and given.number > item.max_score:
        return _("最高 %(most)s 分。") % {"most": item.max_score}
    if (
        item.kind == "choice"
        and given.choice
        and given.choice not in {c.value for c in item.choices}
    ):
        return _("请选择列出的一项。")
    if not item.required:
        return ""
    missing = {
        "pass": given.result is None,
        "number": given.number is None,
        "score": given.number is None,
        "choice": not given.choice,
        "text": not given.text.strip(),
        "photo": not has_photo,
    }[item.kind]
    return _("请填写这一项。") if missing else ""


def _raise_findings(
    inspection: Inspection,
    judged: list[tuple[CheckItem, Given, int]],
    photos: Mapping[str, list[uuid.UUID]],
    by: Actor,
) -> None:
    """One event a failed item (rarely more than a few); reactions open the hazards."""
    for item, given, result in judged:
        if result != FAIL:
            continue
        value = (
            f"实测 {given.number.normalize():f} {item.measure}。"
            if given.number is not None
            else ""
        )
        events.emit(
            "finding.raised",
            record=inspection.record,
            unit=inspection.unit,
            by=by,
            title=f"{item.text}（不合格）",
            detail=f"{value}{given.text}".strip(),
            place=inspection.place or item.group or item.text[:30],
            category=item.category,
            level=item.severity,
            basis=item.basis,
            file_ids=photos.get(item.key, []),
            source="check",
            source_ref=f"{inspection.pk}:{item.key}",
        )


@action(_needs)
def _void(unit: Unit, *, by: Actor, inspection: Inspection, reason: str) -> Inspection:
    if not inspection.record.counts:
        raise Conflict(_("这次检查已经撤销。"))
    if not reason.strip():
        raise Refused(_("请写明撤销的原因。"), field="reason")
    if inspection.record.done_by_id != by.unit_key and inspection.mode != Inspection.Mode.SELF:
        raise Refused(_("由进行检查的单位撤销。"))
    void_record(inspection.record, by=by)
    _open_again(inspection, reason)
    note(Audit.Action.CHANGE, f"撤销检查 {inspection.record.title}：{reason}", by=by)
    return inspection


def _open_again(inspection: Inspection, reason: str) -> None:
    """An assigned check that was withdrawn is to be done again; its checker is told."""
    held = (
        CheckAssignment.objects.filter(inspection=inspection)
        .select_related("post", "checklist")
        .first()
    )
    if held is None:
        return
    CheckAssignment.objects.filter(pk=held.pk).update(done_at=None, inspection=None)
    tell_person(
        held.assignee_id,
        held.post.unit_id,
        kind="check",
        title=_("请重新检查：%(title)s") % {"title": held.checklist.title},
        body=_("上次的检查已由交办单位撤销，原因：%(reason)s") % {"reason": reason[:200]},
        url=reverse("checks:assigned", args=[held.pk]),
        once_key=f"check-again:{inspection.pk}",
    )


def void_inspection(inspection: Inspection, *, by: Actor, reason: str) -> Inspection:
    """Withdraw an inspection made by mistake; its hazards stay, the duties it met are open again."""
    return _void(inspection.unit, by=by, inspection=inspection, reason=reason)
