"""Risk points: identified, graded, approved, confirmed, looked after, graded anew."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents.tests.making import happened
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.hazards.services import report_hazard, step_hazard
from anyuan.domains.risk.points.models import RegradeProposal, RiskCheck, RiskGrading, RiskPoint
from anyuan.domains.risk.points.proposals import look, remind
from anyuan.domains.risk.points.queries import heat, one
from anyuan.domains.risk.points.services.checking import check_point
from anyuan.domains.risk.points.services.grading import decline_proposal
from anyuan.domains.risk.points.services.identifying import (
    add_control,
    add_typical,
    edit_point,
    end_control,
)
from anyuan.domains.risk.points.tests.making import controlled, found, grade_data, graded, step
from anyuan.engines.cases.models import Step
from anyuan.org.tests.cast import hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(cast, whole):
    return hire(cast.school, "head", "校长戊", "principal")


def test_a_point_goes_all_the_way(cast, head):
    point = graded(cast, "orange")
    assert (point.colour, point.value, point.record.state) == ("orange", 240, "graded")
    point = step(point, head, "approve")
    assert (point.record.state, point.next_check_on) == ("approved", None)
    point = step(point, cast.district, "confirm")
    assert point.record.state == "controlled"
    assert point.check_days == 7
    assert point.next_check_on > timezone.localdate()
    assert list(Step.objects.filter(case_id=point.pk).order_by("at").values_list("transition", flat=True)) == [
        "open", "grade", "approve", "confirm",
    ]  # fmt: skip
    grading = RiskGrading.objects.get(point=point)
    assert grading.arithmetic == "可能性 1 × 暴露频次 6 × 后果 40 ＝ 240"
    assert "colour:orange" in grading.record.tags


def test_yellow_and_blue_need_only_the_school(cast, head):
    assert controlled(cast, head, "blue").record.state == "controlled"


def test_one_does_not_approve_ones_own_grading(cast, head):
    point = graded(cast)
    with pytest.raises(Forbidden, match="不能是同一个人"):
        step(point, cast.officer, "approve")


def test_without_controls_nothing_is_approved(cast, head):
    point = graded(cast, controls={})
    with pytest.raises(Forbidden, match="还没有管控措施"):
        step(point, head, "approve")


def test_direct_judgement_is_red(cast, head):
    data = {"method": "direct", "direct": "law", "responsible": "校长戊", "note": "违反规定"}
    point = step(found(cast), cast.officer, "grade", **data)
    assert (point.colour, point.value) == ("red", None)


@pytest.mark.parametrize(
    "wrong",
    [{"lec_l": "4"}, {"lec_l": ""}, {"method": "direct", "direct": "x"}, {"responsible": " "}, {"method": "ls"}],
)  # fmt: skip
def test_a_score_that_is_not_of_the_table_is_refused(cast, whole, wrong):
    point = found(cast)
    with pytest.raises(Refused):
        step(point, cast.officer, "grade", **{**grade_data(), **wrong})
    assert not RiskGrading.objects.exists()


def test_a_grading_cannot_be_changed_or_deleted(cast, whole):
    graded(cast)
    for change in (lambda: RiskGrading.objects.update(colour="blue"), lambda: RiskGrading.objects.all().delete()):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_a_grave_point_is_not_simply_removed(cast, head):
    point = controlled(cast, head, "red")
    with pytest.raises(Forbidden, match="降级"):
        step(point, cast.officer, "remove", note="没有了")
    point = step(point, cast.officer, "grade", **grade_data("blue"))
    assert RiskGrading.objects.order_by("-record_id").first().before == "red"
    assert step(point, cast.officer, "remove", note="已拆除").record.state == "removed"
    with pytest.raises(Refused, match="已经移出"):
        edit_point(point, by=cast.officer, name="x")
    assert found(cast).pk != point.pk  # it may come back


def test_a_school_does_not_confirm_and_a_stranger_sees_nothing(cast, head):
    point = step(graded(cast, "red"), head, "approve")
    with pytest.raises(Forbidden):
        step(point, head, "confirm")
    with pytest.raises(Missing):
        one(cast.stranger, point.pk)
    with pytest.raises(Forbidden):
        found(cast, by=cast.teacher, name="另一个")
    with pytest.raises(Missing):
        found(cast, by=cast.stranger, name="另一个")


def test_the_usual_points_are_ticked_once(cast, whole):
    made = add_typical(cast.school, by=cast.officer, keys=["kitchen_gas", "stairs", "nonsense"])
    assert [one.controls.count() for one in made] == [5, 5]
    assert add_typical(cast.school, by=cast.officer, keys=["kitchen_gas"]) == []
    with pytest.raises(Refused, match="至少勾选"):
        add_typical(cast.school, by=cast.officer, keys=[])


def test_the_same_place_and_name_twice_is_refused(cast, whole):
    found(cast)
    with pytest.raises(Conflict, match="已有同名"):
        found(cast)


def test_a_form_sent_twice_makes_one_point(cast, whole):
    key = new_id()
    assert found(cast, record_id=key).pk == found(cast, record_id=key).pk
    assert RiskPoint.objects.count() == 1


def test_a_control_that_asks_oftener_is_followed(cast, head):
    point = controlled(cast, head, "yellow")
    control = add_control(point, by=cast.officer, kind="management", text="每天看", every=1)
    assert one(cast.officer, point.pk).check_days == 1
    end_control(control, by=cast.officer)
    assert one(cast.officer, point.pk).check_days == 30


def test_a_look_in_order_moves_the_next_day(cast, head):
    point = controlled(cast, head, "orange")
    key = new_id()
    check = check_point(point, by=cast.guard, ok=True, record_id=key)
    assert check.in_time
    assert check_point(point, by=cast.guard, ok=True, record_id=key).pk == check.pk
    assert RiskCheck.objects.count() == 1
    assert one(cast.guard, point.pk).next_check_on >= timezone.localdate() + datetime.timedelta(days=7)  # fmt: skip
    assert Record.objects.filter(kind="risk_check", tags__contains=["result:ok"]).count() == 1


def test_what_is_not_in_order_becomes_a_hazard(cast, head):
    point = controlled(cast, head, "orange")
    wrong = point.controls.first()
    check = check_point(point, by=cast.guard, ok=False, failed=[wrong.pk], note="报警器没电")
    hazard = Hazard.objects.get()
    assert wrong.text in hazard.description
    assert (hazard.category, hazard.source, hazard.source_ref) == (
        "03",
        "check",
        f"risk_check:{check.pk}",
    )


def test_refusals_of_a_look(cast, head):
    point = controlled(cast, head)
    wrong = point.controls.first()
    with pytest.raises(Refused, match="有问题"):
        check_point(point, by=cast.guard, ok=True, failed=[wrong.pk])
    with pytest.raises(Refused, match="请勾选"):
        check_point(point, by=cast.guard, ok=False)
    with pytest.raises(Refused, match="不能晚于今天"):
        check_point(point, by=cast.guard, ok=True, on=timezone.localdate() + datetime.timedelta(days=1))  # fmt: skip
    with pytest.raises(Refused, match="还没有评估"):
        check_point(found(cast, name="别的"), by=cast.guard, ok=True)
    with pytest.raises(Forbidden):
        check_point(point, by=cast.district, ok=True)
    with pytest.raises(Missing):
        check_point(point, by=cast.stranger, ok=True)


def test_a_late_look_says_so(cast, head):
    point = controlled(cast, head)
    RiskPoint.objects.update(next_check_on=timezone.localdate() - datetime.timedelta(days=2))
    assert not check_point(point, by=cast.guard, ok=True).in_time


def proposals():
    return list(RegradeProposal.objects.order_by("at").values_list("why", "state"))


def test_an_incident_of_the_kind_proposes_once(cast, head):
    point = controlled(cast, head)
    happened(cast)  # a fire, in the kitchen
    assert proposals() == [("incident", "open")]
    happened(cast)
    assert proposals() == [("incident", "open")]  # one is open already
    with pytest.raises(Refused, match="为什么"):
        decline_proposal(RegradeProposal.objects.get(), by=cast.officer, decision=" ")
    with pytest.raises(Forbidden):
        decline_proposal(RegradeProposal.objects.get(), by=cast.guard, decision="不用")
    decline_proposal(RegradeProposal.objects.get(), by=cast.officer, decision="与燃气无关")
    with pytest.raises(Conflict):
        decline_proposal(RegradeProposal.objects.get(), by=cast.officer, decision="再来")
    happened(cast)  # a new fact
    assert proposals() == [("incident", "declined"), ("incident", "open")]
    step(point, cast.officer, "grade", **grade_data("orange"))
    assert proposals() == [("incident", "declined"), ("incident", "accepted")]


def test_hazards_again_and_again_and_a_major_one(cast, head):
    controlled(cast, head)
    controlled(cast, head, "blue", name="操场", zone="操场", category="09")
    for n in range(3):
        hazard = report_hazard(
            cast.school, by=cast.officer, place="食堂操作间", description=f"漏气{n}", category="03"
        )
    assert proposals() == [("repeated", "open")]
    step_hazard(
        hazard, by=cast.officer, transition="grade",
        data={"level": "major", "category": "03", "basis": "判定指南"},
    )  # fmt: skip
    assert sorted(proposals()) == [("major", "open"), ("repeated", "open")]


def test_the_days_look_proposes_once_and_again_only_for_a_new_fact(cast, head):
    point = controlled(cast, head)
    today = timezone.localdate()
    RiskPoint.objects.update(review_due=today + datetime.timedelta(days=5))
    assert look(today) == 1
    assert look(today) == 0
    decline_proposal(RegradeProposal.objects.get(), by=cast.officer, decision="上月刚看过")
    assert look(today) == 0
    RiskPoint.objects.update(next_check_on=today - datetime.timedelta(days=90))
    assert look(today) == 1
    assert sorted(proposals()) == [("overdue", "open"), ("review", "declined")]
    assert one(cast.officer, point.pk).colour == "yellow"  # a person decides


def test_grave_points_nobody_looked_after_are_told_once_a_day(cast, head):
    controlled(cast, head, "red")
    RiskPoint.objects.update(next_check_on=timezone.localdate() - datetime.timedelta(days=1))
    assert remind(timezone.localdate()) == 2  # officer and head
    assert remind(timezone.localdate()) == 0


def test_heat_counts_the_colours_below(cast, head):
    controlled(cast, head, "red")
    controlled(cast, head, "blue", name="操场")
    with scope.everything():
        wujin, tianning = heat(cast.bureau, [cast.wujin, cast.tianning])
    assert (wujin.colour, wujin.red, wujin.blue, wujin.graded, wujin.sites) == ("red", 1, 1, 1, 1)
    assert wujin.per_thousand == 1000 / wujin.pupils
    assert (tianning.colour, tianning.graded) == ("", 0)
