"""The arithmetic of an appraisal: nobody gets less than nothing or more than all, whatever the facts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyuan.domains.responsibility.appraisal.content import shipped
from anyuan.domains.responsibility.appraisal.scoring import (
    FACTS,
    MISSING,
    REVIEW,
    Formula,
    average,
    evidence_points,
    grade,
    ranks,
    read_steps,
)

D = Decimal
LINES = (D(90), D(80), D(60))
amounts = st.integers(0, 10_000).map(D)
fulls = st.decimals(min_value="0.5", max_value=100, places=2)
calm = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@calm
@given(fulls, amounts, amounts, st.integers(0, 99).map(D), st.integers(1, 100).map(D))
def test_points_stay_within_and_grow_with_what_was_done(full, done, more, floor, span):
    formula = Formula(FACTS, full, floor, floor + span)
    due = done + more
    points = evidence_points(formula, done, due)
    assert 0 <= points <= full
    assert points == points.quantize(D("0.01"))
    if due:
        assert points <= evidence_points(formula, min(due, done + 1), due)
        rate = 100 * done / due
        if rate <= floor:
            assert points == 0
        if rate >= floor + span:
            assert points == full


@calm
@given(fulls, amounts, amounts, st.decimals(min_value="0.1", max_value=50, places=1))
def test_deductions_end_at_nothing(full, done, missing, each):
    points = evidence_points(Formula(MISSING, full, each=each), done, done + missing)
    assert 0 <= points <= full
    if done + missing:
        assert points == max(D(0), full - each * missing)


def test_halves_are_rounded_up():
    formula = Formula(FACTS, D("10"), D(0), D(100))
    assert evidence_points(formula, D(1), D(2000)) == D("0.01")  # 0.005
    assert evidence_points(formula, D(1), D(3)) == D("3.33")
    assert average([D("1.00"), D("1.01")]) == D("1.01")
    assert average([]) is None


def test_nothing_due_is_nothing_missing_and_reviewers_give_the_rest():
    assert evidence_points(Formula(FACTS, D(5)), D(0), D(0)) == D(5)
    assert evidence_points(Formula(REVIEW, D(5)), D(1), D(1)) is None


def test_steps_take_the_first_that_is_reached():
    steps = read_steps("95=8；98=10;90=5")
    formula = Formula(FACTS, D(10), steps=steps)
    for done, points in ((100, 10), (98, 10), (97, 8), (90, 5), (89, 0)):
        assert evidence_points(formula, D(done), D(100)) == points
    for wrong in ("95", "a=b", "95=8;x"):
        with pytest.raises(ValueError, match=r"\S"):
            read_steps(wrong)


@pytest.mark.parametrize(
    ("total", "vetoed", "expected"),
    [("90", False, "excellent"), ("89.99", False, "good"), ("60", False, "passing"),
     ("59.99", False, "failing"), ("100", True, "failing")],
)  # fmt: skip
def test_grades(total, vetoed, expected):
    assert grade(D(total), LINES, vetoed=vetoed) == expected


@calm
@given(st.lists(st.tuples(st.integers(0, 20).map(D), st.booleans()), max_size=30))
def test_places_have_ties_and_vetoed_ones_stand_last(rows):
    named = [(str(n), score, vetoed) for n, (score, vetoed) in enumerate(rows)]
    places = ranks(named)
    for key, score, vetoed in named:
        better = sum((v, -s) < (vetoed, -score) for _k, s, v in named)
        assert places[key] == better + 1


def test_the_shipped_schemes_add_up():
    assert {one.audience for one in shipped().values()} == {"district", "school"}
    for one in shipped().values():
        assert sum(item["full"] for item in one.items) == 100
        assert len({item["code"] for item in one.items}) == len(one.items)
