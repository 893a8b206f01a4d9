"""Records meet duties: by kind, tags, unit and day; corrected and withdrawn ones open them again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.models import Record
from anyuan.engines.obligations.generation import generate
from anyuan.engines.obligations.models import Evidence, Obligation
from anyuan.engines.obligations.recount import recount, recount_for
from anyuan.engines.obligations.tests.packing import START
from anyuan.org.actor import SYSTEM, Actor
from anyuan.org.models import Unit
from anyuan.org.records import amend_record, open_record, record_saved, void_record
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, Cast


def deed(
    unit: Unit, day: date, *tags: str, kind: str = "filing", by: Actor = SYSTEM, **more: Any
) -> Record:
    record = open_record(
        unit, by=by, kind=kind, happened_on=day, title="做了一件事", tags=tags, **more
    )
    record_saved(record)
    return record


def duty(unit: Unit, key: str, start: str = "2020-03-01") -> Obligation:
    return Obligation.objects.get(unit=unit, rule__key=key, period_start=start)


def test_one_record_meets_every_rule_that_it_fits(cast, policy, whole):
    record = deed(cast.school, date(2020, 3, 10), "topic:drill")
    month = duty(cast.school, "month")
    assert (month.state, month.done, month.met_on) == ("met", 1, date(2020, 3, 10))
    quarter = duty(cast.school, "twice", "2020-01-01")
    assert (quarter.state, quarter.done) == ("open", 1)
    assert Evidence.objects.filter(record=record).count() == 2
    deed(cast.school, date(2020, 3, 20), "topic:lesson")
    quarter.refresh_from_db()
    assert (quarter.state, quarter.met_on) == ("met", date(2020, 3, 20))


def test_another_school_another_month_another_topic_do_not_count(cast, policy, whole):
    deed(cast.other, date(2020, 3, 10), "topic:drill")
    deed(cast.school, date(2020, 4, 10), "topic:drill")
    deed(cast.school, date(2020, 3, 10), "topic:plan")
    deed(cast.school, date(2020, 3, 10), "topic:drill", counts=False)
    assert duty(cast.school, "month").done == 0


def test_all_facets_must_hold(cast, policy, whole):
    deed(cast.school, date(2020, 3, 10), "checklist:fire", "by:district", kind="inspection")
    assert duty(cast.school, "both").done == 0
    deed(cast.school, date(2020, 3, 11), "checklist:fire", "by:self", kind="inspection")
    assert duty(cast.school, "both").state == "met"


def test_withdrawing_opens_the_duty_again(cast, policy, whole):
    record = deed(cast.school, date(2020, 3, 10), "topic:drill")
    void_record(record, by=SYSTEM)
    month = duty(cast.school, "month")
    assert (month.state, month.done, month.met_on, month.filed_on) == ("open", 0, None, None)
    assert not Evidence.objects.filter(record=record).exists()


def test_a_corrected_day_moves_to_its_own_month(cast, policy, whole):
    record = deed(cast.school, date(2020, 3, 10), "topic:drill")
    amend_record(record, by=SYSTEM, happened_on=date(2020, 4, 2))
    assert duty(cast.school, "month").state == "open"
    assert duty(cast.school, "month", "2020-04-01").state == "met"


def test_done_after_the_due_day_is_late_and_still_counts(cast, policy, whole):
    deed(cast.school, date(2020, 5, 12), "topic:letters")
    letters = Obligation.objects.get(unit=cast.school, rule__key="letters")
    assert (letters.state, letters.met_on) == ("late", date(2020, 5, 12))


def test_done_in_time_and_written_down_later_is_met_and_shown_as_filed_late(cast, policy, whole):
    deed(cast.school, date(2020, 3, 10), "topic:drill")  # written down today, years after
    month = duty(cast.school, "month")
    assert month.state == "met"
    assert month.filed_late


def test_a_districts_spot_check_counts_for_the_district_and_not_for_the_school(cast, policy, whole):
    tags = ("by:district", "checklist:fire")
    deed(cast.school, date(2020, 3, 5), *tags, kind="inspection", done_by_key=cast.wujin.key)
    spot = duty(cast.wujin, "area_spot")
    assert (spot.done, spot.state) == (1, "open")
    assert Evidence.objects.get().unit_id == cast.wujin.key
    assert duty(cast.tianning, "area_spot").done == 0


def test_a_deed_at_a_campus_counts_for_the_school_above(cast, policy, whole):
    campus = add_unit(
        cast.school, by=SYSTEM, code="213200000101", name="东校区", kind="campus", profile=PROFILE
    )
    with scope.enter(scope.Range(campus.key, campus.key[:-1] + "/")):  # a person of the campus
        deed(campus, date(2020, 3, 10), "topic:plan")
    assert duty(cast.school, "school_term", "2020-02-17").state == "met"


def test_duties_made_later_find_the_records_that_exist(cast, policy, whole):
    deed(cast.school, date(2020, 7, 3), "topic:drill")
    deed(cast.wujin, date(2020, 7, 3), "by:district", kind="inspection")
    generate(policy, since=date(2020, 7, 1), until=date(2020, 7, 31))
    assert duty(cast.school, "month", "2020-07-01").state == "met"
    assert duty(cast.wujin, "area_spot", "2020-07-01").done == 1


def test_a_waived_duty_stays_waived_and_counts_on(cast, policy, whole):
    month = duty(cast.school, "month")
    Obligation.objects.filter(pk=month.pk).update(
        state="waived", waived_at="2020-03-05T00:00Z", waived_reason="停课"
    )
    deed(cast.school, date(2020, 3, 10), "topic:drill")
    month.refresh_from_db()
    assert (month.state, month.done) == ("waived", 1)


@pytest.mark.parametrize("days", [1, 50])
def test_the_number_of_statements_does_not_grow_with_the_duties(cast, policy, whole, days):
    rule = duty(cast.school, "month").rule
    Obligation.objects.bulk_create(
        Obligation(
            unit=cast.school, rule=rule, point=8, kind="filing", level="site", needed=1,
            period_start=date(2019, 1, 1 + n % 28).replace(year=2000 + n // 28),
            period_end="2020-12-31", counts_until="2020-12-31", due_on="2020-12-31",
        )
        for n in range(days)
    )  # fmt: skip
    record = open_record(
        cast.school, by=SYSTEM, kind="filing", happened_on=START, title="演练", tags=["topic:drill"]
    )
    with CaptureQueriesContext(connection) as seen:
        recount_for(record)
    assert Evidence.objects.filter(record=record).count() == days + 2
    assert len(seen) == 5, [query["sql"][:80] for query in seen]


UNITS = st.sampled_from(["school", "other", "campus", "wujin", "city"])
DOERS = st.sampled_from(["itself", "wujin", "city"])
TAGS = st.sets(
    st.sampled_from(
        ["topic:drill", "topic:lesson", "topic:letters", "checklist:fire", "by:self", "by:district"]
    ),
    max_size=3,
)
DAYS = st.dates(date(2020, 2, 25), date(2020, 5, 10))
KINDS = st.sampled_from(["filing", "inspection"])
ADD = st.tuples(st.just("add"), UNITS, DOERS, KINDS, DAYS, TAGS)
AMEND = st.tuples(st.just("amend"), st.integers(0, 9), DAYS, TAGS)
VOID = st.tuples(st.just("void"), st.integers(0, 9))


@given(st.lists(st.one_of(ADD, ADD, AMEND, VOID), min_size=1, max_size=14))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_counting_step_by_step_equals_counting_from_scratch(cast, policy, steps):
    with scope.everything():
        before = connection.savepoint()
        try:
            _play(cast, steps)
            stepwise = _state()
            recount()
            assert _state() == stepwise
        finally:
            connection.savepoint_rollback(before)


def _play(cast: Cast, steps: list[Any]) -> None:
    campus = add_unit(
        cast.school, by=SYSTEM, code="213200000101", name="东校区", kind="campus", profile=PROFILE
    )
    units = {name: getattr(cast, name, campus) for name in ("school", "other", "wujin", "city")}
    units["campus"] = campus
    records: list[Record] = []
    for step in steps:
        if step[0] == "add":
            _, unit, doer, kind, day, tags = step
            by = units[unit if doer == "itself" else doer].key
            records.append(deed(units[unit], day, *tags, kind=kind, done_by_key=by))
        elif records:
            record = records[step[1] % len(records)]
            if step[0] == "amend":
                amend_record(record, by=SYSTEM, happened_on=step[2], tags=sorted(step[3]))
            else:
                void_record(record, by=SYSTEM)


def _state() -> tuple[Any, Any]:
    duties = Obligation.objects.order_by("id").values_list("id", "done", "state", "met_on")
    return list(duties), set(Evidence.objects.values_list("obligation_id", "record_id"))
