"""The pages through people's eyes: the desk, a school on its phone, a district, a stranger."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from anyuan.core import scope
from anyuan.domains.emergency.warnings.models import SuspensionOrder, WarningResponse, WarningSignal
from anyuan.domains.emergency.warnings.services.answering import acknowledge
from anyuan.domains.emergency.warnings.services.weighing import order_suspension
from anyuan.domains.emergency.warnings.tests.making import (
    copy_of,
    entered,
    issued,
    measures_of,
    soon,
    suspended,
)
from anyuan.engines.live.models import Event
from anyuan.org.actor import SYSTEM
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE

MOST = 15
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)


def local(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def by_hand(cast, **more):
    return {
        "kind": "gale", "colour": "yellow", "words": "阵风九级", "units": [cast.wujin.key], "expires_at": local(soon()),
        "source": "", **more,
    }  # fmt: skip


def decision(cast, **more):
    return {
        "kind": "gale", "colour": "yellow", "level": "III", "units": [cast.wujin.key], "expires_at": local(soon()),
        "words": "阵风九级", "m_count": "3", "m_on_0": "on", "m_text_0": "停止户外教学", "m_text_1": "不要这条",
        "m_on_2": "on", "m_text_2": "加固棚架", "more": "关好门窗", "suspend": "", **more,
    }  # fmt: skip


def test_from_the_form_to_the_school_in_two_pages(cast):
    client = cast.client(cast.district)
    assert client.get("/warnings/new/").status_code == 200
    answer = client.post("/warnings/new/", by_hand(cast))
    where = answer.headers["Location"]
    page = client.get(where).content.decode()
    assert "停止体育课、课间操等一切室外教学和集体活动" in page  # what the pack proposes
    assert client.post(where, decision(cast)).status_code == 302
    with scope.everything():
        signal = WarningSignal.objects.get()
        assert signal.measures == ["停止户外教学", "加固棚架", "关好门窗"]
    school = cast.client(cast.officer)
    assert "大风黄色预警" in school.get("/today/").content.decode()
    assert school.get(f"/warnings/told/{signal.pk}/", follow=True).status_code == 200
    # Sent twice: the second is told that it is done.
    assert "刚刚已由他人办理" in client.post(where, decision(cast)).content.decode()


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(cast):
    client = cast.client(cast.district)
    answer = client.post("/warnings/new/", by_hand(cast, kind="drought"))
    assert answer.status_code == 422
    assert "没有这种颜色" in answer.content.decode()
    assert "阵风九级" in answer.content.decode()
    signal = entered(cast.wujin, by=cast.district)
    where = reverse("warnings:issue", args=[signal.pk])
    answer = client.post(where, decision(cast, m_count="0", more="", suspend="closed"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("请填写时间") == 2
    answer = client.post(where, decision(cast, m_count="0", more=""))
    assert "请至少保留一条措施" in answer.content.decode()


def test_a_school_confirms_with_one_press_and_reports(cast):
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    client = cast.client(cast.officer)
    response = copy_of(signal, cast.officer)
    today = client.get("/today/").content.decode()
    ack = reverse("warnings:ack", args=[response.pk])
    assert ack in today
    assert client.post(ack).status_code == 302
    again = client.post(ack, follow=True).content.decode()
    assert "刚刚已由安全员甲确认收到" in again
    where = reverse("warnings:report", args=[response.pk])
    first, second = measures_of(response, cast.officer)
    bad = client.post(where, {f"m_{first.pk}": "done", "note": "都在忙", "seen": "0"})
    assert bad.status_code == 422
    assert "请选择“已落实”或“不适用”" in bad.content.decode()
    assert "都在忙" in bad.content.decode()
    photo = io.BytesIO(PNG)
    photo.name = "a.png"
    answers = {
        f"m_{first.pk}": "done",
        f"m_{second.pk}": "na",
        f"w_{second.pk}": "没有",
        "seen": "0",
    }
    assert client.post(where, {**answers, "files": photo}).status_code == 302
    page = client.get(reverse("warnings:response", args=[response.pk])).content.decode()
    assert "已落实" in page
    assert "没有" in page
    with scope.everything():
        assert response.record.files.count() == 1
    assert "反馈措施落实情况" not in client.get("/today/").content.decode()
    late = client.post(where, answers)
    assert "安全员甲反馈" in late.content.decode()


def test_a_school_reports_on_a_suspension(cast):
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    with scope.enter(cast.district.units, person=str(cast.district.person_id)):
        order_suspension(signal, by=cast.district, kind="early", from_at=soon(1), to_at=soon(5))
    client = cast.client(cast.officer)
    response = copy_of(signal, cast.officer)
    where = reverse("warnings:report", args=[response.pk])
    answers = {f"m_{one.pk}": "done" for one in measures_of(response, cast.officer)}
    bad = client.post(where, {**answers, "pupils": "10", "told": "12", "on_site": "0"})
    assert "不能多于" in bad.content.decode()
    good = {**answers, "pupils": "10", "told": "9", "on_site": "2", "carer": "值班老师"}
    assert client.post(where, good).status_code == 302
    assert suspended(response, cast.officer).on_site == 2
    page = client.get(reverse("warnings:response", args=[response.pk])).content.decode()
    assert "提前放学" in page
    assert "值班老师" in page


def test_who_may_only_look(cast):
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    response = copy_of(signal, cast.officer)
    teacher = cast.client(cast.teacher)
    page = teacher.get(reverse("warnings:response", args=[response.pk])).content.decode()
    assert "停止户外活动" in page
    assert reverse("warnings:ack", args=[response.pk]) not in page
    assert teacher.post(reverse("warnings:ack", args=[response.pk])).status_code == 403
    assert teacher.get("/warnings/new/").status_code == 403
    stranger = cast.client(cast.stranger)
    for name, pk in (("detail", signal.pk), ("response", response.pk), ("told", signal.pk), ("cap", signal.pk)):  # fmt: skip
        assert stranger.get(reverse(f"warnings:{name}", args=[pk])).status_code == 404


def test_the_city_looks_at_a_districts_warning_and_does_not_decide_it(cast):
    signal = entered(cast.wujin, by=cast.district)
    client = cast.client(cast.bureau)
    page = client.get(reverse("warnings:detail", args=[signal.pk])).content.decode()
    assert "研判下发" not in page
    answer = client.post(reverse("warnings:issue", args=[signal.pk]), decision(cast))
    assert answer.status_code == 403


def test_a_district_sees_its_schools_and_adds(cast):
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    office = copy_of(signal, cast.district)
    client = cast.client(cast.district)
    page = client.get(reverse("warnings:response", args=[office.pk])).content.decode()
    assert "武进区湖塘实验小学" in page
    assert "天宁区朝阳小学" not in page
    assert client.post(reverse("warnings:office_more", args=[office.pk]), {"more": "查看涵洞"}).status_code == 302  # fmt: skip
    facts = {"suspend": "late", "from_at": local(soon(1)), "to_at": local(soon(4))}
    assert (
        client.post(reverse("warnings:office_suspend", args=[office.pk]), facts).status_code == 302
    )
    page = (
        cast.client(cast.officer).get(f"/warnings/told/{signal.pk}/", follow=True).content.decode()
    )
    assert "查看涵洞" in page
    assert "推迟到校" in page
    assert "市里下发的预警" in client.get("/warnings/").content.decode()
    today = client.get("/warnings/today/").content.decode()
    assert reverse("warnings:ack", args=[office.pk]) in today
    assert client.post(reverse("warnings:ack", args=[office.pk])).status_code == 302
    assert "收到" not in client.get("/warnings/today/").content.decode()


def test_papers_say_what_was_decided(cast):
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    with scope.enter(cast.bureau.units, person=str(cast.bureau.person_id)):
        order = order_suspension(
            signal, by=cast.bureau, kind="closed", from_at=soon(1), to_at=soon(9), words="午餐照常"
        )
    client = cast.client(cast.bureau)
    word = client.get(reverse("warnings:paper", args=[signal.pk, "docx"]))
    text = "\n".join(part.text for part in Document(io.BytesIO(word.content)).paragraphs)
    assert "关于转发暴雨红色预警的通知" in text
    assert "1. 停止户外活动。" in text
    text = client.get(reverse("warnings:order_paper", args=[order.pk, "docx"])).content
    said = "\n".join(part.text for part in Document(io.BytesIO(text)).paragraphs)
    assert "关于停课的通知" in said
    assert "午餐照常" in said
    for name, pk in (("paper", signal.pk), ("order_paper", order.pk)):
        assert client.get(reverse(f"warnings:{name}", args=[pk, "pdf"])).content[:4] == b"%PDF"
        assert client.get(reverse(f"warnings:{name}", args=[pk, "exe"])).status_code == 404
    with scope.everything():
        assert SuspensionOrder.objects.get().schools == 2


def test_the_workbook_has_every_school(cast):
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    acknowledge(copy_of(signal, cast.officer), by=cast.officer)
    raw = cast.client(cast.bureau).get(reverse("warnings:summary", args=[signal.pk])).content
    rows = list(load_workbook(io.BytesIO(raw)).active.iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[4]) for row in rows] == [("天宁区朝阳小学", None), ("武进区湖塘实验小学", "安全员甲")]  # fmt: skip
    office = copy_of(signal, cast.district)
    raw = cast.client(cast.district).get(reverse("warnings:office_summary", args=[office.pk])).content  # fmt: skip
    assert len(list(load_workbook(io.BytesIO(raw)).active.iter_rows(min_row=4))) == 1
    assert cast.client(cast.teacher).get(reverse("warnings:summary", args=[signal.pk])).status_code == 404  # fmt: skip


def test_the_command_page_and_the_screen_show_what_runs(cast):
    entered(cast.city, by=cast.bureau, kind="fog", colour="orange")
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    acknowledge(copy_of(signal, cast.officer), by=cast.officer)
    client = cast.client(cast.bureau)
    for where in ("/command/", "/command/screen/"):
        page = client.get(where).content.decode()
        assert "暴雨红色预警" in page
        assert "确认 1 / 2" in page
        assert "大雾橙色预警" in page
        assert "待研判" in page
    assert "暴雨红色预警" in cast.client(cast.district).get("/command/").content.decode()
    assert "暴雨红色预警" in cast.client(cast.officer).get("/command/").content.decode()


def test_open_pages_hear_of_it(cast):
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    with scope.everything():
        topics = set().union(*Event.objects.filter(kind="warning").values_list("topics", flat=True))
        assert {f"u:{unit.key}" for unit in (cast.school, cast.other, cast.wujin, cast.city)} <= topics  # fmt: skip
    acknowledge(copy_of(signal, cast.officer), by=cast.officer)
    with scope.everything():
        assert Event.objects.filter(kind="warning_response").exists()
    going = cast.client(cast.bureau).get(reverse("warnings:going", args=[signal.pk]))
    assert "天宁区朝阳小学" in going.content.decode()


def test_an_alert_is_begun_from_a_warning(cast):
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    client = cast.client(cast.district)
    page = client.get(reverse("warnings:detail", args=[signal.pk])).content.decode()
    assert "群发紧急通知" in page
    form = client.get("/alerts/new/", {"template": "", "title": signal.title, "text": signal.words})
    assert 'value="暴雨红色预警"' in form.content.decode()


@pytest.mark.parametrize("many", [1, 12])
def test_pages_ask_the_same_however_many_schools_there_are(cast, asked, many):
    with scope.everything():
        for n in range(many):
            add_unit(cast.wujin, by=SYSTEM, code=f"21330000{n:02d}", name=f"演示{n}", kind="school", profile=PROFILE)  # fmt: skip
    signal = issued(entered(cast.city, by=cast.bureau), by=cast.bureau)
    with scope.everything():
        assert WarningResponse.objects.filter(office=False).count() == many + 2
    client = cast.client(cast.bureau)
    for where in ("/warnings/", f"/warnings/{signal.pk}/", f"/warnings/{signal.pk}/going/", "/command/"):  # fmt: skip
        client.get(where)
        with asked() as queries_made:
            assert client.get(where).status_code == 200
        assert len(queries_made) <= MOST, where


def test_passing_on_asks_the_database_the_same_however_many_schools_there_are(cast, asked):
    made = []
    for many in (1, 10):
        with scope.everything():
            for n in range(many):
                add_unit(cast.wujin, by=SYSTEM, code=f"21{many:02d}0000{n:02d}", name=f"校{n}", kind="school", profile=PROFILE)  # fmt: skip
        signal = entered(cast.city, by=cast.bureau)
        with asked() as queries_made:
            issued(signal, by=cast.bureau)
        made.append(len(queries_made))
    assert made[0] == made[1]
