"""Starting a roll call: who is expected, who is told, who stands for a class."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anyuan.core import onsite, scope
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.rollcall.models import (
    Group,
    Pupil,
    SchoolClass,
)
from anyuan.domains.emergency.rollcall.queries import for_record
from anyuan.domains.emergency.rollcall.services import (
    choose_teacher,
    send_sheet,
    void_roll_call,
)
from anyuan.domains.emergency.rollcall.tests.making import (
    a_class,
    a_pupil,
    figures,
    fresh,
    group_of,
    member_of,
    named_class,
    started,
)
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import change_row, end_row
from anyuan.engines.notices.models import Notification


def test_everybody_is_expected_from_the_classes_the_staff_and_who_is_inside(cast, monkeypatch):
    named_class(cast.school, cast.officer, teacher_name="教师甲")
    a_class(cast.school, cast.officer, "三（3）班", pupils=41)
    guests = [onsite.OnSite("inside", "维修工", "修空调", heads=2)]
    monkeypatch.setattr(onsite, "_providers", {"test": lambda key: guests})
    call = started(cast.school, cast.officer, staff=True, others=True)
    with scope.enter(cast.officer.units):
        groups = {g.name: g for g in Group.objects.filter(roll_call=call)}
    assert {name: g.expected for name, g in groups.items()} == {
        "三（2）班": 4, "三（3）班": 41, "教职工": 3, "校内来访人员": 2,
    }  # fmt: skip
    assert groups["三（2）班"].named
    assert not groups["三（3）班"].named
    assert figures(call) == (50, 0, 0, 50)


def test_colleagues_are_told_at_once(cast):
    named_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer, real=True)
    with scope.everything():
        told = Notification.objects.filter(kind="rollcall")
        assert {one.person_id for one in told} == {cast.teacher.person_id, cast.guard.person_id}
        assert "【真实】" in told[0].title
        assert str(call.pk) in told[0].url


def test_a_pupil_who_was_fetched_or_rides_the_bus_is_known_to_be_elsewhere(cast, monkeypatch):
    named_class(cast.school, cast.officer)
    away = [
        onsite.OnSite("away", "王小明", "10:20 家长接走", class_name="三(2)班"),
        onsite.OnSite("away", "", "在校车上", number="20260001"),
    ]
    monkeypatch.setattr(onsite, "_providers", {"test": lambda key: away})
    call = started(cast.school, cast.officer)
    assert figures(call) == (4, 0, 2, 2)
    assert member_of(call, "王小明").note == "10:20 家长接走"


def test_pupils_whose_class_is_not_registered_are_expected_all_the_same(cast):
    a_pupil(cast.school, cast.officer, "王小明", "1", class_name="四（1）班")
    call = started(cast.school, cast.officer)
    assert group_of(call, "四（1）班").expected == 1


def test_a_school_without_classes_counts_all_its_pupils(cast):
    call = started(cast.school, cast.officer)
    assert group_of(call, "全校学生").expected == 800


def test_only_chosen_classes_are_counted(cast):
    one = a_class(cast.school, cast.officer)
    a_class(cast.school, cast.officer, "三（3）班")
    call = started(cast.school, cast.officer, classes=[one.pk])
    assert figures(call) == (40, 0, 0, 40)
    with pytest.raises(Conflict):
        started(cast.school, cast.officer)


def test_what_is_expected_does_not_change_when_classes_change_later(cast):
    made = named_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    a_pupil(cast.school, cast.officer, "孙小新", "20260099")
    with scope.enter(cast.officer.units):
        gone = Pupil.objects.select_related("record").get(name="王小明")
        end_row(gone, by=cast.officer, ledger=all_ledgers()["pupil"], why="转学")
        row = SchoolClass.objects.select_related("record", "unit").get(pk=made.pk)
        change_row(
            row, by=cast.officer, ledger=all_ledgers()["school_class"], facts={"name": "四（2）班"}
        )
        send_sheet(group_of(call), by=cast.teacher, rest=True)
    assert figures(call) == (4, 4, 0, 0)


def test_one_at_a_time_and_a_real_one_goes_before_a_drill(cast):
    a_class(cast.school, cast.officer)
    drill = started(cast.school, cast.officer)
    with pytest.raises(Conflict, match="已在"):
        started(cast.school, cast.officer)
    real = started(cast.school, cast.officer, real=True)
    assert not fresh(drill).running
    assert fresh(real).running


def test_asked_again_for_the_same_drill_it_is_the_running_one(cast):
    a_class(cast.school, cast.officer)
    with scope.enter(cast.officer.units):
        about = Record.objects.create(
            kind="drill", unit=cast.school, done_by=cast.school, happened_on=timezone.localdate(), title="演练"
        )  # fmt: skip
        elsewhere = Record(kind="drill", unit_id=cast.other.key, title="别校")
    call = started(cast.school, cast.officer, about=about)
    assert started(cast.school, cast.officer, about=about).pk == call.pk
    with scope.enter(cast.officer.units):
        assert for_record(about).pk == call.pk
    with pytest.raises(Refused, match="不是本校"):
        started(cast.school, cast.officer, about=elsewhere)


def test_a_call_started_by_mistake_is_withdrawn(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    with pytest.raises(Refused, match="原因"):
        void_roll_call(call, by=cast.officer, reason=" ")
    void_roll_call(call, by=cast.officer, reason="点错了")
    assert not fresh(call).record.counts
    with pytest.raises(Refused, match="撤销"):
        send_sheet(group_of(call), by=cast.teacher, present=40)
    assert started(cast.school, cast.officer).running


def test_a_class_teacher_is_the_colleague_of_that_name_or_the_chosen_one(cast):
    with scope.everything():
        name = cast.teacher.name
    made = a_class(cast.school, cast.officer, teacher_name=name)
    call = started(cast.school, cast.officer)
    assert group_of(call).teacher_id == cast.teacher.person_id
    void_roll_call(call, by=cast.officer, reason="再来")
    choose_teacher(made, by=cast.officer, person_id=cast.guard.person_id)
    call = started(cast.school, cast.officer)
    assert group_of(call).teacher_id == cast.guard.person_id
    with pytest.raises(Refused, match="本校在岗"):
        choose_teacher(made, by=cast.officer, person_id=cast.stranger.person_id)
    with pytest.raises(Forbidden):
        choose_teacher(made, by=cast.teacher, person_id=None)
    with pytest.raises(Missing):
        choose_teacher(made, by=cast.stranger, person_id=None)
