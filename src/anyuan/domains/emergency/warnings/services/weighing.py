"""What the desk decides: passing a warning on or not, its end, more measures, suspending lessons."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.warnings.content import content, suspension_title
from anyuan.domains.emergency.warnings.models import (
    Suspension,
    SuspensionOrder,
    WarningResponse,
    WarningSignal,
)
from anyuan.domains.emergency.warnings.numbers import limits
from anyuan.domains.emergency.warnings.opening import SCHOOLS, next_number, one_at_a_time
from anyuan.domains.emergency.warnings.passing import add_asked, cleaned, running_below
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move
from anyuan.engines.ledgers import bulk
from anyuan.engines.live.services import publish
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.models.unit import Stage
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record
from anyuan.org.services import checked

# A warning of one's own, or a district's copy of one from above.
Subject = WarningSignal | WarningResponse


def step_warning(
    signal: WarningSignal, *, by: Actor, transition: str, data: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Case:  # fmt: skip
    """One step of the loop (guarded by `cases.services.move`)."""
    case: Case = signal.record.case
    held = move(case, by=by, transition=transition, thing=signal, data=data, seen=seen)
    if held.record.counts and not signal.is_real:
        amend_record(held.record, by=by, counts=False)  # an exercise fulfils no duty
    return held


@action(Permission.WARNING_MANAGE)
def add_measures(subject: Subject, *, by: Actor, texts: Sequence[str]) -> int:
    """More measures for one's schools while the warning runs; how many schools are asked."""
    unit = _own_running(subject, by)
    found = cleaned(texts)
    if not found:
        raise Refused(_("请写下要增加的措施。"), field="more")
    many = add_asked(_signal_id(subject), unit, texts=found, title=subject.title)
    if not many:
        raise Refused(_("范围内没有还在执行这条预警的学校。"))
    return many


@action(Permission.WARNING_MANAGE)
def order_suspension(
    subject: Subject, *, by: Actor, kind: str, from_at: datetime.datetime, to_at: datetime.datetime,
    stages: Sequence[str] = (), words: str = "", order_id: uuid.UUID | None = None,
) -> SuspensionOrder:  # fmt: skip
    """停课通知 to one's schools in the warning's area; a later one takes the place of the one before."""
    unit = _own_running(subject, by)
    if order_id is not None and not is_client_id(order_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    one_at_a_time(f"warning:{_signal_id(subject)}")
    if order_id and (kept := SuspensionOrder.objects.filter(pk=order_id, unit=unit).first()):
        return kept
    refuse_wrong(kind, from_at, to_at, stages)
    rows = running_below(_signal_id(subject), unit.key)
    if stages:
        below = Q(unit__profile__stages__overlap=list(stages))
        below |= Q(unit__children__profile__stages__overlap=list(stages))
        rows = rows.filter(below)
    found = dict(rows.distinct().values_list("pk", "unit_id"))
    if not found:
        raise Refused(_("范围内没有这些学段的学校，请重新选择。"), field="stages")
    order = SuspensionOrder(
        id=order_id or new_id(), unit=unit, signal_id=_signal_id(subject), title=subject.title, kind=kind,
        from_at=from_at, to_at=to_at, stages=sorted(set(stages)), words=words.strip()[:500], schools=len(found),
        by_name=by.name[:60],
    )  # fmt: skip
    order.number = next_number("TK", unit, timezone.now())
    checked(order, exclude=("unit", "signal", "stages"))
    _give(order, found, unit)
    return order


def _give(order: SuspensionOrder, found: Mapping[Any, str], unit: Unit) -> None:
    """Every school's copy, and the message to its people."""
    facts = {"order": order, "kind": order.kind, "from_at": order.from_at, "to_at": order.to_at, "words": order.words, "from_name": unit.name}  # fmt: skip
    has = set(Suspension.objects.filter(pk__in=list(found)).values_list("pk", flat=True))
    if has:
        Suspension.objects.filter(pk__in=has).update(**facts, answered_at=None)
    new = {**facts, "order": order.pk, "carer": ""}
    bulk.insert(
        Suspension,
        [{"response": pk, "unit": key, **new} for pk, key in found.items() if pk not in has],
    )
    title = _("%(kind)s通知：%(from)s 至 %(to)s") % {
        "kind": order.kind_title, "from": f"{timezone.localtime(order.from_at):%m-%d %H:%M}",
        "to": f"{timezone.localtime(order.to_at):%m-%d %H:%M}",
    }  # fmt: skip
    prefix = order.title[: order.title.index("】") + 1] if order.title.startswith("【") else ""
    tell(
        found.values(), SCHOOLS, kind="warning.suspension", title=f"{prefix}{title}",
        body=order.words or order.title, url=reverse("warnings:told", args=[order.signal_id]),
        once_key=f"suspension:{order.pk}",
    )  # fmt: skip
    publish("warning_response", units=list(found.values()))


def refuse_wrong(
    kind: str, from_at: datetime.datetime, to_at: datetime.datetime, stages: Sequence[str]
) -> None:
    """What a suspension order lacks, at its fields."""
    if kind not in content().suspensions:
        raise Refused(_("请选择停课方式。"), field="suspend")
    if to_at <= from_at:
        raise Refused(_("结束时间应晚于开始时间。"), field="to_at")
    if to_at <= timezone.now():
        raise Refused(_("结束时间已经过了。"), field="to_at")
    if to_at - from_at > limits().longest:
        raise Refused(_("%(kind)s最长 %(n)d 天。") % {"kind": suspension_title(kind), "n": limits().longest.days}, field="to_at")  # fmt: skip
    if not set(stages) <= set(Stage.values):
        raise Refused(_("请选择列出的学段。"), field="stages")


def _signal_id(subject: Subject) -> Any:
    return subject.pk if isinstance(subject, WarningSignal) else subject.signal_id


def _own_running(subject: Subject, by: Actor) -> Unit:
    """The unit that acts; the subject is held until this is done. Errors: who else decides, or it is over."""
    held: Any = type(subject).objects.select_for_update(of=("self",)).select_related("unit", "record").get(pk=subject.pk)  # fmt: skip
    if by.unit_key and by.unit_key != held.unit_id:
        raise Refused(_("由%(unit)s办理。") % {"unit": held.unit.name})
    if isinstance(held, WarningResponse) and not held.office:
        raise Refused(_("由市或辖市区教育部门办理。"))
    over = held.ended_at is not None
    if over or (isinstance(held, WarningSignal) and held.issued_at is None):
        raise Conflict(_("这条预警已经解除。") if over else _("这条预警还没有下发。"))
    unit: Unit = held.unit
    return unit
