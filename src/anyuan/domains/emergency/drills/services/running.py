"""While a drill runs: posts, moments, problems as they are seen; and its end."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.drills.facts import report_due
from anyuan.domains.emergency.drills.models import Drill, Guide, Mark, Mode, Problem, State
from anyuan.domains.emergency.drills.moments import POST, moments_of, seconds_of, sheet_of
from anyuan.domains.emergency.drills.parts import locked, raise_hazard, set_facts
from anyuan.domains.emergency.drills.services.holding import HELD_FIELDS
from anyuan.engines.live.services import publish
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, attach

LIVE = "drill_run"
MOST_GUIDES = 60
LONGEST = 7200
OPEN = (State.PLANNED, State.HELD, State.EVALUATED)


@action(Permission.DRILL_WRITE)
def set_guides(drill: Drill, *, by: Actor, guides: Iterable[tuple[str, str]]) -> list[Guide]:
    """Who stands where: (place, name) in order. A post that stays keeps its tick."""
    drill = locked(drill, State.PLANNED)
    wanted = [(place.strip()[:60], name.strip()[:40]) for place, name in guides]
    wanted = list(dict.fromkeys((place, name) for place, name in wanted if place and name))
    if len(wanted) > MOST_GUIDES:
        raise Refused(_("岗位最多 60 个，请合并。"), field="guides")
    had = {(guide.place, guide.name): guide for guide in drill.guides.all()}
    rows = []
    for position, (place, name) in enumerate(wanted):
        guide = had.get((place, name)) or Guide(
            drill=drill, unit_id=drill.unit_id, place=place, name=name
        )
        guide.position = position
        guide.save()
        rows.append(guide)
    drill.guides.exclude(pk__in=[row.pk for row in rows]).delete()
    return rows


@action(Permission.FILING_WRITE)
def mark_step(
    drill: Drill, *, by: Actor, step: str, at: datetime.datetime | None = None, mark_id: uuid.UUID
) -> Mark:
    """A step was done at a moment, as a phone took it; sent again it is the same tap.

    It is taken as long as the drill is not reported: what a phone kept without network is never lost.
    """
    if kept := _kept_mark(drill, mark_id):
        return kept
    if not is_client_id(mark_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新记时。"))
    drill = locked(drill, *OPEN)
    label = _label(drill, step)
    now = timezone.now()
    moment = at or now
    ahead = datetime.timedelta(minutes=int(number_values("drill_clock_minutes")[0]))
    if moment > now + ahead:
        raise Refused(_("手机的时间比实际快，请校准手机时间后再记。"), field="at")
    if moment < drill.record.created_at - ahead:
        raise Refused(_("记录的时刻早于安排这次演练的时间，请校准手机时间后再记。"), field="at")
    mark = Mark.objects.create(
        pk=mark_id, drill=drill, unit_id=drill.unit_id, step=step, label=label,
        at=min(moment, now), by_name=by.name[:40],
    )  # fmt: skip
    publish(LIVE, units=[drill.unit_id], data={"drill": str(drill.pk)})
    return mark


@action(Permission.FILING_WRITE)
def undo_marks(drill: Drill, *, by: Actor, mark_ids: Iterable[uuid.UUID]) -> int:
    """Take taps back; they stay in the table with who took them back. How many."""
    drill = locked(drill, *OPEN)
    count: int = Mark.objects.filter(
        drill=drill, pk__in=list(mark_ids), undone_at__isnull=True
    ).update(undone_at=timezone.now(), undone_by=by.name[:40])
    publish(LIVE, units=[drill.unit_id], data={"drill": str(drill.pk)})
    return count


@action(Permission.FILING_WRITE)
def see_problem(
    drill: Drill, *, by: Actor, text: str, place: str = "", problem_id: uuid.UUID,
    file_ids: Iterable[uuid.UUID] = (),
) -> Problem:  # fmt: skip
    """Something wrong, as it is seen. The hazard is opened at the end of the drill, or now if it is over."""
    kept = Problem.objects.filter(pk=problem_id, unit_id=drill.unit_id).first()
    if kept is not None:
        return kept
    if not is_client_id(problem_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    drill = locked(drill, *OPEN)
    if not text.strip():
        raise Refused(_("请写一句看到的问题。"), field="text")
    files = list(file_ids)
    attach(drill.record, files, by=by, label=_("问题照片"))
    problem = Problem(
        pk=problem_id, drill=drill, unit_id=drill.unit_id, place=place.strip()[:60], text=text.strip()[:300],
        raised=drill.record.state != State.PLANNED, photo_id=files[0] if files else None, seen_at=timezone.now(),
    )  # fmt: skip
    problem.save(force_insert=True)
    if problem.raised:
        raise_hazard(drill, problem, by=by)
    publish(LIVE, units=[drill.unit_id], data={"drill": str(drill.pk)})
    return problem


@action(Permission.DRILL_WRITE)
def finish_run(
    drill: Drill, *, by: Actor, file_ids: Iterable[uuid.UUID] = (), **facts: Any
) -> Drill:
    """The drill is over: day and seconds from the taps, people from the count; problems become hazards."""
    drill = locked(drill, State.PLANNED)
    sheet, moments = sheet_of(drill), moments_of(drill)
    start = moments.get(sheet.since)
    if start is None:
        step = sheet.step(sheet.since)
        raise Refused(
            _("还没有记下“%(step)s”的时刻，请先在执行单上记。")
            % {"step": step.title if step else ""}
        )
    facts["seconds"] = _seconds(drill, sheet, moments)
    _refuse_without_people(facts)
    on = timezone.localdate(start.at)
    drill.report_due_on = report_due(on)
    set_facts(drill, facts, HELD_FIELDS)
    amend_record(drill.record, by=by, happened_on=on, state=State.HELD, counts=True)
    attach(drill.record, file_ids, by=by)
    for problem in drill.problems.filter(raised=False).select_for_update():
        problem.raised = True
        problem.save(update_fields=["raised"])
        raise_hazard(drill, problem, by=by)
    publish(LIVE, units=[drill.unit_id], data={"drill": str(drill.pk)})
    return drill


def _seconds(drill: Drill, sheet: Any, moments: Any) -> int | None:
    seconds = seconds_of(sheet, moments)
    end = sheet.step(sheet.until)
    if seconds is None:
        if drill.mode == Mode.DESK:
            return None
        raise Refused(_("还没有记下“%(step)s”的时刻，请先在执行单上记。") % {"step": end.title})
    if not 0 <= seconds <= LONGEST:
        raise Refused(
            _("“%(step)s”的时刻不对（早于信号，或相隔超过两小时），请撤回后重记。")
            % {"step": end.title}
        )
    return seconds


def _refuse_without_people(facts: dict[str, Any]) -> None:
    wanted = {"expected": _("请填写应到人数。"), "present": _("请填写实到人数。")}
    errors = {name: text for name, text in wanted.items() if facts.get(name) is None}
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    if facts["present"] > facts["expected"]:
        raise Refused(_("实到人数不能多于应到人数。"), field="present")


def _label(drill: Drill, step: str) -> str:
    """The words of a step or a post. Errors: Refused where the sheet has no such line."""
    if step.startswith(POST):
        name = step.removeprefix(POST)
        guide = next((one for one in drill.guides.all() if str(one.pk) == name), None)
        if guide is not None:
            return f"{guide.place}：{guide.name}"[:60]
    found = sheet_of(drill).step(step)
    if found is None:
        raise Refused(_("执行单上没有这一项，请刷新页面后再记。"))
    return found.title[:60]


def _kept_mark(drill: Drill, mark_id: uuid.UUID) -> Mark | None:
    mark = Mark.objects.filter(pk=mark_id).first()
    if mark is not None and mark.drill_id != drill.pk:
        raise Conflict(_("提交编号已经用过，请刷新页面后重新记时。"))
    return mark
