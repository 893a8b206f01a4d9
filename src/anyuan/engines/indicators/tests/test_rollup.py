"""Facts: exact at the leaf at once, equal to a recount at every level after the roll-up."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.drills.services.holding import record_drill, withdraw_drill
from anyuan.domains.hazards.services import report_hazard, step_hazard
from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.queries import Rate, rates, targets_of
from anyuan.engines.indicators.rollup import month_after, month_of, roll_up, total_above
from anyuan.engines.indicators.services import set_target

TODAY = timezone.localdate()
MONTH = month_of(TODAY)


def fact(unit, key):
    with scope.everything():
        row = Fact.objects.filter(unit=unit, indicator=key, month=MONTH).first()
    return (int(row.numerator), int(row.denominator)) if row else None


def drill(cast, unit, by, seconds, present=90):
    return record_drill(
        unit, by=by, on=TODAY, kind="fire", expected=100, present=present, seconds=seconds
    )


def test_the_leaf_is_exact_in_the_same_transaction(cast):
    drill(cast, cast.school, cast.officer, 100)
    assert fact(cast.school, "drills.seconds") == (100, 1)
    assert fact(cast.school, "drills.present") == (90, 100)
    assert fact(cast.wujin, "drills.present") is None


def test_all_levels_equal_a_recount_after_the_roll_up(cast):
    drill(cast, cast.school, cast.officer, 100)
    drill(cast, cast.school, cast.officer, 140, present=100)
    drill(cast, cast.other, cast.stranger, 300, present=50)
    with scope.everything():
        roll_up(MONTH)
    assert fact(cast.school, "drills.present") == (190, 200)
    assert fact(cast.wujin, "drills.present") == (190, 200)
    assert fact(cast.city, "drills.present") == (240, 300)
    assert fact(cast.city, "drills.seconds") == (140, 3)
    with scope.everything():
        before = list(Fact.objects.order_by("id").values())
        roll_up(MONTH)
        assert list(Fact.objects.order_by("id").values()) == before


def facts_above(cast):
    """{(unit, indicator, month): figures} of the districts and the city, without empty ones."""
    keys = [cast.wujin.key, cast.tianning.key, cast.city.key]
    with scope.everything():
        rows = Fact.objects.filter(unit_id__in=keys).exclude(numerator=0, denominator=0)
        return {(f.unit_id, f.indicator, f.month): (f.numerator, f.denominator) for f in rows}


def test_what_follows_one_record_equals_the_whole_months_roll_up(cast):
    with scope.everything():
        roll_up(MONTH)  # last night's: figures of who is there follow no record
    drill(cast, cast.school, cast.officer, 100)
    second = drill(cast, cast.school, cast.officer, 300)
    drill(cast, cast.other, cast.stranger, 140)
    report_hazard(cast.school, by=cast.officer, place="门", description="坏了")
    withdraw_drill(second, by=cast.officer, reason="重复")
    with scope.everything():
        for district in (cast.wujin, cast.tianning):
            total_above(district.key, MONTH)
    followed = facts_above(cast)
    assert followed[cast.city.key, "drills.seconds", MONTH] == (120, 2)
    with scope.everything():
        Fact.objects.all().delete()
        roll_up(MONTH)
    assert facts_above(cast) == followed


def test_a_withdrawn_record_leaves_nothing_behind(cast):

    done = drill(cast, cast.school, cast.officer, 100)
    withdraw_drill(done, by=cast.officer, reason="重复")
    assert fact(cast.school, "drills.held") == (0, 0)


def test_hazards_closed_are_counted(cast):
    hazard = report_hazard(cast.school, by=cast.officer, place="门", description="坏了")
    assert fact(cast.school, "hazards.closed") == (0, 1)
    step_hazard(hazard, by=cast.officer, transition="void", data={"note": "x"})
    assert fact(cast.school, "hazards.closed") == (0, 0)


def test_rates_are_of_the_actors_units_only(cast):
    drill(cast, cast.school, cast.officer, 100)
    drill(cast, cast.other, cast.stranger, 100)
    with scope.enter(cast.officer.units):
        found = rates(
            cast.officer,
            [cast.school.key, cast.other.key],
            ["drills.present"],
            MONTH,
            month_after(MONTH),
        )
    assert found == {(cast.school.key, "drills.present"): Rate(90, 100)}


def test_the_nearest_target_is_in_force_and_a_school_sets_none(cast):
    from decimal import Decimal

    from anyuan.core.refused import Forbidden

    set_target(cast.city, by=cast.bureau, indicator="hazards.closed", year=2026, value=Decimal(95))
    set_target(
        cast.wujin, by=cast.district, indicator="hazards.closed", year=2026, value=Decimal(98)
    )
    with scope.everything():
        assert targets_of(cast.school.key, 2026) == {"hazards.closed": Decimal(98)}
        assert targets_of(cast.other.key, 2026) == {"hazards.closed": Decimal(95)}
    with pytest.raises(Forbidden):
        set_target(cast.school, by=cast.officer, indicator="x", year=2026, value=Decimal(1))


@pytest.mark.parametrize(
    "day", [datetime.date(2026, 1, 31), datetime.date(2026, 12, 1), datetime.date(2024, 2, 29)]
)
def test_months_follow_each_other(day):
    following = month_after(month_of(day))
    assert following.day == 1
    assert (following - month_of(day)).days in {28, 29, 30, 31}
