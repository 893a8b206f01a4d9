"""Looking after the controls of a point: in seconds, on the phone, also without network."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.kinds import tag
from anyuan.core.refused import Refused
from anyuan.domains.risk.points.models import RiskCheck, RiskPoint
from anyuan.domains.risk.points.numbers import next_check
from anyuan.domains.risk.points.services.identifying import locked
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved

UNDER_CONTROL = ("controlled", "graded", "approved")
OLDEST = datetime.timedelta(days=31)


@action(Permission.RISK_CHECK)
def check_point(
    point: RiskPoint,
    *,
    by: Actor,
    ok: bool,
    failed: Iterable[uuid.UUID] = (),
    note: str = "",
    on: datetime.date | None = None,
    file_ids: Iterable[uuid.UUID] = (),
    record_id: uuid.UUID | None = None,
) -> RiskCheck:
    """One look at the controls. `failed`: those that are not in order; they become a hazard.

    Sent again with the same `record_id` it returns the check that is there. `on` is the day on which it was
    done, which a phone without network tells later.
    """
    if kept := already(record_id, kind="risk_check", unit_id=point.unit_id):
        found: RiskCheck = RiskCheck.objects.get(pk=kept.pk)
        return found
    held = locked(point)
    if held.colour == "" or held.check_days is None:
        raise Refused(_("这个风险点还没有评估，先评估，再检查措施。"))
    day = _day(on)
    wrong = [one.text for one in held.controls.filter(active=True, pk__in=list(failed))]
    if ok and wrong:
        raise Refused(_("勾选了没有落实的措施，请选“有问题”。"), field="ok")
    if not ok and not wrong and not note.strip():
        raise Refused(_("请勾选没有落实的措施，或写下问题。"), field="note")
    check = RiskCheck(
        unit_id=held.unit_id, point=held, on=day, ok=ok, failed=wrong, note=note.strip()[:300], due_on=held.next_check_on,
        in_time=held.next_check_on is None or day <= held.next_check_on, by_name=by.name,
    )  # fmt: skip
    check.record = open_record(
        held.unit, by=by, kind="risk_check", happened_on=day, title=f"{held.zone}：{held.name}",
        tags=[tag("result", "ok" if ok else "problem"), tag("colour", held.colour)], record_id=record_id,
    )  # fmt: skip
    check.save(force_insert=True)
    attach(check.record, file_ids, by=by, label="before")
    following = next_check(day, held.check_days)
    held.next_check_on = max(held.next_check_on or following, following)
    held.save(update_fields=["next_check_on"])
    record_saved(check.record)
    if not ok:
        _raise(check, held, by)
    return check


def _day(on: datetime.date | None) -> datetime.date:
    today = timezone.localdate()
    if on is None:
        return today
    if on > today:
        raise Refused(_("检查日期不能晚于今天。"), field="on")
    if on < today - OLDEST:
        raise Refused(_("只能补登一个月以内的检查。"), field="on")
    return on


def _raise(check: RiskCheck, point: RiskPoint, by: Actor) -> None:
    detail = "；".join([*check.failed, *([check.note] if check.note else [])])
    events.emit(
        "finding.raised", record=check.record, unit=point.unit, by=by, title=_("管控措施没有落实"), detail=detail,
        place=f"{point.zone} {point.name}", category=point.category, level="general", basis="",
        file_ids=list(check.record.files.values_list("pk", flat=True)), source="check",
        source_ref=f"risk_check:{check.pk}",
    )  # fmt: skip
