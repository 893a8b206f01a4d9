"""The incident's loop: reported, received by the duty desk, handled, closed; and what each step writes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.refused import Refused
from anyuan.domains.emergency.incidents import forms, timeline
from anyuan.domains.emergency.incidents.clock import final_due
from anyuan.domains.emergency.incidents.content import content, level_of
from anyuan.domains.emergency.incidents.models import EntryKind, Incident, Task, TaskState
from anyuan.domains.emergency.incidents.numbers import limits_of
from anyuan.domains.emergency.incidents.ranks import NAMES, RANK, above_or_self, is_desk, rank_of
from anyuan.domains.emergency.incidents.services.reporting import set_limits, tell_of
from anyuan.domains.emergency.incidents.timeline import Line
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.engines.notices.history import read_as
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role


def may_receive(incident: Incident, by: Actor) -> str:
    if not is_desk(by):
        return _("由辖市区或市教育局值班室接报。")
    return _("已经接报。") if incident.received_at else ""


def may_confirm(incident: Incident, by: Actor) -> str:
    if incident.confirmed_at:
        return _("校（园）长已经确认。")
    return "" if by.role == Role.PRINCIPAL else _("由校（园）长确认。")


def may_manage(incident: Incident, by: Actor) -> str:
    """The level that commands, or one above it."""
    if rank_of(by) < RANK[incident.record.case.level]:
        return _("这件事由%(who)s指挥处置，由其办理。") % {"who": NAMES[incident.record.case.level]}
    return ""


def may_take(incident: Incident, by: Actor) -> str:
    if rank_of(by) <= RANK[incident.record.case.level]:
        return _("已由本级或上级指挥处置。")
    return ""


def may_void(incident: Incident, by: Actor) -> str:
    """What must be reported is not taken back by the school that reported it."""
    if incident.must_report and not is_desk(by):
        return _("须上报的事件，由接报的值班室核实后撤销。")
    return ""


def receive(incident: Incident, by: Actor, data: Mapping[str, Any]) -> str:
    incident.received_at, incident.received_by_id = timezone.now(), by.person_id
    incident.save(update_fields=["received_at", "received_by"])
    _say(incident, by, EntryKind.RECEIVED, _("值班室已接报"), data)
    return "received" if incident.case.state == "reported" else str(incident.case.state)


def confirm(incident: Incident, by: Actor, data: Mapping[str, Any]) -> str:
    incident.confirmed_at, incident.confirmed_by_id = timezone.now(), by.person_id
    incident.save(update_fields=["confirmed_at", "confirmed_by"])
    _say(incident, by, EntryKind.CONFIRMED, _("校（园）长已知情并确认情况属实"), data)
    return str(incident.case.state)


def start(incident: Incident, by: Actor, data: Mapping[str, Any]) -> None:
    incident.plan = data.get("plan", "")
    incident.save(update_fields=["plan"])
    said = _("启动处置")
    if incident.plan:
        said = _("启动处置，预案：%(plan)s") % {"plan": incident.plan}
    _say(incident, by, EntryKind.HANDLING, said, data)


def decide_level(incident: Incident, by: Actor, data: Mapping[str, Any]) -> str:
    """A person decides; a graver level has a higher command, a lower one leaves the command where it is."""
    level = level_of(data["level"])
    assert level is not None  # noqa: S101 -- the form offers the pack's levels
    graver = content().rank(level.key) < content().rank(incident.proposed)
    milder = content().rank(level.key) > content().rank(incident.proposed)
    if (graver or milder) and not data.get("note"):
        raise Refused(_("与系统建议不同，请写明理由。"), field="note")
    incident.level = level.key
    if incident.written_at is None:
        set_limits(incident)
    incident.save(
        update_fields=["level", "told_due_at", "written_due_at", "cap_at"]
    )  # fmt: skip
    manages = above_or_self(level.manages, incident.unit)
    if RANK[manages] > RANK[incident.case.level]:
        incident.case.level = manages
    incident.record.tags = incident.tags
    incident.record.save(update_fields=["tags"])
    incident.case.record = incident.record
    said = _("定为%(level)s，由%(who)s指挥处置") % {
        "level": level.title, "who": NAMES[incident.case.level],
    }  # fmt: skip
    _say(incident, by, EntryKind.LEVEL, said, data)
    timeline.write(incident, by=by, lines=[tell_of(incident, by=by)])
    return str(incident.case.state)


def take(incident: Incident, by: Actor, data: Mapping[str, Any]) -> str:
    incident.case.level = next(name for name, rank in RANK.items() if rank == rank_of(by))
    said = _("%(who)s接管指挥") % {"who": NAMES[incident.case.level]}
    _say(incident, by, EntryKind.HANDLING, said, data)
    return str(incident.case.state)


def close(incident: Incident, by: Actor, data: Mapping[str, Any]) -> None:
    """The handling is over; lessons open hazards, and a plan that did not fit is to be revised."""
    if Task.objects.filter(incident_id=incident.pk, state=TaskState.OPEN).exists():
        raise Refused(_("还有没办完的任务，请先办结或取消。"))
    if incident.must_report and incident.written_at is None:
        raise Refused(_("须上报的事件还没有书面初报，请先报送。"))
    incident.cause, incident.lessons = data["cause"], data.get("lessons", "")
    now = timezone.localtime()
    incident.follow_due_at = None
    if incident.must_report:
        days = limits_of(incident.level or incident.proposed).final_days
        incident.final_due_at = final_due(now, days)
    incident.save(update_fields=["cause", "lessons", "follow_due_at", "final_due_at"])
    _say(
        incident, by, EntryKind.CLOSED, _("处置结束。原因：%(why)s") % {"why": incident.cause}, data
    )
    _raise_lessons(incident, by)
    if data.get("revise"):
        events.emit(
            "plan.revision_wanted", unit=incident.unit, by=by, kind=incident.kind,
            words=data["revise"], record=incident.record,
        )  # fmt: skip
        said = _("预案需要修订：%(words)s") % {"words": data["revise"]}
        timeline.write(incident, by=by, lines=[Line(EntryKind.CLOSED, said)])


def reopen(incident: Incident, by: Actor, data: Mapping[str, Any]) -> None:
    """Something came after: follow-up reports are due again, and a new final one in the end."""
    incident.final_due_at, incident.final_at = None, None
    if incident.must_report:
        follow = limits_of(incident.level or incident.proposed).follow
        incident.follow_due_at = timezone.now() + follow
    incident.save(update_fields=["final_due_at", "final_at", "follow_due_at"])
    _say(incident, by, EntryKind.REOPENED, _("重新处置"), data)


def void(incident: Incident, by: Actor, data: Mapping[str, Any]) -> None:
    incident.follow_due_at = incident.final_due_at = None
    incident.save(update_fields=["follow_due_at", "final_due_at"])
    _say(incident, by, EntryKind.VOID, _("撤销"), data)


def _say(incident: Incident, by: Actor, kind: str, text: str, data: Mapping[str, Any]) -> None:
    note = str(data.get("note", "")).strip()
    line = Line(kind, f"{text}。{note}" if note else text)
    timeline.write(incident, by=by, lines=[line])


def _raise_lessons(incident: Incident, by: Actor) -> None:
    """Each line of the lessons becomes a hazard to be closed."""
    for lesson in lessons_of(incident.lessons):
        mark = hashlib.blake2b(lesson.encode(), digest_size=8).hexdigest()
        events.emit(
            "finding.raised", record=incident.record, unit=incident.unit, by=by, title=lesson, detail="",
            place=incident.place, category="", level="general", basis="", file_ids=[], source="incident",
            source_ref=f"incident:{incident.pk}:{mark}",
        )  # fmt: skip


def lessons_of(text: str) -> list[str]:
    return [line.strip()[:300] for line in text.splitlines() if line.strip()]


P = Permission.INCIDENT_MANAGE
OPEN = ("reported", "received", "handling")
INCIDENT = declare(
    Loop(
        key="incident",
        label="突发事件",
        url_name="incidents:detail",
        start=("reported",),
        stages=("首报", "接报", "处置", "结束"),
        states=(
            State("reported", "待接报", "red", "bell-ringing", 1),
            State("received", "已接报", "orange", "phone-check", 2),
            State("handling", "处置中", "purple", "urgent", 3),
            State("closed", "已结束", "green", "circle-check", 4, final=True),
            State("void", "已撤销", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("receive", "接报", OPEN, "received", P, "phone-check", form=forms.NoteForm,
                       guard=may_receive, apply=receive),
            Transition("confirm", "校（园）长确认", OPEN, "reported", P, "user-check", form=forms.NoteForm,
                       guard=may_confirm, apply=confirm),
            Transition("start", "启动处置", ("reported", "received"), "handling", P, "urgent",
                       form=forms.StartForm, apply=start),
            Transition("level", "定级", OPEN, "handling", P, "scale", form=forms.LevelForm,
                       guard=may_manage, apply=decide_level),
            Transition("take", "接管指挥", OPEN, "handling", P, "arrow-big-up-lines", "warning",
                       form=forms.NoteForm, guard=may_take, apply=take),
            Transition("close", "处置结束", ("handling",), "closed", P, "circle-check", "success",
                       form=forms.CloseForm, guard=may_manage, apply=close),
            Transition("reopen", "重新处置", ("closed",), "handling", P, "refresh", "warning",
                       form=forms.ReasonForm, guard=may_manage, apply=reopen),
            Transition("void", "撤销（误报或重复）", ("reported", "received"), "void", P, "circle-x",
                       "secondary", form=forms.ReasonForm, guard=may_void, apply=void),
        ),
    )
)  # fmt: skip
read_as("incidents.Incident", "kind", lambda key: content().kinds[key].title if key in content().kinds else str(key))  # fmt: skip
for _name in ("level", "proposed"):
    read_as("incidents.Incident", _name, lambda key: found.title if (found := level_of(key)) else str(key))  # fmt: skip
