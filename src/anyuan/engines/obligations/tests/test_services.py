"""Waiving by the level above only; switching rules; what is written down about it."""

from __future__ import annotations

from datetime import date

import pytest

from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.obligations.models import Obligation, Rule
from anyuan.engines.obligations.services import switch_rule, unwaive, waive, waive_many
from anyuan.engines.obligations.tests.packing import START
from anyuan.engines.obligations.tests.test_recount import deed, duty

APRIL = {"first": date(2020, 4, 1), "last": date(2020, 4, 30)}


def test_the_district_waives_a_schools_duty_and_takes_it_back(cast, policy, whole):
    month = waive(duty(cast.school, "month"), by=cast.district, reason=" 校舍维修停课 ")
    assert (month.state, month.waived_reason) == ("waived", "校舍维修停课")
    assert month.waived_by_id == cast.district.person_id
    assert Audit.objects.filter(action="change", what__contains="校舍维修停课").exists()
    deed(cast.school, date(2020, 3, 10), "topic:drill")
    back = unwaive(duty(cast.school, "month"), by=cast.district)
    assert (back.state, back.met_on, back.waived_reason) == ("met", date(2020, 3, 10), "")


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("officer", Forbidden),
        ("teacher", Forbidden),
        ("stranger", Missing),
        ("other_district", Missing),
    ],
)
def test_nobody_else_waives_it(cast, policy, whole, who, refusal):
    with pytest.raises(refusal):
        waive(duty(cast.school, "month"), by=getattr(cast, who), reason="停课")
    with pytest.raises(refusal):
        unwaive(duty(cast.school, "month"), by=getattr(cast, who))
    assert duty(cast.school, "month").state == "open"


def test_a_district_waives_nothing_of_its_own_and_the_bureau_may(cast, policy, whole):
    spot = duty(cast.wujin, "area_spot")
    with pytest.raises(Forbidden):
        waive(spot, by=cast.district, reason="忙")
    assert waive(spot, by=cast.bureau, reason="集中培训").state == "waived"


def test_nobody_is_above_the_city(cast, policy, whole):
    with pytest.raises(Forbidden):
        waive(duty(cast.city, "city_meeting", "2020-01-01"), by=cast.bureau, reason="忙")


def test_a_waiver_needs_a_reason_and_an_open_duty(cast, policy, whole):
    with pytest.raises(Refused) as refusal:
        waive(duty(cast.school, "month"), by=cast.district, reason="  ")
    assert refusal.value.field == "reason"
    deed(cast.school, date(2020, 3, 10), "topic:drill")
    with pytest.raises(Conflict):
        waive(duty(cast.school, "month"), by=cast.district, reason="停课")
    with pytest.raises(Conflict):
        unwaive(duty(cast.school, "month"), by=cast.district)


def test_a_flood_closes_schools(cast, policy, whole):
    waived = waive_many(
        cast.city,
        by=cast.bureau,
        unit_keys=[cast.school.key, cast.tianning.key],
        reason="汛情停课",
        **APRIL,
    )
    state = {row.rule.key: row.state for row in Obligation.objects.filter(unit=cast.other)
             if APRIL["first"] <= row.due_on <= APRIL["last"]}  # fmt: skip
    assert waived > 10
    assert set(state.values()) == {"waived"}
    assert duty(cast.tianning, "area_spot", "2020-04-01").state == "open"  # the district's own
    assert duty(cast.school, "month").state == "open"  # due in March
    assert Audit.objects.filter(what__contains="汛情停课").count() == 1


def test_some_rules_only(cast, policy, whole):
    waived = waive_many(
        cast.wujin,
        by=cast.district,
        unit_keys=[cast.school.key],
        rule_keys=["month"],
        reason="汛情",
        **APRIL,
    )
    assert waived == 1


def test_bulk_waivers_are_refused_alike(cast, policy, whole):
    def bulk(by, area, *keys, **more):
        asked = {"unit_keys": keys, "reason": "汛情", **APRIL, **more}
        return waive_many(area, by=by, **asked)

    with pytest.raises(Missing):  # a school of another district, named among one's own
        bulk(cast.district, cast.wujin, cast.school.key, cast.other.key)
    with pytest.raises(Missing):
        bulk(cast.stranger, cast.wujin, cast.school.key)
    with pytest.raises(Forbidden):
        bulk(cast.officer, cast.school, cast.school.key)
    with pytest.raises(Refused, match="至少选择"):
        bulk(cast.district, cast.wujin)
    with pytest.raises(Refused, match="不能早于"):
        bulk(cast.district, cast.wujin, cast.school.key, last=date(2020, 3, 1))
    with pytest.raises(Refused, match="原因"):
        bulk(cast.district, cast.wujin, cast.school.key, reason="")


def test_a_rule_switched_off_asks_for_nothing_more_and_back_on_again(cast, policy, whole):
    rule = Rule.objects.get(key="month")
    switch_rule(cast.city, by=cast.bureau, rule=rule, enabled=False, today=START)
    starts = Obligation.objects.filter(unit=cast.school, rule=rule)
    assert [row.period_start for row in starts] == [date(2020, 3, 1)]  # begun: it stays
    switch_rule(cast.city, by=cast.bureau, rule=rule, enabled=True, today=START)
    assert starts.filter(period_start="2020-04-01").exists()


def test_only_the_bureau_switches_rules(cast, policy, whole):
    rule = Rule.objects.get(key="month")
    with pytest.raises(Missing):
        switch_rule(cast.city, by=cast.district, rule=rule, enabled=False)
    with pytest.raises(Missing):  # the rule is not this unit's
        switch_rule(cast.wujin, by=cast.bureau, rule=rule, enabled=False)
    Rule.objects.filter(pk=rule.pk).update(ends_on="2030-01-01")
    rule.refresh_from_db()
    with pytest.raises(Refused, match="已停用"):
        switch_rule(cast.city, by=cast.bureau, rule=rule, enabled=False)
