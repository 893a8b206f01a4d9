"""Commanding: the steps of the loop, and tasks with their owners."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.emergency.incidents import timeline
from anyuan.domains.emergency.incidents.models import EntryKind, Incident, Task, TaskState
from anyuan.domains.emergency.incidents.services.reporting import locked
from anyuan.domains.emergency.incidents.timeline import Line
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move
from anyuan.engines.notices.services import tell_person
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of
from anyuan.org.services import checked


def step_incident(
    incident: Incident, *, by: Actor, transition: str, data: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Case:  # fmt: skip
    """One step of the loop (guarded by `cases.services.move`)."""
    case: Case = incident.record.case
    return move(case, by=by, transition=transition, thing=incident, data=data, seen=seen)


@action(Permission.INCIDENT_MANAGE)
def add_task(
    incident: Incident, *, by: Actor, text: str, owner_id: int | None = None, owner_name: str = "",
    due_at: datetime.datetime | None = None, task_id: Any = None,
) -> Task:  # fmt: skip
    """Give somebody something to do; a person with an account is told at once."""
    held = locked(incident)
    if task_id is not None and not is_client_id(task_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    if task_id and (kept := Task.objects.filter(pk=task_id, incident=held).first()):
        return kept
    if held.record.case.closed_at is not None:
        raise Refused(_("处置已经结束，不能再下达任务。"))
    name = owner_name.strip()
    if owner_id is not None:
        post = staff_of(held.unit).filter(person_id=owner_id).first()
        if post is None:
            raise Refused(_("请选择本校在岗的人员。"), field="owner")
        name = post.person.name
    if not name:
        raise Refused(_("请选择负责人，或写下姓名。"), field="owner_name")
    task = Task(
        pk=task_id or new_id(), incident=held, unit_id=held.unit_id, text=text.strip()[:200],
        owner_id=owner_id, owner_name=name[:40], due_at=due_at, made_by_name=by.name,
    )  # fmt: skip
    checked(task, exclude=("incident", "unit"))
    timeline.write(held, by=by, lines=[Line(EntryKind.TASK, _task_text(task))])
    if owner_id is not None and owner_id != by.person_id:
        tell_person(
            owner_id, held.unit_id, kind="incident.task", title=_("处置任务：%(text)s") % {"text": task.text},
            body=held.record.title, url="/incidents/mine/", record=held.record, once_key=f"task:{task.pk}",
        )  # fmt: skip
    return task


@action(Permission.INCIDENT_REPORT)
def end_task(task: Task, *, by: Actor, state: str, result: str = "") -> Task:
    """Done, or dropped; by its owner or by somebody who commands."""
    held: Task = (
        Task.objects.select_for_update(of=("self",)).select_related("incident").get(pk=task.pk)
    )
    commands = by.may(Permission.INCIDENT_MANAGE)
    if not commands and held.owner_id != by.person_id:
        raise Forbidden(_("这项任务由%(who)s办理。") % {"who": held.owner_name})
    if held.state != TaskState.OPEN:
        raise Conflict(_("这项任务刚刚已由%(who)s办结。") % {"who": held.ended_by_name})
    if state not in {TaskState.DONE, TaskState.DROPPED}:
        raise Refused(_("请选择已完成或取消。"), field="state")
    if state == TaskState.DROPPED and not (commands and result.strip()):
        raise Refused(_("取消任务要由指挥人员写明原因。"), field="result")
    held.state, held.result = state, result.strip()[:300]
    held.ended_at, held.ended_by_name = timezone.now(), by.name
    checked(held, exclude=("incident", "unit"))
    said = f"{TaskState(state).label}：{held.text}" + (f"（{held.result}）" if held.result else "")
    timeline.write(held.incident, by=by, lines=[Line(EntryKind.TASK, said)])
    return held


def _task_text(task: Task) -> str:
    until = ""
    if task.due_at:
        until = _("，%(due)s 前完成") % {"due": f"{timezone.localtime(task.due_at):%m-%d %H:%M}"}
    return _("交给%(who)s：%(text)s%(until)s") % {
        "who": task.owner_name, "text": task.text, "until": until,
    }  # fmt: skip
