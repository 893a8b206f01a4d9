"""From the desk's decision to the last school's answer: who may do what, and what everybody sees."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.warnings import queries, tending
from anyuan.domains.emergency.warnings.models import SuspensionOrder, WarningResponse
from anyuan.domains.emergency.warnings.services.answering import acknowledge, report_measures
from anyuan.domains.emergency.warnings.services.weighing import add_measures, order_suspension
from anyuan.domains.emergency.warnings.tests.making import (
    all_done,
    copy_of,
    entered,
    fresh,
    issued,
    measures_of,
    soon,
    step,
    suspended,
)
from anyuan.engines.indicators.queries import rates
from anyuan.engines.indicators.rollup import month_of, roll_up
from anyuan.engines.notices.models import Notification
from anyuan.org.tests.cast import hire

FIGURES = {"pupils": 800, "told": 790, "on_site": 3, "carer": "张老师"}


@pytest.fixture
def running(cast):
    """A red rainstorm warning that the city passed on to all its schools."""
    return issued(entered(cast.city, by=cast.bureau), by=cast.bureau)


def suspend(subject, by, **more):
    facts = {"kind": "closed", "from_at": soon(1), "to_at": soon(9), **more}
    with scope.enter(by.units, person=str(by.person_id)):
        return order_suspension(subject, by=by, **facts)


def test_the_city_reaches_schools_and_districts_at_once(cast, running):
    for who in (cast.officer, cast.stranger, cast.district, cast.other_district):
        response = copy_of(running, who)
        assert (response.title, response.from_name) == ("暴雨红色预警", "常州市教育局")
        assert response.ack_due_at - response.told_at == datetime.timedelta(minutes=30)
        with scope.everything():
            assert Notification.objects.filter(kind="warning.issued", person_id=who.person_id).count() == 1  # fmt: skip
    assert [one.text for one in measures_of(copy_of(running, cast.officer), cast.officer)] == ["停止户外活动", "检查排水"]  # fmt: skip
    assert measures_of(copy_of(running, cast.district), cast.district) == []


def test_a_district_warns_its_own_schools_only(cast):
    signal = issued(entered(cast.wujin, by=cast.district), by=cast.district)
    assert copy_of(signal, cast.officer)
    with scope.everything():
        assert WarningResponse.objects.filter(signal_id=signal.pk).count() == 1


def test_the_history_tells_who_passed_it_on(cast, running):
    page = cast.client(cast.bureau).get(f"/warnings/{running.pk}/").content.decode()
    assert "下发" in page
    assert "市管理员" in page
    assert fresh(running, cast.bureau).record.counts is True


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "x"}, "kind"), ({"colour": "pink"}, "colour"), ({"level": "V"}, "level"),
        ({"expires_at": timezone.now()}, "expires_at"), ({"expires_at": soon(24 * 99)}, "expires_at"),
        ({"units": ["320500."]}, "units"), ({"measures": [" "]}, "more"), ({"measures": ["长" * 201]}, "more"),
        ({"measures": [f"第{n}条" for n in range(31)]}, "more"),
        ({"suspension": {"kind": "closed", "from_at": soon(3), "to_at": soon(2)}}, "to_at"),
        ({"suspension": {"kind": "never", "from_at": soon(1), "to_at": soon(2)}}, "suspend"),
    ],
)  # fmt: skip
def test_what_the_decision_lacks_is_said_and_nothing_is_half_done(cast, data, field):
    signal = entered(cast.wujin, by=cast.district)
    with pytest.raises(Refused) as refusal:
        issued(signal, by=cast.district, **data)
    assert refusal.value.field == field
    with scope.everything():
        assert WarningResponse.objects.count() == 0
        assert not Record.objects.filter(kind="warning_response").exists()


def test_who_decides(cast):
    signal = entered(cast.wujin, by=cast.district)
    with pytest.raises(Forbidden, match="由武进区教育局研判"):
        issued(signal, by=cast.bureau)
    with pytest.raises(Missing):
        issued(signal, by=cast.other_district)
    with scope.everything():
        auditor = hire(cast.wujin, "auditor", "审计员", "auditor")
    with pytest.raises(Forbidden):
        issued(signal, by=auditor)
    issued(signal, by=cast.district)
    with pytest.raises(Conflict, match="刚刚已由他人办理"):
        issued(signal, by=cast.district)


def test_an_area_without_schools_is_refused(cast):
    with scope.everything():
        cast.other.state = "closed"
        cast.other.save()
    signal = entered(cast.tianning, by=cast.other_district)
    with pytest.raises(Refused, match="没有学校"):
        issued(signal, by=cast.other_district)


def test_one_press_confirms_and_the_second_person_is_told_who_did(cast, running):
    response = copy_of(running, cast.officer)
    with pytest.raises(Forbidden):
        acknowledge(response, by=cast.teacher)
    with pytest.raises(Missing):
        acknowledge(response, by=cast.stranger)
    assert acknowledge(response, by=cast.officer).acked_by_name == "安全员甲"
    with pytest.raises(Conflict, match="安全员甲"):
        acknowledge(response, by=cast.officer)
    assert copy_of(running, cast.officer).record.state == "acked"


def test_a_level_above_does_not_answer_for_the_school(cast, running):
    """The desk lacks the post's permission; and a district's own copy is its desk's to confirm."""
    with pytest.raises(Forbidden):
        acknowledge(copy_of(running, cast.officer), by=cast.district)
    office = copy_of(running, cast.district)
    with pytest.raises(Refused, match="自己确认"):
        acknowledge(office, by=cast.bureau)
    assert acknowledge(office, by=cast.district).acked_at


def test_a_school_reports_each_measure(cast, running):
    response = copy_of(running, cast.officer)
    first, second = measures_of(response, cast.officer)
    with pytest.raises(Refused) as refusal:
        report_measures(response, by=cast.officer, answers={str(first.pk): ("done", "")})
    assert refusal.value.errors == {f"m_{second.pk}": "请选择“已落实”或“不适用”。"}
    with pytest.raises(Refused, match="写明原因"):
        report_measures(response, by=cast.officer, answers={str(first.pk): ("done", ""), str(second.pk): ("na", "")})  # fmt: skip
    assert measures_of(response, cast.officer)[0].state == ""
    answers = {str(first.pk): ("done", "全部进室内"), str(second.pk): ("na", "没有地下室")}
    done = report_measures(response, by=cast.officer, answers=answers, note="全校到位")
    assert (done.reports, done.acked_at is not None) == (1, True)
    assert (done.record.state, done.record.counts) == ("reported", True)
    with pytest.raises(Conflict, match="安全员甲反馈"):
        report_measures(response, by=cast.officer, answers=answers, seen=0)
    with pytest.raises(Missing):
        report_measures(response, by=cast.stranger, answers=answers)
    with pytest.raises(Forbidden):
        report_measures(response, by=cast.guard, answers=answers)
    assert [one.get_state_display() for one in measures_of(response, cast.officer)] == ["已落实", "不适用"]  # fmt: skip


def test_a_district_adds_measures_for_its_schools(cast, running):
    office = copy_of(running, cast.district)
    with scope.enter(cast.district.units):
        assert (
            add_measures(office, by=cast.district, texts=["到低洼处查看", " ", "到低洼处查看"]) == 1
        )
    texts = [(one.seq, one.text, one.from_name) for one in measures_of(copy_of(running, cast.officer), cast.officer)]  # fmt: skip
    assert texts[2] == (3, "到低洼处查看", "武进区教育局")
    assert len(measures_of(copy_of(running, cast.stranger), cast.stranger)) == 2
    for by, thing in ((cast.bureau, office), (cast.district, copy_of(running, cast.officer))):
        with scope.enter(by.units), pytest.raises(Refused):
            add_measures(thing, by=by, texts=["x"])
    with scope.enter(cast.district.units), pytest.raises(Refused, match="请写下"):
        add_measures(office, by=cast.district, texts=[" "])


def test_a_suspension_reaches_the_stages_it_is_for(cast, running):
    with pytest.raises(Refused, match="没有这些学段"):
        suspend(running, cast.bureau, stages=["kindergarten"])
    key = new_id()
    order = suspend(
        running, cast.bureau, stages=["primary"], words="已到校的由学校照看", order_id=key
    )
    assert (order.schools, order.number[:10]) == (2, "TK-320400-")
    assert suspend(running, cast.bureau, order_id=key).pk == order.pk
    with scope.everything():
        assert SuspensionOrder.objects.count() == 1
        told = Notification.objects.filter(kind="warning.suspension")
        assert set(told.values_list("person_id", flat=True)) == {cast.officer.person_id, cast.stranger.person_id}  # fmt: skip
    given = suspended(copy_of(running, cast.officer), cast.officer)
    assert (given.kind_title, given.from_name) == ("停课", "常州市教育局")


def test_what_a_school_did_of_a_suspension(cast, running):
    suspend(running, cast.bureau)
    response = copy_of(running, cast.officer)
    answers = all_done(response, cast.officer)
    with pytest.raises(Refused) as refusal:
        report_measures(response, by=cast.officer, answers=answers)
    assert set(refusal.value.errors) == {"pupils", "told", "on_site"}
    with pytest.raises(Refused, match="不能多于"):
        report_measures(response, by=cast.officer, answers=answers, suspension={**FIGURES, "told": 801})  # fmt: skip
    with pytest.raises(Refused, match="谁在看护"):
        report_measures(response, by=cast.officer, answers=answers, suspension={**FIGURES, "carer": ""})  # fmt: skip
    report_measures(response, by=cast.officer, answers=answers, suspension=FIGURES)
    with scope.enter(cast.bureau.units):
        sums = queries.suspended_sums(running.pk, cast.city.key)
    assert sums == [{"kind": "closed", "schools": 2, "answered": 1, "pupils": 800, "told": 790, "on_site": 3}]  # fmt: skip


def test_a_district_suspends_for_itself_and_a_later_order_holds(cast, running):
    office = copy_of(running, cast.district)
    suspend(office, cast.district, kind="late")
    assert suspended(copy_of(running, cast.officer), cast.officer).kind == "late"
    assert suspended(copy_of(running, cast.stranger), cast.stranger) is None
    suspend(running, cast.bureau)
    assert suspended(copy_of(running, cast.officer), cast.officer).kind == "closed"


def test_the_end_is_told_and_summed_up(cast, running):
    response = copy_of(running, cast.officer)
    report_measures(response, by=cast.officer, answers=all_done(response, cast.officer))
    step(running, cast.bureau, "end", note="雨停")
    done = fresh(running, cast.bureau)
    assert (
        done.summary
        == "下发 2 所学校，按时确认 1 所，反馈 1 所；措施 4 条次，落实 2 条次，不适用 0 条次"
    )
    with pytest.raises(Conflict, match="已经解除"):
        acknowledge(copy_of(running, cast.stranger), by=cast.stranger)
    with pytest.raises(Conflict, match="不能再改"):
        report_measures(response, by=cast.officer, answers=all_done(response, cast.officer))
    with scope.enter(cast.bureau.units), pytest.raises(Conflict, match="已经解除"):
        add_measures(done, by=cast.bureau, texts=["x"])
    assert "没有符合条件" in cast.client(cast.officer).get("/warnings/?state=open").content.decode()


def test_a_school_that_forgot_still_reports_after_the_end(cast, running):
    step(running, cast.bureau, "end")
    response = copy_of(running, cast.officer)
    done = report_measures(response, by=cast.officer, answers=all_done(response, cast.officer))
    assert done.record.state == "ended"


def test_the_end_can_be_moved(cast, running):
    until = soon(48)
    step(running, cast.bureau, "extend", expires_at=until)
    assert copy_of(running, cast.officer).expires_at == until
    with pytest.raises(Refused, match="晚于现在"):
        step(running, cast.bureau, "extend", expires_at=soon(-1))


def test_time_reminds_then_tells_the_level_above_then_ends(cast, running):
    now = timezone.now()
    minutes = datetime.timedelta(minutes=1)
    acknowledge(copy_of(running, cast.stranger), by=cast.stranger)
    with scope.everything():
        assert tending.remind(now + 14 * minutes) == 0
        assert tending.remind(now + 16 * minutes) == 3  # a school and both districts
        assert tending.remind(now + 17 * minutes) == 0
        assert Notification.objects.filter(kind="warning.remind", person_id=cast.officer.person_id).exists()  # fmt: skip
        assert not Notification.objects.filter(kind="warning.remind", person_id=cast.stranger.person_id).exists()  # fmt: skip
        assert tending.escalate(now + 29 * minutes) == 0
        assert tending.escalate(now + 31 * minutes) == 3
        assert tending.escalate(now + 32 * minutes) == 0
        late = Notification.objects.filter(kind="warning.late")
        assert late.get(person_id=cast.district.person_id).title.startswith("1 个单位超时未确认")
        assert not late.filter(person_id=cast.other_district.person_id).exists()
        assert tending.expire(now) == 0
        assert tending.expire(running.expires_at + minutes) == 1
    assert fresh(running, cast.bureau).end_reason == "expired"
    assert copy_of(running, cast.officer).end_reason == "expired"


def test_what_nobody_weighed_is_laid_aside_when_it_is_over(cast):
    signal = entered(cast.wujin, by=cast.district)
    with scope.everything():
        assert tending.expire(soon(12)) == 1
    assert fresh(signal, cast.district).record.case.state == "void"


def test_who_has_not_answered_is_seen_by_unit(cast, running):
    response = copy_of(running, cast.officer)
    report_measures(response, by=cast.officer, answers=all_done(response, cast.officer))
    with scope.enter(cast.bureau.units):
        found = queries.going(running.pk, cast.city.key)
    assert (found.whole.all, found.whole.acked, found.whole.silent) == (2, 1, 1)
    assert [(part.name, part.silent) for part in found.parts] == [("天宁区教育局", 1), ("武进区教育局", 0)]  # fmt: skip
    assert [one.unit.name for one in found.silent] == ["天宁区朝阳小学"]


def test_figures_count_what_is_real(cast, running):
    response = copy_of(running, cast.officer)
    first, second = measures_of(response, cast.officer)
    answers = {str(first.pk): ("done", ""), str(second.pk): ("na", "没有")}
    report_measures(response, by=cast.officer, answers=answers)
    issued(entered(cast.city, by=cast.bureau, status="Exercise"), by=cast.bureau)
    with scope.everything():
        month = month_of(timezone.localdate())
        roll_up(month)
        until = month + datetime.timedelta(days=31)
        found = rates(cast.bureau, [cast.city.key], ["warnings.acked", "warnings.done"], month, until)  # fmt: skip
    acked, done = (found[cast.city.key, name] for name in ("warnings.acked", "warnings.done"))
    assert (acked.numerator, acked.denominator) == (1, 1)
    assert (done.numerator, done.denominator) == (1, 1)
