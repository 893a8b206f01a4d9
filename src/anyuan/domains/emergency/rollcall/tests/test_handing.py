"""Reunification: once, to somebody who may, and the school's telephones are opened only with a trace."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.rollcall import handing
from anyuan.domains.emergency.rollcall.models import Handover
from anyuan.domains.emergency.rollcall.services import Word, send_sheet, void_roll_call
from anyuan.domains.emergency.rollcall.services.handing import (
    hand_over,
    hand_over_unlisted,
    open_guardians,
    undo_handover,
)
from anyuan.domains.emergency.rollcall.tests.making import (
    a_class,
    group_of,
    member_of,
    named_class,
    started,
)


@pytest.fixture
def call(cast):
    """A class of four that is all there, but for one."""
    named_class(cast.school, cast.officer)
    made = started(cast.school, cast.officer, real=True)
    lost = member_of(made, "李小红")
    send_sheet(group_of(made), by=cast.teacher, words={lost.pk: Word("missing")}, rest=True)
    return made


def here(call, by):
    with scope.enter(by.units):
        return [member.name for member in handing.still_here(group_of(call), by)]


def test_a_child_is_given_to_a_guardian_whose_number_agrees(cast, call):
    child = member_of(call, "王小明")
    with pytest.raises(Refused, match="不一致"):
        hand_over(child, by=cast.teacher, guardian=1, how="phone", digits="0000")
    made = hand_over(child, by=cast.teacher, guardian=1, how="phone", digits="5678")
    assert (made.guardian, made.relation, made.by_name) == ("王建国", "父亲", cast.teacher.name)
    assert here(call, cast.teacher) == ["张小刚", "赵小兰"]


def test_nobody_is_handed_over_twice(cast, call):
    child, key = member_of(call, "王小明"), new_id()
    first = hand_over(child, by=cast.teacher, guardian=1, how="known", handover_id=key)
    again = hand_over(child, by=cast.teacher, guardian=1, how="known", handover_id=key)
    assert again.pk == first.pk
    with pytest.raises(Conflict, match="王建国"):
        hand_over(child, by=cast.guard, guardian=1, how="known")
    with scope.everything():
        first.pk = new_id()
        with pytest.raises(IntegrityError, match="rollcall_handed_once"), transaction.atomic():
            first.save(force_insert=True)


def test_who_is_not_there_is_not_handed_over(cast, call):
    with pytest.raises(Refused, match="先清点到"):
        hand_over(member_of(call, "李小红"), by=cast.teacher, guardian=1, how="known")


def test_somebody_who_is_not_listed_needs_a_reason(cast, call):
    child = member_of(call, "王小明")
    with pytest.raises(Refused, match="特殊情况"):
        hand_over(child, by=cast.teacher, how="known", name="邻居", relation="邻居")
    with pytest.raises(Refused, match="原因"):
        hand_over(child, by=cast.teacher, how="exception", name="邻居", relation="邻居")
    with pytest.raises(Refused, match="名单中"):
        hand_over(child, by=cast.teacher, guardian=3, how="known")
    made = hand_over(
        child, by=cast.teacher, how="exception", name="周阿姨", relation="邻居", reason="母亲电话委托"
    )  # fmt: skip
    assert not made.listed


def test_a_mistake_is_taken_back_and_stays_to_be_read(cast, call):
    child = member_of(call, "王小明")
    made = hand_over(child, by=cast.teacher, guardian=1, how="known")
    with pytest.raises(Refused, match="原因"):
        undo_handover(made, by=cast.teacher, why="")
    with pytest.raises(Forbidden):
        undo_handover(made, by=cast.guard, why="不是我")
    with pytest.raises(Missing):
        undo_handover(made, by=cast.stranger, why="x")
    undo_handover(made, by=cast.officer, why="点错学生")
    with pytest.raises(Conflict):
        undo_handover(made, by=cast.officer, why="再撤")
    assert "王小明" in here(call, cast.teacher)
    hand_over(child, by=cast.teacher, guardian=1, how="known")
    with scope.everything():
        assert Handover.objects.filter(member=child).count() == 2


def test_a_class_without_names_is_written_down_by_hand(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer, real=True)
    group = group_of(call)
    facts = {"guardian": "钱父", "relation": "父亲", "how": "known"}
    with pytest.raises(Refused, match="重新清点"):
        hand_over_unlisted(group, by=cast.teacher, pupil_name="钱多多", **facts)
    send_sheet(group, by=cast.teacher, present=2)
    hand_over_unlisted(group, by=cast.teacher, pupil_name="钱 多多", **facts)
    with pytest.raises(Refused, match="交接过"):
        hand_over_unlisted(group, by=cast.teacher, pupil_name="钱多多", **facts)
    with pytest.raises(Refused, match="填写学生姓名"):
        hand_over_unlisted(group, by=cast.teacher, pupil_name=" ", **facts)
    with pytest.raises(Refused, match="没有名单"):
        hand_over_unlisted(group, by=cast.teacher, pupil_name="孙", **facts | {"how": "phone"})
    with pytest.raises(Missing):
        hand_over_unlisted(group, by=cast.stranger, pupil_name="孙", **facts)


def test_children_who_were_handed_over_keep_the_call_from_being_withdrawn(cast, call):
    hand_over(member_of(call, "王小明"), by=cast.teacher, guardian=1, how="known")
    with pytest.raises(Refused, match="不能撤销"):
        void_roll_call(call, by=cast.officer, reason="点错")


def test_reading_the_telephones_is_logged_without_a_name(cast, call):
    (guardian,) = open_guardians(member_of(call, "王小明"), by=cast.teacher)
    assert guardian.phone == "13800005678"
    line = Audit.objects.filter(action="read_sensitive").latest("at")
    assert line.person_id == cast.teacher.person_id
    assert "王" not in line.what
    for above in (cast.district, cast.bureau):
        with pytest.raises(Forbidden):
            open_guardians(member_of(call, "王小明"), by=above)
    with pytest.raises(Missing):
        open_guardians(member_of(call, "王小明"), by=cast.stranger)


def test_the_levels_above_and_strangers_hand_nobody_over(cast, call):
    child = member_of(call, "王小明")
    with pytest.raises(Forbidden):
        hand_over(child, by=cast.district, guardian=1, how="known")
    with pytest.raises(Missing):
        hand_over(child, by=cast.stranger, guardian=1, how="known")


def test_on_the_pages(cast, call):
    client = cast.client(cast.teacher)
    child, group = member_of(call, "王小明"), group_of(call)
    page = client.get(f"/rollcall/{call.pk}/handing/?group={group.pk}").content.decode()
    assert "王小明" in page
    assert "李小红" not in page
    form = client.get(f"/rollcall/members/{child.pk}/hand/").content.decode()
    assert "王建国（父亲）" in form
    assert "13800005678" not in form
    opened = client.post(f"/rollcall/members/{child.pk}/guardians/").content.decode()
    assert "13800005678" in opened
    wrong = client.post(
        f"/rollcall/members/{child.pk}/hand/", {"guardian": "1", "how": "phone", "digits": "1"}
    )
    assert wrong.status_code == 422
    assert "不一致" in wrong.content.decode()
    sent = client.post(
        f"/rollcall/members/{child.pk}/hand/", {"guardian": "1", "how": "phone", "digits": "5678"}
    )
    assert sent.status_code == 302
    page = client.get(f"/rollcall/{call.pk}/handing/?group={group.pk}").content.decode()
    assert "王建国（父亲）" in page
    officer = cast.client(cast.officer)
    for kind in ("pdf", "xlsx"):
        for what in ("sheet", "handover"):
            assert officer.get(f"/rollcall/{call.pk}/paper/{what}.{kind}").status_code == 200
    assert client.get(f"/rollcall/{call.pk}/paper/handover.pdf").status_code == 403
    assert Audit.objects.filter(action="export").count() == 4
