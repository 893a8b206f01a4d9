"""A roll call on the screens of teacher and commander, from other parts of the product, and by the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.onsite import on_site
from anyuan.core.refused import Refused
from anyuan.domains.emergency.alerts.audience import Audience
from anyuan.domains.emergency.alerts.models import Receipt
from anyuan.domains.emergency.alerts.services.sending import draft_alert, send_alert
from anyuan.domains.emergency.incidents.tests.making import happened
from anyuan.domains.emergency.rollcall.models import RollCall, Sheet
from anyuan.domains.emergency.rollcall.services import Word, choose_teacher, send_sheet
from anyuan.domains.emergency.rollcall.tests.making import (
    a_class,
    group_of,
    member_of,
    named_class,
    started,
)
from anyuan.domains.gate.leave_services import release_leave, start_leave
from anyuan.domains.gate.services import let_in, register_entry
from anyuan.engines.live.models import Event


def test_the_commander_starts_in_one_press_and_the_teacher_counts(cast):
    made = named_class(cast.school, cast.officer)
    choose_teacher(made, by=cast.officer, person_id=cast.teacher.person_id)
    officer, teacher = cast.client(cast.officer), cast.client(cast.teacher)
    assert officer.get("/rollcall/new/").status_code == 200
    answer = officer.post("/rollcall/new/", {"unit": cast.school.key, "real": "1", "form_id": str(new_id())})  # fmt: skip
    assert answer.status_code == 302
    with scope.everything():
        call = RollCall.objects.get()
    assert call.real
    assert "正在清点人数" in teacher.get("/today/").content.decode()
    mine = teacher.get(f"/rollcall/{call.pk}/mine/")
    assert mine.headers["Location"] == f"/rollcall/groups/{group_of(call).pk}/"
    page = teacher.get(mine.headers["Location"]).content.decode()
    assert "全部到齐" in page
    lost = member_of(call, "李小红")
    body = {"rest": "1", "form_id": str(new_id()), f"w_{lost.pk}": "present|", f"s_{lost.pk}": "missing"}  # fmt: skip
    for _ in range(2):
        assert teacher.post(mine.headers["Location"], body).status_code == 302
    with scope.everything():
        assert Sheet.objects.count() == 1
    assert "李小红" in officer.get(f"/rollcall/{call.pk}/").content.decode()
    found = teacher.post(f"/rollcall/members/{lost.pk}/", {"state": "present", "place": "校医室"})
    assert found.status_code == 302
    assert "全部找到" in officer.get(f"/rollcall/{call.pk}/going").content.decode()


def test_a_page_that_was_opened_before_says_nothing_of_whom_it_did_not_touch(cast):
    named_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    lost = member_of(call, "李小红")
    send_sheet(group_of(call), by=cast.guard, words={lost.pk: Word("missing")})
    stale = {"rest": "1", f"w_{lost.pk}": "present|", f"s_{lost.pk}": "present", "at": timezone.now().isoformat()}  # fmt: skip
    cast.client(cast.teacher).post(f"/rollcall/groups/{group_of(call).pk}/", stale)
    assert member_of(call, "李小红").state == "missing"


def test_a_count_that_cannot_be_comes_back_with_a_sentence_at_its_field(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    where = f"/rollcall/groups/{group_of(call).pk}/"
    for number, words in (("", "请填写实到人数"), ("41", "不能更多")):
        answer = cast.client(cast.teacher).post(where, {"present": number})
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_ending_without_a_word_is_refused_on_the_page(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    officer = cast.client(cast.officer)
    refused = officer.post(f"/rollcall/{call.pk}/act/end", {})
    assert refused.status_code == 422
    assert "写明情况" in refused.content.decode()
    assert officer.post(f"/rollcall/{call.pk}/act/end", {"note": "停课"}).status_code == 302
    assert officer.post(f"/rollcall/{call.pk}/act/end", {"note": "停课"}).status_code == 409


def test_a_roll_call_of_an_incident_starts_from_its_page(cast):
    a_class(cast.school, cast.officer)
    with scope.enter(cast.officer.units):
        incident = happened(cast)
    officer = cast.client(cast.officer)
    page = officer.get(f"/incidents/{incident.pk}/").content.decode()
    assert f"/rollcall/new/?about={incident.pk}" in page
    assert "/rollcall/new/" not in cast.client(cast.district).get(f"/incidents/{incident.pk}/").content.decode()  # fmt: skip
    officer.post("/rollcall/new/", {"unit": cast.school.key, "real": "1", "about": str(incident.pk)})  # fmt: skip
    with scope.everything():
        assert RollCall.objects.get().about_id == incident.pk
    assert "应急清点" in officer.get(f"/incidents/{incident.pk}/").content.decode()


def test_the_command_page_of_the_levels_above_says_how_many(cast):
    a_class(cast.school, cast.officer)
    started(cast.school, cast.officer, real=True)
    for where in ("/command/", "/command/screen/"):
        page = cast.client(cast.district).get(where).content.decode()
        assert "正在清点人数" in page
        assert "还差 40" in page


def test_open_pages_hear_of_every_sheet(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    before = Event.objects.filter(kind="rollcall").count()
    send_sheet(group_of(call), by=cast.teacher, present=40)
    event = Event.objects.filter(kind="rollcall").latest("pk")
    assert Event.objects.filter(kind="rollcall").count() == before + 1
    assert f"u:{cast.wujin.key}" in event.topics


def test_an_alert_tells_the_teachers_of_chosen_classes_alone(cast):
    made = a_class(cast.school, cast.officer, teacher_name="")
    choose_teacher(made, by=cast.officer, person_id=cast.teacher.person_id)
    a_class(cast.school, cast.officer, "四（1）班", grade="p4")
    chosen = f"classes:{made.pk}"
    page = cast.client(cast.officer).get("/alerts/new/?template=own").content.decode()
    assert chosen in page
    assert "classes:grade-p4" in page
    facts = {"kind": "test", "title": "集合", "text": "带好名单"}
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        for further in (chosen, "classes:grade-p3"):
            asked = Audience(further=(further,))
            alert = draft_alert(cast.school, by=cast.officer, audience=asked, **facts)
            assert alert.expected == 1
        send_alert(alert, by=cast.officer)
        told = Receipt.objects.filter(alert=alert).values_list("person_id", flat=True)
        assert list(told) == [cast.teacher.person_id]
        assert alert.further_names == ["三年级全年级"]
        for wrong in ("classes:grade-p4", "classes:grade-p5", f"classes:{new_id()}"):
            with pytest.raises(Refused):
                draft_alert(
                    cast.school, by=cast.officer, audience=Audience(further=(wrong,)), **facts
                )


def test_the_gate_says_who_is_inside_and_who_was_fetched(cast):
    by = cast.guard
    with scope.enter(by.units, person=str(by.person_id)):
        entry = register_entry(cast.school, by=by, kind="delivery", name="顺丰", people=2)
        if entry.state != "inside":
            let_in(entry, by=by)
        slip = {"pupil": "王小明", "class_name": "三（2）班", "reason": "就医", "fetcher": "乙", "relation": "父亲"}  # fmt: skip
        leave = start_leave(
            cast.school, by=cast.officer, on=timezone.localdate(), confirmed=True, **slip
        )
        release_leave(leave, by=by, seen=True)
        found = {(one.kind, one.name, one.heads) for one in on_site(cast.school.key)}
    assert found == {("inside", "顺丰", 2), ("away", "王小明", 1)}


def test_by_the_api(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    teacher, above = cast.client(cast.teacher), cast.client(cast.district)
    (group,) = teacher.get(f"/api/v1/rollcalls/{call.pk}/groups").json()
    where = f"/api/v1/rollcalls/groups/{group['id']}/sheet"
    sent = teacher.post(where, {"present": 39, "elsewhere": 1}, content_type="application/json")
    assert (sent.status_code, sent.json()["missing"]) == (200, 0)
    (one,) = above.get("/api/v1/rollcalls").json()["items"]
    assert (one["expected"], one["present"], one["elsewhere"], one["missing"]) == (40, 39, 1, 0)
    assert above.get(f"/api/v1/rollcalls/{call.pk}/groups").status_code == 403
    assert cast.client(cast.stranger).get(f"/api/v1/rollcalls/{call.pk}").status_code == 404
    assert above.post(where, {"present": 1}, content_type="application/json").status_code == 403
