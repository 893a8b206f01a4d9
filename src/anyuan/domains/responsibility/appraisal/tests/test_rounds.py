"""A round from scheme to final: scores follow from evidence, what is published stays, another person decides."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.appraisal.models import (
    ItemScore,
    Objection,
    Result,
    Scheme,
    Veto,
)
from anyuan.domains.responsibility.appraisal.services.rounds import (
    finish_round,
    open_round,
    publish_round,
    refresh_round,
)
from anyuan.domains.responsibility.appraisal.services.schemes import (
    change_scheme,
    ready_scheme,
    renew_scheme,
    take_scheme,
)
from anyuan.domains.responsibility.appraisal.services.scores import (
    assess_self,
    decide_objection,
    decide_veto,
    object_to,
    review_item,
)
from anyuan.domains.responsibility.appraisal.tests.making import (
    ITEMS,
    MONTH,
    UNTIL,
    VETOES,
    a_round,
    a_scheme,
    fact,
    item_in,
    result_in,
    scored,
)
from anyuan.org.tests.cast import hire

D = Decimal


@pytest.fixture
def second(cast):
    with scope.everything():
        return hire(cast.wujin, "second", "另一人", "district_supervisor")


def published(cast):
    fact(cast.school, "point:0", 90, 100)
    return publish_round(scored(cast), by=cast.district)


def later(cast, monkeypatch, days):
    now = timezone.now() + datetime.timedelta(days=days)
    monkeypatch.setattr(timezone, "now", lambda: now)


def test_scores_follow_from_the_facts_and_a_second_round_gives_the_same(cast):
    fact(cast.school, "point:0", 40, 50)
    fact(cast.school, "point:0", 40, 50, MONTH.replace(month=2))
    fact(cast.school, "point:0", 0, 50, UNTIL)  # after the period
    fact(cast.school, "incidents.in_time", 1, 3)
    scheme = a_scheme(cast)
    first, again = a_round(cast, scheme=scheme), a_round(cast, scheme=scheme)
    for round_ in (first, again):
        assert item_in(cast, round_, "1").points == D(36)  # 80% between 50 and 100 of 60
        assert item_in(cast, round_, "1").denominator == 100
        assert item_in(cast, round_, "2").points == D(10)
        assert item_in(cast, round_, "3").points is None
    fact(cast.school, "point:0", 50, 50)
    refresh_round(again, by=cast.district)
    assert item_in(cast, again, "1").points == D(48)
    assert item_in(cast, first, "1").points == D(36)


def test_a_round_waits_for_reviewers_and_averages_them(cast, second):
    round_ = a_round(cast)
    with pytest.raises(Refused, match="没有评分"):
        publish_round(round_, by=cast.district)
    item = item_in(cast, round_, "3")
    review_item(item, by=cast.district, points=D(18), reason="好")
    review_item(item, by=second, points=D("15.5"), reason="一般")
    assert item_in(cast, round_, "3").points == D("16.75")
    review_item(item, by=second, points=D(17), reason="重看后")
    assert item_in(cast, round_, "3").points == D("17.50")
    with scope.enter(cast.district.units):
        history = ItemScore.pgh_event_model.objects.filter(pgh_obj_id=item.pk)
        assert {one.points for one in history} >= {D("16.75"), D("17.50")}


def test_what_reviewers_may_not(cast):
    round_ = a_round(cast)
    item = item_in(cast, round_, "3")
    for wrong in ({"points": D(21)}, {"points": D(-1)}, {"reason": " "}):
        with pytest.raises(Refused):
            review_item(item, by=cast.district, **({"points": D(5), "reason": "x"} | wrong))
    with pytest.raises(Refused):
        review_item(item_in(cast, round_, "1"), by=cast.district, points=D(5), reason="x")
    with pytest.raises(Forbidden):
        review_item(item, by=cast.officer, points=D(5), reason="x")
    with pytest.raises(Missing):
        review_item(item, by=cast.other_district, points=D(5), reason="x")
    with pytest.raises(Forbidden):
        assess_self(item, by=cast.district, points=D(5), note="x")
    assert assess_self(item, by=cast.officer, points=D(19), note="家长志愿岗").self_points == 19


def test_a_district_does_not_score_itself(cast):
    scheme = ready_scheme(
        take_scheme(cast.city, by=cast.bureau, key="district_year"), by=cast.bureau
    )
    round_ = open_round(
        cast.city, by=cast.bureau, scheme=scheme, title="区考核", since=MONTH, until=UNTIL,
        units=[cast.wujin, cast.tianning],
    )  # fmt: skip
    with scope.enter(cast.district.units):
        item = ItemScore.objects.get(result__round=round_, source="review")
    with pytest.raises(Forbidden):
        review_item(item, by=cast.district, points=D(10), reason="自己打分")
    assess_self(item, by=cast.district, points=D(9), note="做法")
    with pytest.raises(Refused):
        take_scheme(cast.wujin, by=cast.district, key="district_year")


def test_a_veto_fails_whatever_the_score(cast):
    fact(cast.school, "point:0", 100, 100)
    fact(cast.school, "hazards.major_overdue", 1, 2)
    publish_round(scored(cast), by=cast.district)
    with scope.enter(cast.district.units):
        result = Result.objects.get()
    assert (result.score, result.grade) == (D(98), "failing")


def test_a_veto_by_decision(cast):
    round_ = scored(cast)
    with scope.enter(cast.district.units):
        veto = Veto.objects.get(key="fake")
    with pytest.raises(Refused):
        decide_veto(veto, by=cast.district, holds=True, reason=" ")
    decide_veto(veto, by=cast.district, holds=True, reason="台账不实")
    publish_round(round_, by=cast.district)
    assert result_in(cast, round_).grade == "failing"
    with pytest.raises(Conflict):
        decide_veto(veto, by=cast.district, holds=False, reason="改")


def test_what_is_published_cannot_be_changed(cast):
    round_ = published(cast)
    result, item = result_in(cast, round_), item_in(cast, round_, "1")
    assert (result.score, result.grade, result.rank) == (D(86), "good", 1)
    with pytest.raises(Conflict):
        review_item(item_in(cast, round_, "3"), by=cast.district, points=D(20), reason="x")
    with pytest.raises(Conflict):
        publish_round(round_, by=cast.district)
    fact(cast.school, "point:0", 0, 100)
    with pytest.raises(Conflict):
        refresh_round(round_, by=cast.district)
    for change in (
        lambda: Result.objects.filter(pk=result.pk).update(score=100),
        lambda: ItemScore.objects.filter(pk=item.pk).update(points=60),
        lambda: ItemScore.objects.filter(pk=item.pk).delete(),
    ):
        with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert result_in(cast, round_).score == D(86)


def test_an_objection_is_decided_by_another_person_and_changes_only_the_final_score(
    cast, second, monkeypatch
):
    round_ = published(cast)
    item = item_in(cast, round_, "1")
    with pytest.raises(Forbidden):
        object_to(item, by=cast.district, text="x")
    objection = object_to(item, by=cast.officer, text="二月停课")
    with pytest.raises(Conflict):
        object_to(item, by=cast.officer, text="再说一次")
    with pytest.raises(Forbidden, match="另一人"):
        decide_objection(objection, by=cast.district, upheld=False, answer="维持")
    with pytest.raises(Refused):
        decide_objection(objection, by=second, upheld=True, answer="属实")
    with pytest.raises(Refused, match="申诉期"):
        finish_round(round_, by=cast.district)
    later(cast, monkeypatch, 20)
    with pytest.raises(Refused, match="没有答复"):
        finish_round(round_, by=cast.district)
    decide_objection(objection, by=second, upheld=True, answer="属实", new_points=D(54))
    with pytest.raises(Conflict):
        decide_objection(objection, by=second, upheld=False, answer="维持")
    finish_round(round_, by=cast.district)
    result = result_in(cast, round_)
    assert (result.score, result.final_score, result.grade) == (D(86), D(92), "excellent")
    with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.filter(pk=result.pk).update(final_score=1)


def test_the_days_for_objecting_end(cast, monkeypatch):
    round_ = scored(cast)
    with pytest.raises(Refused, match="公布后"):
        object_to(item_in(cast, round_, "3"), by=cast.officer, text="x")
    publish_round(round_, by=cast.district)
    later(cast, monkeypatch, 20)
    with pytest.raises(Refused, match="申诉期已过"):
        object_to(item_in(cast, round_, "3"), by=cast.officer, text="x")
    with scope.enter(cast.officer.units):
        assert not Objection.objects.exists()


def test_a_scheme_in_use_does_not_change_and_results_keep_its_version(cast):
    scheme = a_scheme(cast)
    with pytest.raises(Conflict):
        change_scheme(scheme, by=cast.district, items=ITEMS, vetoes=VETOES)
    round_ = a_round(cast, scheme=scheme)
    new = renew_scheme(scheme, by=cast.district)
    halves = [{**one, "full": one["full"] / 2} for one in ITEMS]
    change_scheme(new, by=cast.district, items=halves, vetoes=VETOES)
    with pytest.raises(Refused, match="100"):
        ready_scheme(new, by=cast.district)
    change_scheme(new, by=cast.district, items=ITEMS, vetoes=VETOES, good=Decimal(85))
    ready_scheme(new, by=cast.district)
    assert result_in(cast, round_).scheme_version == 1
    with pytest.raises(Refused):
        a_round(cast, scheme=scheme_again(cast, scheme))


def scheme_again(cast, scheme):
    with scope.enter(cast.district.units):
        return Scheme.objects.get(pk=scheme.pk)


@pytest.mark.parametrize(
    "wrong",
    [{"indicators": []}, {"indicators": ["no.such"]}, {"steps": "95"}, {"steps": "95=99"},
     {"floor": 100}, {"source": "missing"}],
)  # fmt: skip
def test_a_scheme_that_cannot_count_is_refused(cast, wrong):
    scheme = take_scheme(cast.wujin, by=cast.district, key="school_year")
    items = [{**ITEMS[0], **wrong}, *ITEMS[1:]]
    change_scheme(scheme, by=cast.district, items=items, vetoes=[])
    with pytest.raises(Refused):
        ready_scheme(scheme, by=cast.district)


def test_the_pages_show_a_school_its_own_and_how_to_get_the_points(cast, second, asked):
    fact(cast.school, "point:0", 90, 100)
    round_ = scored(cast)
    result = result_in(cast, round_)
    own = cast.client(cast.officer)
    page = reverse("appraisal:result", args=[result.pk])
    own.get(page)
    with asked() as queries:
        shown = own.get(page).content.decode()
    assert len(queries) <= 15
    assert "还可得" in shown
    assert "现场核查" not in shown  # what a reviewer wrote
    assert cast.client(cast.stranger).get(page).status_code == 404
    assert cast.client(cast.teacher).get(page).status_code == 404
    assert own.get(reverse("appraisal:sheet", args=[result.pk, "pdf"])).status_code == 422
    boss = cast.client(cast.district)
    table = reverse("appraisal:round", args=[round_.pk])
    assert "湖塘" in boss.get(table).content.decode()
    assert own.get(table).status_code == 404
    act = reverse("appraisal:round_act", args=[round_.pk, "publish"])
    assert "结果已公布" in boss.post(act, follow=True).content.decode()
    assert "名，共" not in own.get(page).content.decode()
    item = item_in(cast, round_, "1")
    own.post(reverse("appraisal:item_object", args=[item.pk]), {"text": "停课"})
    with scope.enter(cast.officer.units):
        objection = Objection.objects.get()
    answer = {"upheld": "yes", "new_points": "50", "answer": "属实"}
    where = reverse("appraisal:objection", args=[objection.pk])
    assert boss.post(where, answer).status_code == 403
    assert "改为 50.00 分" in cast.client(second).post(where, answer, follow=True).content.decode()
    for kind in ("docx", "pdf"):
        assert own.get(reverse("appraisal:sheet", args=[result.pk, kind])).status_code == 200
    assert boss.get(reverse("appraisal:round_table", args=[round_.pk])).content[:2] == b"PK"


def test_a_scheme_is_edited_on_a_page(cast):
    boss = cast.client(cast.district)
    made = boss.post(reverse("appraisal:scheme_new"), {"key": "school_year"}, follow=True)
    scheme = made.context["scheme"]
    rows = {
        "i-TOTAL_FORMS": "1",
        "i-INITIAL_FORMS": "0",
        "v-TOTAL_FORMS": "0",
        "v-INITIAL_FORMS": "0",
    }
    one = {"code": "1", "group": "管理", "title": "任务", "full": "100", "source": "facts", "indicators": "point:0"}  # fmt: skip
    sent = {"title": "新方案", "excellent": "90", "good": "80", "passing": "60", **rows}
    sent |= {f"i-0-{name}": value for name, value in one.items()}
    where = reverse("appraisal:scheme", args=[scheme.pk])
    assert boss.post(where, {**sent, "i-0-full": "-1"}).status_code == 422
    assert boss.post(where, sent).status_code == 302
    ready = reverse("appraisal:scheme_act", args=[scheme.pk, "ready"])
    assert "开始考核" in boss.post(ready, follow=True).content.decode()
    start = reverse("appraisal:round_new", args=[scheme.pk])
    month = f"{MONTH:%Y-%m}"
    opened = boss.post(start, {"title": "年度", "since": month, "until": month}, follow=True)
    assert "湖塘" in opened.content.decode()
    assert (
        boss.post(start, {"title": "年度", "since": "2026-13", "until": month}).status_code == 422
    )
