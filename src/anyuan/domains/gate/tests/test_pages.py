"""The gate's pages: the guard's desk, the host's and the visitor's phone."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit
from anyuan.domains.gate.day_services import renew_code, set_gate
from anyuan.domains.gate.leave_services import start_leave
from anyuan.domains.gate.models import Entry, GateDay, Leave, State
from anyuan.domains.gate.public import PER_ADDRESS, sign_pass, sign_school
from anyuan.domains.gate.services import book_entry, confirm_entry, register_entry
from anyuan.domains.gate.tests.test_entries import given_pass
from anyuan.engines.notices.models import Notification
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, hire

TODAY = timezone.localdate()
VISIT = {
    "kind": "parent", "name": "赵敏", "phone": "13900000003", "host_name": "教师乙", "on": str(TODAY),
    "purpose": "送药", "people": "1", "agree": "on",
}  # fmt: skip


def entries():
    with scope.everything():
        return list(Entry.objects.select_related("unit").order_by("id"))


@pytest.fixture
def door(cast):
    """The address behind the school's code."""
    return reverse("gate:public", args=[sign_school(booking_on(cast))])


def booking_on(cast):
    return set_gate(cast.school, by=cast.officer, epidemic=False, booking=True)


def test_the_guard_registers_and_the_host_agrees_on_the_phone(cast):
    guard, teacher = cast.client(cast.guard), cast.client(cast.teacher)
    facts = {"kind": "visitor", "name": "李四", "host": "教师甲", "people": "1", "purpose": "开会"}
    wrong = guard.post(reverse("gate:new"), facts)
    assert wrong.status_code == 422
    assert "没有这个姓名" in wrong.content.decode()
    assert 'value="李四"' in wrong.content.decode()
    assert entries() == []
    guard.post(reverse("gate:new"), facts | {"host": "教师乙"})
    entry = entries()[0]
    today = teacher.get(reverse("web:today")).content.decode()
    assert "请您确认的来访" in today
    assert "李四" in today
    act = reverse("gate:entry_act", args=[entry.pk, "confirm"])
    assert teacher.post(act, {"back": "today"}).headers["Location"] == reverse("web:today")
    page = guard.post(reverse("gate:entry_act", args=[entry.pk, "in"]), follow=True)
    assert "访客牌 1 号" in page.content.decode()
    today = guard.get(reverse("web:today")).content.decode()
    assert "现在校内 1 批" in today
    assert "李四" in guard.get(reverse("gate:inside")).content.decode()
    guard.post(reverse("gate:entry_act", args=[entry.pk, "out"]), {"back": "inside"})
    assert entries()[0].state == State.LEFT


def test_one_form_sent_twice_is_one_entry(cast):
    guard = cast.client(cast.guard)
    facts = {"kind": "delivery", "name": "顺丰", "people": "1", "form_id": str(new_id())}
    for _ in range(2):
        assert guard.post(reverse("gate:new"), facts).status_code == 302
    assert len(entries()) == 1


def test_a_teacher_sees_own_visitors_only(cast):
    with scope.everything():
        other = hire(cast.school, "teacher9", "教师己", "teacher")
    entry = book_entry(cast.school, by=cast.teacher, on=TODAY, name="周芷若")
    assert cast.client(cast.teacher).get(reverse("gate:entry", args=[entry.pk])).status_code == 200
    client = cast.client(other)
    assert client.get(reverse("gate:entry", args=[entry.pk])).status_code == 404
    assert "周芷若" not in client.get(reverse("gate:register")).content.decode()
    assert client.get(reverse("gate:inside")).status_code == 403


def test_who_supervises_sees_numbers_and_no_names(cast):
    register_entry(cast.school, by=cast.guard, name="周芷若", kind="official")
    guard = cast.client(cast.guard)
    refused = guard.post(reverse("gate:close"), {"on": str(TODAY)})
    assert "没有登记离校" in refused.content.decode()
    guard.post(reverse("gate:close"), {"on": str(TODAY), "note": "检查未结束"})
    district = cast.client(cast.district)
    page = district.get(reverse("gate:home"), follow=True).content.decode()
    assert "来访 1" in page
    assert "周芷若" not in page
    with scope.everything():
        day = GateDay.objects.get()
    detail = district.get(reverse("gate:day", args=[day.pk])).content.decode()
    assert "检查未结束" in detail
    assert "周芷若" not in detail
    assert district.get(reverse("gate:register")).status_code == 403
    assert district.get(reverse("gate:days_export")).status_code == 200


def test_a_visitor_books_by_the_code_and_shows_the_pass(cast, door):
    client = Client()
    shown = client.get(door).content.decode()
    assert "教师乙" not in shown
    wrong = client.post(door, VISIT | {"phone": "12", "agree": ""})
    assert wrong.status_code == 422
    assert 'value="赵敏"' in wrong.content.decode()
    answer = client.post(door, VISIT)
    entry = entries()[0]
    assert (entry.state, entry.host_id) == (State.ASKED, cast.teacher.person_id)
    card = client.get(answer.headers["Location"]).content.decode()
    assert "赵＊" in card
    assert "赵敏" not in card
    assert "139" not in card.split("<img")[0]
    with scope.everything():
        told = Notification.objects.get(person_id=cast.teacher.person_id)
    assert "赵敏" not in told.title + told.body


def test_an_unknown_host_is_answered_alike_and_goes_to_the_gate(cast, door):
    known = Client().post(door, VISIT)
    unknown = Client().post(door, VISIT | {"host_name": "查无此人"})
    assert known.status_code == unknown.status_code == 302
    pages = [Client().get(one.headers["Location"]).content.decode() for one in (known, unknown)]
    plain = [re.sub(r"data:image[^\"]+|csrf[^>]+", "", page) for page in pages]
    assert plain[0] == plain[1]
    with scope.everything():
        told = Notification.objects.filter(person_id=cast.guard.person_id)
        assert [one.title for one in told] == ["有一条来访预约没有对上被访人，请核实"]


def test_machines_and_floods_are_stopped(cast, door):
    assert Client().post(door, VISIT | {"website": "x"}).status_code == 200
    assert entries() == []
    answers = [Client().post(door, VISIT).status_code for _ in range(PER_ADDRESS + 1)]
    assert answers == [302] * PER_ADDRESS + [429]


def test_a_code_that_was_renewed_switched_off_or_forged_leads_nowhere(cast, door):
    renew_code(cast.school, by=cast.officer)
    assert Client().get(door).status_code == 404
    new = reverse("gate:public", args=[sign_school(booking_on(cast))])
    assert Client().get(new).status_code == 200
    set_gate(cast.school, by=cast.officer, epidemic=False, booking=False)
    assert Client().get(new).status_code == 404
    assert Client().get(new[:-4] + "xyz/").status_code == 404
    assert cast.client(cast.officer).get(reverse("gate:sheet")).status_code == 422


def test_reading_a_phone_number_is_logged(cast):
    entry = book_entry(cast.school, by=cast.teacher, on=TODAY, name="甲", phone="13800000001")
    client = cast.client(cast.guard)
    assert "13800000001" not in client.get(reverse("gate:entry", args=[entry.pk])).content.decode()
    page = client.post(reverse("gate:entry_unseal", args=[entry.pk])).content.decode()
    assert "13800000001" in page
    assert Audit.objects.filter(action="read_sensitive").count() == 1


def test_the_register_of_a_period_as_a_workbook(cast):
    book_entry(
        cast.school, by=cast.teacher, on=TODAY, name="=1+1", phone="13800000001", plate="苏D1"
    )
    client = cast.client(cast.officer)
    where = reverse("gate:export") + f"?since={TODAY}&until={TODAY}&q=苏d1"
    plain = openpyxl.load_workbook(io.BytesIO(client.get(where).content)).active
    heads = [cell.value for cell in plain[3]]
    assert ("手机号" in heads, plain.cell(4, 3).value) == (False, "=1+1")
    whole = openpyxl.load_workbook(io.BytesIO(client.get(where + "&sealed=1").content)).active
    assert "13800000001" in [cell.value for cell in whole[4]]
    assert Audit.objects.filter(action="export").count() == 2
    assert Audit.objects.filter(action="read_sensitive").count() == 1
    assert cast.client(cast.teacher).get(where).status_code == 403


def test_badge_and_code_are_papers(cast):
    booking_on(cast)
    entry = book_entry(cast.school, by=cast.teacher, on=TODAY, name="张三丰", purpose="开会")
    badge = cast.client(cast.guard).get(reverse("gate:badge", args=[entry.pk]))
    assert badge.content.startswith(b"%PDF")
    sheet = cast.client(cast.officer).get(reverse("gate:sheet"))
    assert sheet.content.startswith(b"%PDF")
    assert Client().get(reverse("gate:pass", args=[sign_pass(entry)])).status_code == 200


def test_a_temperature_is_asked_only_where_the_school_has_switched_it_on(cast):
    guard = cast.client(cast.guard)
    assert "体温" not in guard.get(reverse("gate:new")).content.decode()
    cast.client(cast.officer).post(reverse("gate:settings"), {"epidemic": "on"})
    facts = {"kind": "official", "name": "督查组", "people": "2", "temperature": "37.5"}
    page = guard.post(reverse("gate:new"), facts | {"code": "green"}).content.decode()
    assert "不能进校" in page
    assert 'value="37.5"' in page
    guard.post(reverse("gate:new"), facts | {"code": "green", "temperature": "36.6"})
    assert [entry.fit for entry in entries()] == [True]
    guard.post(reverse("gate:new"), facts | {"code": "green", "turn": "1", "isolated": "on"})
    turned = entries()[-1]
    assert (turned.state, turned.fit, turned.isolated) == (State.TURNED, False, True)


def test_who_is_not_let_in_is_registered_with_the_reason(cast):
    guard = cast.client(cast.guard)
    facts = {"kind": "visitor", "name": "王五", "people": "1", "turn": "1"}
    assert "请写明不放行的原因" in guard.post(reverse("gate:new"), facts).content.decode()
    assert entries() == []
    guard.post(reverse("gate:new"), facts | {"why": "说不清来意"})
    assert [(one.state, one.why) for one in entries()] == [(State.TURNED, "说不清来意")]


def test_a_pupil_leaves_early(cast):
    teacher, guard = cast.client(cast.teacher), cast.client(cast.guard)
    facts = {
        "pupil": "小明", "class_name": "三（2）班", "reason": "就医", "fetcher": "张大明", "relation": "父亲",
        "on": str(TODAY),
    }  # fmt: skip
    assert teacher.post(reverse("gate:leave_new"), facts | {"phone": "1"}).status_code == 422
    teacher.post(reverse("gate:leave_new"), facts | {"confirmed": "on"})
    with scope.everything():
        leave = Leave.objects.get()
    assert "小明" in guard.get(reverse("web:today")).content.decode()
    out = reverse("gate:leave_act", args=[leave.pk, "out"])
    assert "当面核对接送人，再放行" in guard.post(out).content.decode()
    assert guard.post(out, {"seen": "on"}).status_code == 302
    page = teacher.get(reverse("gate:leave", args=[leave.pk])).content.decode()
    assert "放行离校" in page


def test_the_desk_and_the_lists_ask_the_same_for_one_row_and_for_three(cast, asked):
    guard = cast.client(cast.guard)
    names = ("gate:home", "gate:inside", "gate:register", "gate:leaves", "web:today")

    def add() -> None:
        register_entry(cast.school, by=cast.guard, kind="delivery", name="顺丰")
        book_entry(cast.school, by=cast.teacher, on=TODAY, name="甲")
        start_leave(
            cast.school, by=cast.teacher, on=TODAY, pupil="乙", class_name="一班", reason="病",
            fetcher="丙", relation="母亲", confirmed=True,
        )  # fmt: skip

    def count() -> list[int]:
        found = []
        for name in names:
            guard.get(reverse(name))
            with asked() as queries:
                assert guard.get(reverse(name)).status_code == 200
            found.append(len(queries))
        return found

    add()
    one = count()
    add(), add()
    assert count() == one
    assert max(one) <= 15


def test_a_school_with_two_sites_has_two_gates(cast):
    with scope.everything():
        for n, name in ((1, "本部"), (2, "东校区")):
            add_unit(
                cast.school, by=SYSTEM, code=f"213200000{n}0", name=name, kind="campus", profile=PROFILE
            )  # fmt: skip
        east = Unit.objects.get(name="东校区")
    guard, facts = cast.client(cast.guard), {"kind": "parent", "people": "1", "host": "教师乙"}
    assert "东校区" in guard.get(reverse("gate:home")).content.decode()
    guard.post(reverse("gate:new"), facts | {"name": "李四", "agreed": "1"})
    guard.get(reverse("gate:home") + f"?gate={east.key}")
    guard.post(reverse("gate:new"), facts | {"name": "王五", "agreed": "1"})
    assert [one.unit.name for one in entries()] == ["本部", "东校区"]
    desk = guard.get(reverse("gate:home")).content.decode()
    assert ("王五" in desk, "李四" in desk) == (True, False)
    inside = guard.get(reverse("gate:inside")).content.decode()
    assert "王五" in inside
    assert "李四" in inside
    door = reverse("gate:public", args=[sign_school(set_gate(
        east, by=cast.officer, epidemic=False, booking=True))])  # fmt: skip
    Client().post(door, VISIT)
    booked = entries()[-1]
    assert (booked.unit_id, booked.host_id) == (east.key, cast.teacher.person_id)
    confirm_entry(booked, by=cast.teacher)
    start_leave(east, by=cast.teacher, on=TODAY, pupil="甲", class_name="一班", reason="病",
                fetcher="丙", relation="母亲", confirmed=True)  # fmt: skip
    with scope.everything():
        told = Notification.objects.filter(person_id=cast.guard.person_id)
        assert [one.kind for one in told] == ["gate.leave"]


def test_the_guard_finds_a_pass_by_pinyin_and_lets_in(cast):
    held = given_pass(cast, TODAY)
    guard = cast.client(cast.guard)
    page = guard.get(reverse("gate:passes") + "?q=lyps").content.decode()
    assert "绿源配送" in page
    answer = guard.post(reverse("gate:pass_enter", args=[held.pk]), follow=True)
    assert "绿源配送 已进校，访客牌 1 号" in answer.content.decode()
    set_gate(cast.school, by=cast.officer, epidemic=True, booking=False)
    asked = guard.post(reverse("gate:pass_enter", args=[held.pk]))
    assert "请测量体温" in asked.content.decode()
