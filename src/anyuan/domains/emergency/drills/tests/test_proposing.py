"""The programme that the system proposes: every duty of the year is covered, on school days only."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core.periods import is_school_day
from anyuan.domains.emergency.drills.content import content_of
from anyuan.domains.emergency.drills.models import Kind
from anyuan.domains.emergency.drills.proposing import (
    Owed,
    open_of,
    propose,
    school_days,
    spans_ahead,
)
from anyuan.engines.obligations.packs.load import load_pack
from anyuan.engines.obligations.windows import windows

PACK = load_pack(settings.SOURCE / "packs" / settings.DEFAULT_PACK)
CONTENT = content_of(settings.DEFAULT_PACK)
DAY = datetime.timedelta(days=1)
RULES = [rule for rule in PACK.rules if rule.kind == "drill" and rule.who != "city"]


def owed_in(rules, span):
    found = []
    for rule in rules:
        for window in windows(rule, PACK, span.starts_on, span.ends_on):
            last = min(window.end, window.due)
            if span.starts_on <= last <= span.ends_on:
                types = frozenset(dict(rule.match).get("type", ()))
                found.append(Owed(rule.title, window.start, last, types, rule.count))
    return found


def programme(owed, days, given_drills=(), seed="a", **more):
    return propose(
        owed, days, given=given_drills, kinds=Kind.values, content=CONTENT, seed=seed, **more
    )


@given(
    st.sampled_from([2020, 2022, 2023, 2024, 2025, 2026]),
    st.sets(st.sampled_from([rule.key for rule in RULES]), min_size=1),
    st.text(max_size=5),
)
def test_every_duty_of_the_year_is_covered_on_school_days(year, keys, seed):
    rules = [rule for rule in RULES if rule.key in keys]
    for span in spans_ahead(PACK.calendar, datetime.date(year, 9, 1)):
        owed = owed_in(rules, span)
        days = school_days(PACK.calendar, span.starts_on, span.term_ends)
        lines = programme(owed, days, seed=seed)
        assert all(is_school_day(line.on, PACK.calendar) for line in lines)
        short = open_of(owed, [(line.on, line.kind) for line in lines])
        for duty, missing in zip(owed, short, strict=True):
            reachable = any(duty.since <= day <= duty.until for day in days)
            assert not missing or not reachable, (duty, span)


@given(st.data())
def test_duties_of_any_shape_are_covered_where_a_school_day_is_in_their_time(data):
    span = spans_ahead(PACK.calendar, datetime.date(2026, 9, 1))[0]
    days = school_days(PACK.calendar, span.starts_on, span.term_ends)
    owed = []
    for n in range(data.draw(st.integers(0, 6))):
        since = span.starts_on + DAY * data.draw(st.integers(0, 140))
        kinds = data.draw(st.frozensets(st.sampled_from(Kind.values), max_size=3))
        until = since + DAY * data.draw(st.integers(0, 60))
        owed.append(Owed(f"duty {n}", since, until, kinds, data.draw(st.integers(1, 3))))
    drills = [(data.draw(st.sampled_from(days)), data.draw(st.sampled_from(Kind.values)))]
    lines = programme(owed, days, drills)
    assert {line.on for line in lines} <= set(days)
    short = open_of(owed, [*drills, *((line.on, line.kind) for line in lines)])
    for duty, missing in zip(owed, short, strict=True):
        assert not missing or not any(duty.since <= day <= duty.until for day in days)


def test_holidays_are_no_school_days_and_days_worked_instead_are():
    span = spans_ahead(PACK.calendar, datetime.date(2024, 9, 1))[0]
    days = school_days(PACK.calendar, span.starts_on, span.term_ends)
    # 国庆 is off; the Sunday before it is worked.
    assert not any(datetime.date(2024, 10, 1) <= day <= datetime.date(2024, 10, 7) for day in days)
    assert datetime.date(2024, 9, 29) in days


def test_kinds_come_in_their_season():
    autumn, spring = spans_ahead(PACK.calendar, datetime.date(2025, 9, 1))

    def lines_of(span):
        days = school_days(PACK.calendar, span.starts_on, span.term_ends)
        return programme(owed_in(RULES, span), days)

    november = [line for line in lines_of(autumn) if line.on.month == 11]
    assert "fire" in {line.kind for line in november}
    near = [
        line.on for line in lines_of(spring) if line.kind == "earthquake" and line.on.month == 5
    ]
    assert near
    assert min(abs((day - datetime.date(2026, 5, 12)).days) for day in near) <= 2
    assert any(line.kind == "flood" and line.on.month in {5, 6} for line in lines_of(spring))


def test_one_drill_serves_several_duties():
    span = spans_ahead(PACK.calendar, datetime.date(2025, 9, 1))[0]
    days = school_days(PACK.calendar, span.starts_on, span.term_ends)
    owed = owed_in(RULES, span)
    assert len(programme(owed, days)) < sum(duty.needed for duty in owed)


def test_boarders_drill_once_at_night_and_the_same_school_gets_the_same_days():
    span = spans_ahead(PACK.calendar, datetime.date(2025, 9, 1))[0]
    days = school_days(PACK.calendar, span.starts_on, span.term_ends)
    owed = owed_in(RULES, span)
    first = programme(owed, days, boarding=True)
    assert sum(line.at_night for line in first) == 1
    assert first == programme(owed, days, boarding=True)
    assert [line.on for line in first] != [line.on for line in programme(owed, days, seed="b")]


def test_drills_that_exist_are_not_proposed_again():
    duty = Owed(
        "一次", datetime.date(2025, 10, 9), datetime.date(2025, 10, 31), frozenset({"fire"})
    )
    days = school_days(PACK.calendar, duty.since, duty.until)
    assert programme([duty], days, [(datetime.date(2025, 10, 15), "fire")]) == []


@pytest.mark.parametrize("day", [datetime.date(2026, 1, 30), datetime.date(2026, 7, 20)])
def test_in_the_holidays_the_running_span_and_the_next_term_are_offered(day):
    spans = spans_ahead(PACK.calendar, day)
    assert spans[0].starts_on < day <= spans[0].ends_on < spans[1].starts_on


def test_every_kind_has_a_sheet_a_season_names_a_kind_and_the_marks_make_a_hundred():
    assert set(Kind.values) == {kind for sheet in CONTENT.sheets for kind in sheet.kinds}
    assert {season.kind for season in CONTENT.seasons} <= set(Kind.values)
    assert sum(item.weight for item in CONTENT.items) == 100
    for kind in Kind.values:
        sheet = CONTENT.sheet_of(kind)
        keys = [step.key for step in sheet.steps()]
        assert len(keys) == len(set(keys))
        assert keys.index(sheet.since) < keys.index(sheet.until)
