"""Bringing warnings in: a CAP message from anywhere, or a form that takes less than a minute."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.core.refused import Refused
from anyuan.domains.emergency.warnings.areas import resolve
from anyuan.domains.emergency.warnings.cap.message import Message, Reference
from anyuan.domains.emergency.warnings.cap.reading import read_message, text_of
from anyuan.domains.emergency.warnings.content import content, kind_of, titled
from anyuan.domains.emergency.warnings.interpreting import meaning_of
from anyuan.domains.emergency.warnings.models import (
    CapMessage,
    EndReason,
    Origin,
    Status,
    WarningSignal,
)
from anyuan.domains.emergency.warnings.numbers import limits
from anyuan.domains.emergency.warnings.opening import one_at_a_time, opened, refuse_school
from anyuan.domains.emergency.warnings.services.weighing import step_warning
from anyuan.org.action import action
from anyuan.org.actor import SYSTEM, Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already

RECEIPTS = {"Ack", "Error"}
NOT_FOR_SCHOOLS = {Status.DRAFT, Status.SYSTEM}


@dataclasses.dataclass(frozen=True)
class Taken:
    """What became of a message. `new`: it had not come before."""

    message: CapMessage
    new: bool

    @property
    def signal_id(self) -> uuid.UUID | None:
        found: uuid.UUID | None = self.message.signal_id
        return found


@action(Permission.WARNING_MANAGE)
def enter_warning(
    unit: Unit, *, by: Actor, kind: str, colour: str, words: str, units: Sequence[str],
    expires_at: datetime.datetime, source: str = "", advice: str = "", status: str = Status.ACTUAL,
    record_id: uuid.UUID | None = None,
) -> WarningSignal:  # fmt: skip
    """A warning by hand. Sent again with the same `record_id` it returns the one that is there."""
    refuse_school(unit)
    if kept := already(record_id, kind="warning", unit_id=unit.key):
        found: WarningSignal = WarningSignal.objects.get(pk=kept.pk)
        return found
    if kind not in content().kinds:
        raise Refused(_("请选择预警种类。"), field="kind")
    if colour not in kind_of(kind).grades:
        raise Refused(_("%(kind)s没有这种颜色的预警，请重新选择。") % {"kind": kind_of(kind).title}, field="colour")  # fmt: skip
    if not words.strip():
        raise Refused(_("请写下预警内容。"), field="words")
    now = timezone.now()
    if expires_at <= now:
        raise Refused(_("有效期应晚于现在。"), field="expires_at")
    if expires_at > now + limits().longest:
        raise Refused(_("有效期最长 %(n)d 天。") % {"n": limits().longest.days}, field="expires_at")  # fmt: skip
    if not units or not all(subtree(unit.key).holds(key) for key in units):
        raise Refused(_("请选择本单位范围内的影响范围。"), field="units")
    return opened(
        unit, by=by, label=_("录入"), record_id=record_id, origin=Origin.HAND, status=status, kind=kind,
        colour=colour, headline=titled(kind, colour), words=words.strip()[:4000], advice=advice.strip()[:4000],
        source=source.strip()[:120] or unit.name, units=list(units), area_words=named(units),
        published_at=now, expires_at=expires_at,
    )  # fmt: skip


@action(Permission.WARNING_MANAGE)
def take_message(unit: Unit, *, by: Actor, raw: bytes, origin: str) -> Taken:
    """A CAP message for a unit: kept once, and what it means done. Errors: NotCap where it cannot be read."""
    refuse_school(unit)
    message = read_message(raw)
    one_at_a_time(f"warnings:{unit.key}")
    name = name_of(message.key)
    if kept := CapMessage.objects.filter(unit=unit, name=name).first():
        return Taken(kept, new=False)
    row = CapMessage(
        unit=unit, sender=message.sender, identifier=message.identifier, sent_at=message.sent, name=name,
        kind=message.type, status=message.status, refers=[name_of(one) for one in message.references],
        origin=origin, xml=text_of(raw),
    )  # fmt: skip
    row.signal, row.result = _follow(row, message, unit, by, origin)
    row.save(force_insert=True)
    return Taken(row, new=True)


def _follow(
    row: CapMessage, message: Message, unit: Unit, by: Actor, origin: str
) -> tuple[WarningSignal | None, str]:
    """What a message leads to, and the words that say so."""
    if message.type in RECEIPTS:
        return None, _("是回执，不用处理")
    if message.status in NOT_FOR_SCHOOLS:
        return None, _("性质是“%(status)s”，不作为预警") % {"status": Status(message.status).label}
    earlier = _earlier(row, unit)
    if message.type == "Cancel":
        return _cancel(earlier)
    later = _later(row, unit)
    if later is not None:
        return later.signal, _("之后的%(what)s已经先收到，这条不再下发") % {
            "what": _("解除") if later.kind == "Cancel" else _("更新"),
        }  # fmt: skip
    meaning = meaning_of(message, usual=limits().usual)
    found = resolve(meaning.areas, unit)
    if not found.ours:
        return None, _("不涉及本单位范围")
    if meaning.expires_at <= timezone.now():
        return None, _("收到时已过有效期")
    facts = dataclasses.asdict(meaning) | {"units": found.units}
    del facts["areas"]
    signal = opened(
        unit, by=by, label=_("收到"), origin=origin, status=message.status, published_at=message.sent, **facts
    )  # fmt: skip
    if message.type == "Update":
        _replace(signal, earlier)
    return signal, _("待研判")


def name_of(reference: Reference) -> str:
    """How a message is named in the database, whatever distance from UTC it wrote its time with."""
    sent = reference.sent.astimezone(datetime.UTC).isoformat()
    return f"{reference.sender},{reference.identifier},{sent}"[:480]


def _earlier(row: CapMessage, unit: Unit) -> list[WarningSignal]:
    """The warnings it refers to: by messages of the same sender and the same nature only."""
    rows = CapMessage.objects.filter(
        unit=unit, name__in=row.refers, sender=row.sender, status=row.status, signal__isnull=False
    )
    found = WarningSignal.objects.filter(pk__in=rows.values("signal_id"))
    return list(found.select_related("record__case", "replaces__record__case").order_by("pk"))


def _later(row: CapMessage, unit: Unit) -> CapMessage | None:
    """A message of the same sender that came before this one and says something about it."""
    rows = CapMessage.objects.filter(
        unit=unit, refers__contains=[row.name], sender=row.sender, status=row.status,
        kind__in=["Update", "Cancel"],
    )  # fmt: skip
    found: CapMessage | None = rows.select_related("signal").order_by("-sent_at").first()
    return found


def _cancel(earlier: Sequence[WarningSignal]) -> tuple[WarningSignal | None, str]:
    """What is meant ends, and so does what it took the place of and still runs."""
    if not earlier:
        return None, _("没有找到它要解除的预警，可能还没有收到")
    signals = {one.pk: one for one in earlier}
    for one in earlier:
        if one.replaces is not None:
            signals.setdefault(one.replaces.pk, one.replaces)
    for signal in signals.values():
        _end(signal, EndReason.CANCEL, _("发布方解除"))
    return earlier[-1], _("已解除")


def _replace(signal: WarningSignal, earlier: Sequence[WarningSignal]) -> None:
    """What waited is over now; what was passed on stays in force until the new one is passed on."""
    for old in earlier:
        state = old.record.case.state
        if state == "running":
            signal.replaces = old
        elif state == "pending":
            signal.replaces = old.replaces or signal.replaces
            _end(old, EndReason.REPLACED, _("已有更新"))
    signal.save(update_fields=["replaces"])


def _end(signal: WarningSignal, reason: str, note: str) -> None:
    """By the system itself: what is passed on ends, what waits is laid aside."""
    case = signal.record.case
    step = {"running": "end", "pending": "void"}.get(case.state)
    if step:
        step_warning(signal, by=SYSTEM, transition=step, data={"note": note, "reason": reason})


def named(keys: Sequence[str]) -> str:
    """The units in words; only so many as can be read."""
    shown = 12
    rows = Unit.objects.filter(key__in=list(keys)).order_by("key")
    names = [one.name if one.kind == Unit.Kind.SCHOOL else one.short_name for one in rows]
    tail = _("等 %(n)d 个单位") % {"n": len(names)} if len(names) > shown else ""
    return "、".join(names[:shown])[:560] + tail


def say(taken: Taken) -> str:
    """What to tell who brought it in."""
    if not taken.new:
        return _("这条预警已经收到过了（%(result)s）。") % {"result": taken.message.result}
    return _("已读取：%(result)s。") % {"result": taken.message.result}
