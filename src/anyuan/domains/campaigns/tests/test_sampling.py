"""Drawing by risk: repeatable, of the asked size, fair by weight, whatever the order of lots."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyuan.domains.campaigns.content import templates
from anyuan.domains.campaigns.sampling import Risk, draw, shares, weight
from anyuan.domains.campaigns.services.running import cut

LOTS = st.lists(st.integers(1, 60), min_size=1, max_size=30).map(
    lambda weights: {f"{n}.": one for n, one in enumerate(weights)}
)


@given(LOTS, st.integers(0, 10**6), st.integers(1, 30))
def test_the_same_seed_draws_the_same_in_any_order(lots, number, most):
    size, seed = min(most, len(lots)), str(number)
    shuffled = dict(reversed(lots.items()))
    drawn = draw(lots, seed=seed, size=size)
    assert drawn == draw(shuffled, seed=seed, size=size)
    assert len(drawn) == len(set(drawn)) == size
    assert set(drawn) <= set(lots)


@given(st.lists(st.integers(1, 500), min_size=1))
def test_shares_sum_to_the_whole(weights):
    assert sum(shares(weights)) == pytest.approx(1)


@given(st.integers(0, 50), st.integers(0, 10), st.booleans())
def test_more_risk_never_weighs_less(overdue, undone, nothing):
    numbers = next(iter(templates().values())).numbers
    one = weight(Risk("a", overdue, undone, nothing), numbers)
    assert one >= 1
    assert weight(Risk("a", overdue + 1, undone, nothing), numbers) > one
    assert weight(Risk("a", overdue, undone + 1, nothing), numbers) >= one


def test_the_heavier_is_drawn_as_often_as_it_weighs():
    first = sum(draw({"a": 3, "b": 1}, seed=str(n), size=1) == ["a"] for n in range(4000))
    assert first / 4000 == pytest.approx(0.75, abs=0.03)


@given(st.dates(datetime.date(2020, 1, 1)), st.integers(1, 1100))
def test_phases_end_in_their_order_and_at_the_end(start, days):
    if start > datetime.date(9990, 1, 1):
        start = datetime.date(2020, 1, 1)
    end = start + datetime.timedelta(days=days)
    ends = cut(start, end, [30, 70, 90, 100])
    assert ends == sorted(ends)
    assert ends[-1] == end
