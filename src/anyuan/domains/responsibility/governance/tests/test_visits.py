"""Supervision: a draw that can be drawn again, an order to answer, who sees a visit to come."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.periods import add_working_days
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.governance import visit_queries as queries
from anyuan.domains.responsibility.governance.drawing import draw, teams
from anyuan.domains.responsibility.governance.models import Target
from anyuan.domains.responsibility.governance.services.visits import (
    cancel_target,
    close_visit,
    fill_visit,
    plan_visits,
    reply_visit,
    return_visit,
)

TODAY = timezone.localdate()
FACTS = {
    "title": "秋季督查", "since": TODAY, "until": TODAY, "inspectors": "甲\n乙\n丙", "team_size": 2, "focus": "食堂",
}  # fmt: skip


def planned(cast, **more):
    facts = {"schools": [cast.school], "how": "hand"} | FACTS | more
    plan = plan_visits(cast.wujin, by=cast.district, **facts)
    with scope.enter(cast.district.units):
        return plan, Target.objects.select_related("plan", "school").get(plan=plan)


def made(cast, findings=({"text": "灭火器过期"},), **more):
    _plan, target = planned(cast)
    return fill_visit(
        target, by=cast.district, on=TODAY, result="查看食堂", findings=findings, **more
    )


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.data(), st.text("abc", min_size=1))
def test_a_draw_is_the_same_for_the_same_seed(weights, data, seed):
    pool = [f"s{n:03d}" for n in range(len(weights))]
    count = data.draw(st.integers(1, len(pool)))
    chosen = draw(pool, weights, count, seed)
    assert chosen == draw(pool, weights, count, seed)
    assert len(set(chosen)) == count
    assert set(chosen) <= set(pool)


def test_what_weighs_more_comes_more_often():
    pool, weights = ["a", "b"], [1, 5]
    times = sum(draw(pool, weights, 1, str(n)) == ["b"] for n in range(400))
    assert 280 < times < 390


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 30), st.text("xy"))
def test_teams_are_whole_and_fair(people, size, groups, seed):
    names = [f"n{n}" for n in range(people)]
    found = teams(names, size, groups, seed)
    assert found == teams(names, size, groups, seed)
    assert all(len(set(team)) == len(team) == min(size, people) for team in found)


def test_a_random_plan_keeps_what_it_was_drawn_from(cast):
    plan = plan_visits(
        cast.city, by=cast.bureau, schools=[cast.school, cast.other], how="random", count=1, **FACTS
    )
    with scope.enter(cast.bureau.units):
        assert plan.pool == sorted([cast.school.key, cast.other.key])
        assert plan.weights == [1, 1]
        assert queries.draws_again(plan) is True
        Target.objects.filter(plan=plan).update(
            school=next(
                one
                for one in (cast.school, cast.other)
                if not Target.objects.filter(plan=plan, school=one).exists()
            )
        )
        assert queries.draws_again(plan) is False


def test_overdue_hazards_weigh(cast):
    from anyuan.domains.hazards.services import report_hazard
    from anyuan.engines.cases.models import Case

    report_hazard(cast.school, by=cast.officer, place="楼道", description="灯坏")
    with scope.enter(cast.bureau.units):
        Case.objects.update(due_on=TODAY - datetime.timedelta(days=1))
    plan = plan_visits(
        cast.city, by=cast.bureau, schools=[cast.school, cast.other], how="random", count=2, **FACTS
    )
    weights = dict(zip(plan.pool, plan.weights, strict=True))
    assert weights == {cast.school.key: 2, cast.other.key: 1}


def test_a_school_knows_nothing_of_a_visit_to_come(cast):
    _plan, target = planned(cast)
    with scope.enter(cast.officer.units):
        assert not Record.objects.filter(kind="supervision_visit").exists()
    page = reverse("governance:target", args=[target.pk])
    assert cast.client(cast.officer).get(page).status_code == 404
    assert "秋季督查" not in cast.client(cast.officer).get(reverse("governance:visits")).content.decode()  # fmt: skip


def test_findings_become_hazards_and_an_order_to_answer(cast):
    from anyuan.domains.hazards.models import Hazard

    visit = made(cast, findings=[{"text": "灭火器过期", "place": "食堂"}, {"text": " "}])
    assert visit.record.state == "feedback"
    assert visit.reply_due == add_working_days(TODAY, 5)
    with scope.enter(cast.officer.units):
        assert [h.source for h in Hazard.objects.all()] == ["district"]
    with pytest.raises(Forbidden):
        reply_visit(visit, by=cast.district, reply="好了")
    with pytest.raises(Refused):
        reply_visit(visit, by=cast.officer, reply=" ")
    answered = reply_visit(visit, by=cast.officer, reply="已更换")
    assert answered.record.state == "replied"
    back = return_visit(visit, by=cast.district, closing="请附照片")
    assert back.record.state == "feedback"
    reply_visit(visit, by=cast.officer, reply="已附照片")
    assert close_visit(visit, by=cast.district, closing="合格").record.state == "closed"
    with pytest.raises(Conflict):
        close_visit(visit, by=cast.district)


def test_urgent_ones_have_a_day_and_clean_ones_are_closed(cast):
    assert made(cast, urgent=True).reply_due == add_working_days(TODAY, 1)


def test_nothing_found_is_closed_at_once(cast):
    assert made(cast, findings=()).record.state == "closed"


def test_refusals(cast):
    for wrong in ({"schools": []}, {"inspectors": " "}, {"how": "random", "count": 9}):
        with pytest.raises(Refused):
            planned(cast, **wrong)
    with pytest.raises(Forbidden):
        plan_visits(cast.school, by=cast.officer, schools=[cast.school], how="hand", **FACTS)
    with pytest.raises(Missing):
        plan_visits(cast.wujin, by=cast.other_district, schools=[cast.school], how="hand", **FACTS)
    _plan, target = planned(cast)
    with pytest.raises(Refused):
        fill_visit(target, by=cast.district, on=TODAY, result=" ")
    key = new_id()
    first = fill_visit(target, by=cast.district, on=TODAY, result="好", record_id=key)
    again = fill_visit(target, by=cast.district, on=TODAY, result="好", record_id=key)
    assert first.pk == again.pk
    with pytest.raises(Conflict):
        fill_visit(target, by=cast.district, on=TODAY, result="好")
    with pytest.raises(Conflict):
        cancel_target(target, by=cast.district, reason="下雪")


def test_a_cancelled_visit_is_not_made(cast):
    _plan, target = planned(cast)
    cancel_target(target, by=cast.district, reason="下雪")
    with pytest.raises(Conflict):
        fill_visit(target, by=cast.district, on=TODAY, result="好")


def test_the_pages(cast):
    client, day = cast.client(cast.district), str(TODAY)
    sent = {**FACTS, "since": day, "until": day, "how": "random", "count": "1", "unannounced": "on"}
    board = client.post(reverse("governance:plan_new"), sent, follow=True)
    assert "重新抽取结果一致" in board.content.decode()
    with scope.enter(cast.district.units):
        target = Target.objects.get()
    shown = client.get(reverse("governance:target", args=[target.pk]))
    assert 'data-module="offline"' in shown.content.decode()
    visit = client.post(
        reverse("governance:target", args=[target.pk]),
        {"on": day, "result": "查看", "problems": "门锁坏\n灯坏"},
        follow=True,
    )
    assert "灯坏" in visit.content.decode()
    pk = visit.context["row"].pk
    own = cast.client(cast.officer)
    assert "门锁坏" in own.get(reverse("governance:visit", args=[pk])).content.decode()
    act = reverse("governance:visit_act", args=[pk, "reply"])
    assert own.post(act, {"reply": ""}).status_code == 422
    assert own.post(act, {"reply": "已修"}).status_code == 302
    assert cast.client(cast.stranger).get(reverse("governance:visit", args=[pk])).status_code == 404
    for kind in ("docx", "pdf"):
        paper = client.get(reverse("governance:bulletin", args=[target.plan_id, kind]))
        assert paper.status_code == 200
        assert paper.content[:2] in {b"PK", b"%P"}
