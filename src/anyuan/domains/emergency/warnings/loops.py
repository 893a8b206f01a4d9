"""The warning's loop: weighed by a person, passed on, ended; and what each step does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.core.refused import Refused
from anyuan.domains.emergency.alerts.audience import topmost
from anyuan.domains.emergency.warnings import forms, passing
from anyuan.domains.emergency.warnings.content import (
    colour_of,
    content,
    kind_of,
    short_level,
)
from anyuan.domains.emergency.warnings.models import (
    EndReason,
    Status,
    WarningResponse,
    WarningSignal,
)
from anyuan.domains.emergency.warnings.numbers import limits
from anyuan.domains.emergency.warnings.services.incoming import named
from anyuan.domains.emergency.warnings.services.weighing import (
    order_suspension,
    refuse_wrong,
    step_warning,
)
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.engines.notices.history import read_as
from anyuan.org.actor import SYSTEM, Actor
from anyuan.org.permissions import Permission

PASSABLE = {Status.ACTUAL, Status.EXERCISE, Status.TEST}
DECIDED = ("kind", "colour", "level", "words", "advice", "expires_at")


def own_level(signal: WarningSignal, by: Actor) -> str:
    """The unit that received a warning decides on it; the system carries out what its publisher says."""
    if by.unit_key and by.unit_key != signal.unit_id:
        return _("由%(unit)s研判和办理。") % {"unit": signal.unit.name}
    return ""


def issue(signal: WarningSignal, by: Actor, data: Mapping[str, Any]) -> None:
    """Passed on as decided: every school in the area gets it now; what it takes the place of ends."""
    if not data.get("units"):
        raise Refused(_("请在“研判下发”页面选择范围和措施。"))
    if signal.status not in PASSABLE:
        raise Refused(_("这条预警的性质不能下发给学校。"))
    _decide(signal, data)
    suspension = data.get("suspension") or {}
    if suspension:
        refuse_wrong(suspension["kind"], suspension["from_at"], suspension["to_at"], suspension.get("stages") or ())  # fmt: skip
    passing.deadlines(signal, timezone.now())
    signal.issued_by_name = by.name[:60]
    signal.save()
    passing.pass_on(signal, by=by, measures=signal.measures)
    if suspension:
        order_suspension(signal, by=by, **suspension)
    _end_replaced(signal)
    record = signal.record
    record.title, record.tags, record.counts = signal.title, signal.tags, signal.is_real
    record.save(update_fields=["title", "tags", "counts"])
    signal.case.record = record


def _decide(signal: WarningSignal, data: Mapping[str, Any]) -> None:
    """What the person at the desk settled. Errors: Refused, at its field."""
    if data["kind"] not in content().kinds:
        raise Refused(_("请选择预警种类。"), field="kind")
    if data["colour"] not in kind_of(data["kind"]).grades:
        raise Refused(_("%(kind)s没有这种颜色的预警，请重新选择。") % {"kind": kind_of(data["kind"]).title}, field="colour")  # fmt: skip
    if data["level"] not in content().levels:
        raise Refused(_("请选择响应等级。"), field="level")
    now = timezone.now()
    if data["expires_at"] <= now:
        raise Refused(_("有效期应晚于现在。"), field="expires_at")
    if data["expires_at"] > now + limits().longest:
        raise Refused(_("有效期最长 %(n)d 天。") % {"n": limits().longest.days}, field="expires_at")  # fmt: skip
    units = topmost(data["units"])
    if not all(subtree(signal.unit_id).holds(key) for key in units):
        raise Refused(_("请选择本单位范围内的影响范围。"), field="units")
    for name in DECIDED:
        if name in data:
            setattr(signal, name, data[name])
    if signal.onset_at is not None and signal.onset_at > signal.expires_at:
        raise Refused(_("有效期应晚于预警开始的时间。"), field="expires_at")
    signal.units = units
    signal.area_words = named(units)
    signal.measures = passing.cleaned(data.get("measures") or ())
    if not signal.measures:
        raise Refused(_("请至少保留一条措施。"), field="more")


def _end_replaced(signal: WarningSignal) -> None:
    old = signal.replaces
    if old is None:
        return
    old = WarningSignal.objects.select_related("record__case", "unit").get(pk=old.pk)
    if old.record.case.state == "running":
        data = {"reason": EndReason.REPLACED, "note": _("由 %(number)s 代替") % {"number": signal.number}}  # fmt: skip
        step_warning(old, by=SYSTEM, transition="end", data=data)


def extend(signal: WarningSignal, by: Actor, data: Mapping[str, Any]) -> None:
    """A new end, later or earlier, for everybody."""
    until = data["expires_at"]
    if until <= timezone.now():
        raise Refused(_("有效期应晚于现在；要马上结束，请用“解除”。"), field="expires_at")
    if signal.onset_at is not None and until < signal.onset_at:
        raise Refused(_("有效期应晚于预警开始的时间。"), field="expires_at")
    if until > timezone.now() + limits().longest:
        raise Refused(_("有效期最长 %(n)d 天。") % {"n": limits().longest.days}, field="expires_at")  # fmt: skip
    signal.expires_at = until
    signal.save(update_fields=["expires_at"])
    WarningResponse.objects.filter(signal=signal, ended_at__isnull=True).update(expires_at=until)


def end(signal: WarningSignal, by: Actor, data: Mapping[str, Any]) -> None:
    """Over: by its publisher, by time, by hand, or because another takes its place."""
    reason = data.get("reason") or EndReason.HAND
    signal.ended_at, signal.end_reason = timezone.now(), reason
    signal.summary = passing.summed_up(signal)[:300]
    signal.save(update_fields=["ended_at", "end_reason", "summary"])
    passing.finish(signal, reason=reason, quiet=reason == EndReason.REPLACED)


def lay_aside(signal: WarningSignal, by: Actor, data: Mapping[str, Any]) -> None:
    signal.ended_at, signal.end_reason = timezone.now(), data.get("reason") or EndReason.HAND
    signal.save(update_fields=["ended_at", "end_reason"])


P = Permission.WARNING_MANAGE
WARNING = declare(
    Loop(
        key="warning",
        label="预警",
        url_name="warnings:detail",
        start=("pending",),
        stages=("研判", "下发", "解除"),
        states=(
            State("pending", "待研判", "orange", "scale", 1),
            State("running", "执行中", "purple", "broadcast", 2),
            State("ended", "已解除", "green", "circle-check", 3, final=True),
            State("void", "未下发", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("issue", "下发", ("pending",), "running", P, "send", guard=own_level, apply=issue),
            Transition("void", "不下发", ("pending",), "void", P, "circle-x", "secondary",
                       form=forms.ReasonForm, guard=own_level, apply=lay_aside),
            Transition("extend", "改有效期", ("running",), "running", P, "clock-edit", "secondary",
                       form=forms.ExtendForm, guard=own_level, apply=extend),
            Transition("end", "解除", ("running",), "ended", P, "circle-check", "success",
                       form=forms.NoteForm, guard=own_level, apply=end),
        ),
    )
)  # fmt: skip
for _model in ("warnings.WarningSignal", "warnings.WarningResponse"):
    read_as(_model, "kind", lambda key: kind_of(key).title if key else "")
    read_as(_model, "colour", lambda key: found.title if (found := colour_of(key)) else "")
    read_as(_model, "level", short_level)
