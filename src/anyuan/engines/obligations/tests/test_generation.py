"""Which duties exist: by level, profile and period; running again makes no more."""

from __future__ import annotations

import datetime
from datetime import date

from anyuan.core import scope
from anyuan.engines.obligations.generation import generate, keep_up
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.tests.packing import START
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Profile, Unit
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE


def keys(unit: Unit) -> set[str]:
    return set(Obligation.objects.filter(unit=unit).values_list("rule__key", flat=True))


def test_each_level_owes_what_its_rules_say(cast, policy, whole):
    assert keys(cast.school) == {
        "month", "twice", "both", "school_term", "patrol", "letters",
    }  # fmt: skip
    assert keys(cast.wujin) == {"area_spot"}
    assert keys(cast.city) == {"city_meeting"}


def test_running_twice_makes_the_same_rows(cast, policy, whole):
    before = set(Obligation.objects.values_list("id", flat=True))
    assert keep_up(policy, today=START).made == 0
    assert set(Obligation.objects.values_list("id", flat=True)) == before


def test_a_duty_knows_its_period_and_due_day(cast, policy, whole):
    march = Obligation.objects.get(unit=cast.school, rule__key="month", period_start="2020-03-01")
    assert (march.period_end, march.due_on) == (date(2020, 3, 31), date(2020, 3, 31))
    assert str(march) == "规则 month（2020年3月）"
    letters = Obligation.objects.get(unit=cast.school, rule__key="letters")
    assert letters.due_on == date(2020, 4, 30)
    assert letters.counts_until == date(2021, 3, 30)  # until the next year's window


def test_daily_duties_only_on_school_days(cast, policy, whole):
    days = Obligation.objects.filter(unit=cast.school, rule__key="patrol")
    starts = set(days.values_list("period_start", flat=True))
    assert date(2020, 3, 6) in starts
    assert date(2020, 3, 7) not in starts  # a Saturday
    assert date(2020, 4, 6) not in starts  # a public holiday


def test_days_pass_and_the_next_month_comes(cast, policy, whole):
    made = keep_up(policy, today=date(2020, 4, 25))
    assert made.made > 0
    assert Obligation.objects.filter(
        unit=cast.school, rule__key="month", period_start="2020-06-01"
    ).exists()


def test_days_on_which_the_job_did_not_run_are_made_up_for(cast, policy, whole):
    keep_up(policy, today=date(2020, 6, 15))
    starts = set(
        Obligation.objects.filter(unit=cast.school, rule__key="month").values_list(
            "period_start__month", flat=True
        )
    )
    assert {3, 4, 5, 6, 7} <= starts


def test_a_school_that_begins_boarding_owes_the_rule_from_this_month_on(cast, policy, whole):
    Profile.objects.filter(unit=cast.school).update(boarding=True, boarders=100, pupils=1200)
    keep_up(policy, today=date(2020, 4, 10))
    assert {"boarding", "large"} <= keys(cast.school)
    starts = Obligation.objects.filter(unit=cast.school, rule__key="boarding").order_by("due_on")
    assert starts[0].period_start == date(2020, 4, 1)
    assert "boarding" not in keys(cast.other)


def test_a_school_that_ends_boarding_keeps_the_month_begun_only(cast, policy, whole):
    Profile.objects.filter(unit=cast.school).update(boarding=True, boarders=100)
    keep_up(policy, today=date(2020, 4, 10))
    Profile.objects.filter(unit=cast.school).update(boarding=False, boarders=0)
    keep_up(policy, today=date(2020, 4, 11))
    left = Obligation.objects.filter(unit=cast.school, rule__key="boarding")
    assert [row.period_start for row in left] == [date(2020, 4, 1)]


def test_a_campus_owes_what_sites_owe_and_its_school_what_schools_owe(cast, policy, whole):
    campus = add_unit(
        cast.school,
        by=SYSTEM,
        code="213200000101",
        name="东校区",
        kind="campus",
        profile={**PROFILE, "stages": ["kindergarten"]},
    )
    keep_up(policy, today=START + datetime.timedelta(days=40))
    assert {"month", "nursery", "patrol"} <= keys(campus)
    assert not {"school_term", "letters"} & keys(campus)
    assert not Obligation.objects.filter(
        unit=cast.school, rule__key="month", period_start__gt="2020-05-01"
    ).exists()


def test_a_closed_school_owes_nothing_after_its_last_day(cast, policy, whole):
    Unit.objects.filter(pk=cast.other.key).update(state="closed", ended_on="2020-03-10")
    keep_up(policy, today=date(2020, 3, 11))
    due = Obligation.objects.filter(unit=cast.other).values_list("due_on", flat=True)
    assert due
    assert max(due) < date(2020, 3, 10)


def test_duties_of_another_city_are_not_made(cast, policy, whole):
    stranger = Unit(key="320500.", code="320500", kind="city", name="别市", short_name="别市")
    stranger.save(force_insert=True)
    generate(policy, since=START, until=date(2020, 12, 31))
    assert keys(stranger) == set()


def test_the_bureau_generates_within_its_own_scope(cast, policy):
    with scope.enter(cast.bureau.units):
        assert generate(policy, since=START, until=date(2020, 8, 1)) > 0
