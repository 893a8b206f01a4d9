"""The pages: composing on a phone, following as commander, answering, the banner on every page."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.domains.emergency.alerts.models import Alert, Receipt
from anyuan.domains.emergency.alerts.services.answering import answer_alert
from anyuan.domains.emergency.alerts.services.running import end_alert
from anyuan.domains.emergency.alerts.tests.making import drafted, second_of, sent, small_limit
from anyuan.org.tests.cast import hire


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def press(client, alert, step, **given):
    where = reverse("alerts:act", args=[alert.pk, step])
    return client.post(where, given, follow=True).content.decode()


FORM = {
    "title": "紧急疏散",
    "text": "到操场集合",
    "level": "extreme",
    "roles": ["teacher", "guard"],
}


def test_from_the_template_to_the_sent_alert(cast):
    client = cast.client(cast.officer)
    assert "紧急疏散" in page(client, "alerts:new")
    form = page(client, "alerts:new", template="evacuate")
    assert "请立即按疏散路线撤到集合地点" in form
    answer = client.post(
        reverse("alerts:new"), FORM | {"kind": "real", "asks_answer": "on"}, follow=True
    )
    check = answer.content.decode()
    assert "核对后发出" in check
    assert '<span class="num">2</span> 人将收到' in check
    with scope.everything():
        alert = Alert.objects.get()
    assert "进行中" in press(client, alert, "send")
    assert "现在是“进行中”" in press(client, alert, "send")  # pressed twice
    assert "紧急疏散" in page(client, "alerts:list")


def test_what_is_missing_is_said_and_kept(cast):
    client = cast.client(cast.officer)
    answer = client.post(
        reverse("alerts:new"), FORM | {"kind": "real", "text": "（请填写时间）停课"}
    )
    assert answer.status_code == 422
    assert "请先填好文中" in answer.content.decode()
    assert "停课" in answer.content.decode()
    answer = client.post(reverse("alerts:new"), FORM)
    assert "请按下面的按钮选择" in answer.content.decode()
    answer = client.post(reverse("alerts:new"), FORM | {"kind": "real", "units": [cast.other.key]})
    assert "不在您的范围内" in answer.content.decode()
    with scope.everything():
        assert not Alert.objects.exists()


def test_a_city_chooses_among_its_districts_and_their_schools(cast):
    client = cast.client(cast.bureau)
    form = page(client, "alerts:new", template="weather")
    assert "武进区教育局" in form
    assert cast.school.name not in form
    form = page(client, "alerts:new", template="weather", area=cast.wujin.key)
    assert cast.school.name in form
    given = FORM | {"roles": ["safety_officer"], "kind": "test", "area": cast.wujin.key}
    client.post(reverse("alerts:new"), given | {"units": [cast.school.key]})
    with scope.everything():
        assert Alert.objects.get().units == [cast.school.key]


def test_the_second_person_and_the_word(cast, monkeypatch):
    small_limit(monkeypatch, alert_second_person_size=1)
    second, client = second_of(cast), cast.client(cast.bureau)
    alert = drafted(cast.city, cast.bureau)
    check = page(client, "alerts:detail", alert.pk)
    assert "请同事确认后发出" in check
    assert "真实发送常州市" in check
    assert "确认词不对" in press(client, alert, "send", word="发送")
    assert "已请本级同事确认" in press(client, alert, "send")
    assert "我确认" not in page(client, "alerts:detail", alert.pk)
    other = cast.client(second)
    assert "我确认" in page(other, "alerts:detail", alert.pk)
    assert "已确认" in press(other, alert, "confirm")


def test_the_banner_stands_on_every_page_until_answered(cast):
    client = cast.client(cast.teacher)
    assert "alert-banner " not in page(client, "web:today")
    alert = sent(cast.school, cast.officer, kind="test")
    shown = page(client, "web:today")
    assert "演练，不是真实险情：紧急疏散" in shown
    assert "alert-real" not in shown
    assert client.post(reverse("alerts:seen", args=[alert.pk])).status_code == 204
    client.post(reverse("alerts:mine", args=[alert.pk]), {"answer": "safe"})
    assert "紧急疏散" not in page(client, "web:today")
    assert "紧急疏散" not in page(client, "alerts:banner")
    with scope.everything():
        receipt = Receipt.objects.get(person_id=cast.teacher.person_id)
    assert receipt.answer == "safe"
    assert receipt.seen_at is not None


def test_the_banner_asks_the_database_once_and_not_at_all_without_an_alert(cast, asked):
    client = cast.client(cast.teacher)
    page(client, "web:today")
    with asked() as queries:
        page(client, "web:today")
    usual = len(queries)
    assert not any("alerts_alert" in one for one in queries)
    sent(cast.school, cast.officer)
    page(client, "web:today")
    with asked() as queries:
        page(client, "web:today")
    assert sum("alerts_alert" in one for one in queries) == 1
    assert len(queries) == usual + 1


def test_who_needs_help_stands_first_with_words_and_phone(cast):
    with scope.everything():
        hire(cast.school, "zhao", "赵老师", "teacher")
        from anyuan.org.models import Person

        Person.objects.filter(pk=cast.teacher.person_id).update(phone="13800000001")
    alert = sent(cast.city, cast.bureau, kind="test", audience=everybody())
    client = cast.client(cast.teacher)
    mine = page(client, "alerts:mine", alert.pk)
    assert "我需要帮助" in mine
    client.post(
        reverse("alerts:mine", args=[alert.pk]),
        {"answer": "help", "words": "有人扭伤", "place": "三楼"},
    )
    commander = cast.client(cast.bureau)
    shown = page(commander, "alerts:detail", alert.pk)
    assert shown.index("有人扭伤") < shown.index("武进区教育局")
    assert "tel:13800000001" in shown
    school = page(commander, "alerts:detail", alert.pk, unit=cast.school.key)
    assert "赵老师" in school
    assert "武进区" in school
    assert "有人扭伤" in page(commander, "alerts:going", alert.pk)
    assert (
        commander.get(reverse("alerts:detail", args=[alert.pk]), {"unit": "3"}).status_code == 404
    )


def everybody():
    from anyuan.domains.emergency.alerts.audience import Audience

    roles = ("bureau_supervisor", "district_supervisor", "safety_officer", "teacher", "guard")
    return Audience(roles=roles)


def test_people_below_see_only_their_own_receipt(cast):
    city = sent(cast.city, cast.bureau, kind="test", audience=everybody())
    own = sent(cast.school, cast.officer)
    for who, alert in ((cast.officer, city), (cast.district, city), (cast.teacher, own)):
        client = cast.client(who)
        for name in ("alerts:detail", "alerts:going", "alerts:correct"):
            assert client.get(reverse(name, args=[alert.pk])).status_code == 404
        assert client.get(reverse("alerts:mine", args=[alert.pk])).status_code == 200
    for who in (cast.district, cast.bureau):  # levels above see how it goes, and do not act
        client = cast.client(who)
        assert "再通知没有回应的人" not in page(client, "alerts:detail", own.pk)
        assert "由武进区湖塘实验小学发送和管理" in press(client, own, "end")
    stranger = cast.client(cast.stranger)
    assert stranger.get(reverse("alerts:mine", args=[own.pk])).status_code == 404
    assert stranger.post(reverse("alerts:seen", args=[own.pk])).status_code == 404


def test_my_list_holds_what_units_above_told_me(cast):
    alert = sent(cast.city, cast.bureau, kind="test", audience=everybody())
    assert "紧急疏散" in page(cast.client(cast.teacher), "alerts:list")
    assert "紧急疏散" in page(cast.client(cast.officer), "alerts:list", mine="1")
    assert "还没有发过紧急通知" in page(cast.client(cast.officer), "alerts:list")
    end_alert(alert, by=cast.bureau)
    assert "已经结束" in page(cast.client(cast.teacher), "alerts:mine", alert.pk)


def test_withdrawing_and_correcting_on_the_pages(cast):
    client = cast.client(cast.officer)
    alert = sent(cast.school, cast.officer)
    where = reverse("alerts:correct", args=[alert.pk])
    assert client.post(where, {"title": "疏散", "text": ""}).status_code == 422
    new = client.post(where, {"title": "疏散", "text": "到北操场"}, follow=True).content.decode()
    assert "更正：疏散" in new
    assert "已由新的通知代替" in page(client, "alerts:detail", alert.pk)
    with scope.everything():
        running = Alert.objects.get(record__state="running")
    assert "写明撤回的原因" in press(client, running, "withdraw")
    assert "撤回：" in press(client, running, "withdraw", reason="误报")
    told = cast.client(cast.teacher)
    assert "作废" in page(told, "web:today")
    assert "已被新的通知代替" in page(told, "alerts:mine", alert.pk)


@pytest.mark.parametrize("kind", ["docx", "pdf", "xlsx"])
def test_the_result_on_paper_is_logged(cast, kind):
    alert = sent(cast.school, cast.officer)
    answer_alert(
        cast.teacher.unit_key, by=cast.teacher, alert_id=alert.pk, answer="help", words="=1+1"
    )
    answer = cast.client(cast.officer).get(reverse("alerts:result", args=[alert.pk, kind]))
    assert answer.status_code == 200
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        rows = list(sheet.iter_rows(min_row=4, values_only=True))
        assert {row[7] for row in rows} == {"需要帮助", "未回应"}
        assert "=1+1" in {row[9] for row in rows}
    with scope.everything():
        assert Audit.objects.filter(action="export", what__contains="紧急疏散").count() == 1


def test_the_list_asks_alike_for_one_and_three(cast, asked):
    client = cast.client(cast.officer)
    sent(cast.school, cast.officer)
    page(client, "alerts:list")
    with asked() as one:
        page(client, "alerts:list")
    sent(cast.school, cast.officer), sent(cast.school, cast.officer)
    page(client, "alerts:list")
    with asked() as three:
        page(client, "alerts:list", kind="real", state="running")
    assert len(one) == len(three) <= 15
