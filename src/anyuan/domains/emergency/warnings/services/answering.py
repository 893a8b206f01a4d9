"""What a school does: 收到 with one thumb, then what it did of each measure, and of a suspension."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.warnings.models import Done, Measure, Suspension, WarningResponse
from anyuan.engines.ledgers import bulk
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, attach
from anyuan.org.services import checked

Said = tuple[str, str]  # done or not applicable, and words
FIGURES = ("pupils", "told", "on_site", "carer")


def _who_answers(response: WarningResponse, **kwargs: Any) -> Permission:
    return Permission.WARNING_MANAGE if response.office else Permission.WARNING_ANSWER


@action(_who_answers)
def acknowledge(response: WarningResponse, *, by: Actor) -> WarningResponse:
    """收到."""
    held = _held(response)
    _own(held, by)
    if held.acked_at is not None:
        raise Conflict(_("刚刚已由%(who)s确认收到。") % {"who": held.acked_by_name})
    if held.ended_at is not None:
        raise Conflict(_("这条预警已经解除，不用再确认。"))
    _acked(held, by)
    held.save(update_fields=["acked_at", "acked_by_name"])
    amend_record(held.record, by=by, state="acked")
    return held


@action(Permission.WARNING_ANSWER)
def report_measures(
    response: WarningResponse, *, by: Actor, answers: Mapping[str, Said], note: str = "",
    suspension: Mapping[str, Any] | None = None, file_ids: Iterable[uuid.UUID] = (), seen: int | None = None,
) -> WarningResponse:  # fmt: skip
    """What was done of each measure; it may be corrected until the warning ends. It confirms as well.

    `answers`: by the measure's key. `seen`: how often it had been reported when the person began.
    """
    held = _held(response)
    _own(held, by)
    if held.office:
        raise Refused(_("措施由学校反馈。"))
    if seen is not None and seen != held.reports:
        raise Conflict(_("刚刚已由%(who)s反馈，请刷新页面后再看。") % {"who": held.reported_by_name})  # fmt: skip
    if held.ended_at is not None and held.reported_at is not None:
        raise Conflict(_("这条预警已经解除，反馈不能再改。"))
    _answer(held, answers)
    _answer_suspension(held, suspension)
    if held.acked_at is None:
        _acked(held, by)
    held.reported_at, held.reported_by_name = timezone.now(), by.name[:60]
    held.reports, held.note = held.reports + 1, note.strip()[:500]
    checked(held, exclude=("record", "unit", "signal"))
    attach(held.record, file_ids, by=by)
    state = "ended" if held.ended_at else "reported"
    amend_record(held.record, by=by, state=state, counts=held.is_real)
    return held


def _held(response: WarningResponse) -> WarningResponse:
    held: WarningResponse = (
        WarningResponse.objects.select_for_update(of=("self",))
        .select_related("unit", "record")
        .get(pk=response.pk)
    )
    return held


def _own(held: WarningResponse, by: Actor) -> None:
    """A level above looks on and telephones; the unit itself answers."""
    if by.unit_key and by.unit_key != held.unit_id:
        raise Refused(_("由%(unit)s自己确认和反馈。") % {"unit": held.unit.name})


def _acked(held: WarningResponse, by: Actor) -> None:
    held.acked_at, held.acked_by_name = timezone.now(), by.name[:60]


def _answer(held: WarningResponse, answers: Mapping[str, Said]) -> None:
    asked = list(Measure.objects.filter(response=held).order_by("seq"))
    errors: dict[str, str] = {}
    for one in asked:
        state, words = answers.get(str(one.pk), ("", ""))
        if state not in {Done.DONE, Done.NOT}:
            errors[f"m_{one.pk}"] = _("请选择“已落实”或“不适用”。")
        elif state == Done.NOT and not words.strip():
            errors[f"w_{one.pk}"] = _("不适用的，请写明原因。")
        one.state, one.words = state, words.strip()[:200]
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    rows = [{"id": one.pk, "state": one.state, "words": one.words} for one in asked]
    bulk.update(Measure, rows, key="id")


def _answer_suspension(held: WarningResponse, said: Mapping[str, Any] | None) -> None:
    given = Suspension.objects.filter(pk=held.pk).first()
    if given is None:
        return
    said = said or {}
    errors = {name: _("请填写人数，没有就填 0。") for name in ("pupils", "told", "on_site") if said.get(name) is None}  # fmt: skip
    if not errors and said["told"] > said["pupils"]:
        errors["told"] = _("已通知的家长数不能多于应通知的人数。")
    if not errors and said["on_site"] and not str(said.get("carer") or "").strip():
        errors["carer"] = _("还有学生在校，请填写谁在看护。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    for name in FIGURES:
        setattr(given, name, said.get(name) or ("" if name == "carer" else 0))
    given.answered_at = timezone.now()
    checked(given, exclude=("response", "unit", "order"))
