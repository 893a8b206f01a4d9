"""Opening a case and moving it on."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.models import File, Record
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.engines.cases import registry
from anyuan.engines.cases.models import Case, Step
from anyuan.engines.cases.spec import Transition
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, attach


def open_case(
    record: Record,
    *,
    by: Actor,
    loop: str,
    state: str,
    label: str,
    due_on: datetime.date | None = None,
) -> Case:
    """The case of a new record, in one of its loop's first states (called inside a domain's service)."""
    spec = registry.get(loop)
    if state not in spec.start:
        raise ValueError(f"{loop} does not start in {state}")
    case = Case(record=record, unit_id=record.unit_id, loop=loop, state=state, due_on=due_on)
    case.save(force_insert=True)
    _write_step(case, by, transition="open", label=label, before="", note="")
    return case


def _permission(case: Case, **kwargs: Any) -> Permission:
    found = registry.get(case.loop).transition(kwargs["transition"])
    if found is None:
        raise Refused(_("没有这个操作，请刷新页面。"))
    return found.permission


@action(_permission)
def move(
    case: Case,
    *,
    by: Actor,
    transition: str,
    thing: Any,
    data: Mapping[str, Any] | None = None,
    seen: int | None = None,
    file_ids: Iterable[uuid.UUID] = (),
) -> Case:
    """Do one transition. `thing` is the domain's row, `seen` the version that the person looked at.

    Errors: Conflict when somebody acted in between or the state does not allow it, Forbidden with the
    guard's words, Refused when photos are asked and none came.
    """
    held = Case.objects.select_for_update().get(pk=case.pk)
    step = registry.get(held.loop).transition(transition)
    assert step is not None  # noqa: S101 -- _permission has found it
    if (seen is not None and seen != held.version) or held.state not in step.sources:
        now = held.state_spec.label
        raise Conflict(_("这件事刚刚已由他人办理，现在是“%(now)s”。请刷新后再看。") % {"now": now})
    thing.refresh_from_db()  # what the person looked at may be older than the lock
    thing.record.case = held
    if step.guard and (why := step.guard(thing, by)):
        raise Forbidden(why)
    files = list(file_ids)
    attached = attach(held.record, files, by=by, label=step.needs_files) if files else 0
    if step.needs_files and not attached and not _has_files(held, step):
        raise Refused(_("请上传照片，作为整改情况的证明。"), field="files")
    _carry_out(held, step, thing, by, dict(data or {}))
    return held


def _has_files(case: Case, step: Transition) -> bool:
    return File.objects.filter(record_id=case.pk, label=step.needs_files).exists()


def _carry_out(case: Case, step: Transition, thing: Any, by: Actor, data: dict[str, Any]) -> None:
    before = case.state
    thing.case = case  # what the domain changes on the case (due day, level) is saved once, below
    target = (step.apply(thing, by, data) if step.apply else None) or step.target
    case.state = target
    case.version += 1
    case.closed_at = timezone.now() if case.state_spec.final else None
    case.save()
    written = _write_step(
        case,
        by,
        transition=step.key,
        label=step.label,
        before=before,
        note=str(data.get("note", "")),
    )
    amend_record(case.record, by=by, state=target, counts=target != "void")
    events.emit("case.moved", case=case, step=written, by=by)


def _write_step(
    case: Case, by: Actor, *, transition: str, label: str, before: str, note: str
) -> Step:
    return Step.objects.create(
        case=case,
        unit_id=case.unit_id,
        transition=transition,
        label=label,
        from_state=before,
        to_state=case.state,
        person_id=by.person_id,
        by_name=by.name,
        note=note,
    )
