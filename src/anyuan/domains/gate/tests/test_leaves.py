"""Pupils who leave early: the class teacher names who fetches, the guard lets out."""

from __future__ import annotations

import datetime

import pytest
from django.apps import apps
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.gate.day_services import close_day
from anyuan.domains.gate.leave_services import (
    cancel_leave,
    confirm_leave,
    release_leave,
    return_leave,
    start_leave,
)
from anyuan.domains.gate.models import Leave, LeaveState
from anyuan.engines.notices.models import Notification
from anyuan.org.tests.cast import hire

TODAY = timezone.localdate()
FACTS = {
    "pupil": "小明", "class_name": "三（2）班", "reason": "就医", "fetcher": "张大明", "relation": "父亲",
    "phone": "13800000002",
}  # fmt: skip


def started(cast, **more):
    return start_leave(cast.school, by=cast.teacher, **{"on": TODAY, **FACTS, **more})


def test_started_confirmed_let_out_and_back_each_with_its_time(cast):
    leave = started(cast)
    assert leave.state == LeaveState.STARTED
    with pytest.raises(Refused, match="还没有核实"):
        release_leave(leave, by=cast.guard, seen=True)
    confirm_leave(leave, by=cast.teacher)
    with pytest.raises(Refused) as refusal:
        release_leave(leave, by=cast.guard, seen=False)
    assert refusal.value.field == "seen"
    out = release_leave(leave, by=cast.guard, seen=True)
    assert out.started_at <= out.confirmed_at <= out.out_at
    assert (out.confirmed_by_id, out.out_by_id) == (cast.teacher.person_id, cast.guard.person_id)
    assert return_leave(leave, by=cast.guard).back_at >= out.out_at
    with scope.everything():
        titles = set(Notification.objects.values_list("title", flat=True))
        assert apps.get_model("gate", "LeaveEvent").objects.count() == 4
    assert titles == {"有一名学生可以离校，接送人已核实", "您班上的学生已由接送人接走"}
    assert close_day(cast.school, by=cast.guard, on=TODAY).leaves == 1


def test_only_the_class_teacher_confirms_and_only_the_desk_lets_out(cast):
    with scope.everything():
        other = hire(cast.school, "teacher9", "教师己", "teacher")
    leave = started(cast)
    for by in (other, cast.guard):
        with pytest.raises(Forbidden):
            confirm_leave(leave, by=by)
    with pytest.raises(Missing):
        confirm_leave(leave, by=cast.stranger)
    confirm_leave(leave, by=cast.officer)  # stands in for the class teacher
    with pytest.raises(Forbidden):
        release_leave(leave, by=cast.teacher, seen=True)
    with pytest.raises(Conflict):
        confirm_leave(leave, by=cast.teacher)


def test_what_cannot_be_is_refused(cast):
    with pytest.raises(Refused) as refusal:
        started(cast, on=TODAY - datetime.timedelta(days=1))
    assert refusal.value.field == "on"
    with pytest.raises(Refused) as refusal:
        started(cast, phone="110")
    assert refusal.value.field == "phone"
    tomorrow = started(cast, on=TODAY + datetime.timedelta(days=1), confirmed=True)
    with pytest.raises(Refused, match="不是今天"):
        release_leave(tomorrow, by=cast.guard, seen=True)
    assert cancel_leave(tomorrow, by=cast.teacher, why="不去了").state == LeaveState.CANCELLED
    with pytest.raises(Conflict):
        release_leave(tomorrow, by=cast.guard, seen=True)


def test_sent_twice_is_one_slip(cast):
    key = new_id()
    assert started(cast, leave_id=key).pk == started(cast, leave_id=key).pk
    with scope.enter(cast.guard.units):
        assert Leave.objects.count() == 1
