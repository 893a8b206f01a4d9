"""The arithmetic of grading: every value has one colour, graver scores never give a milder one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyuan.domains.risk.points.content import library, scoring
from anyuan.domains.risk.points.scoring import COLOURS, Bands, lec, matrix, rank

numbers = st.decimals(min_value=0, max_value=10000, places=2, allow_nan=False)
bands = st.builds(
    lambda limits, up: Bands(tuple(sorted(limits, reverse=True)), up),
    st.sets(st.decimals(min_value=1, max_value=9000, places=2), min_size=3, max_size=3),
    st.booleans(),
)
LEC = Bands((Decimal(320), Decimal(160), Decimal(70)), False)
LS = Bands((Decimal(20), Decimal(15), Decimal(9)), True)


def scores(name: str) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([one.score for one in scoring().lec[name]])


@given(bands, numbers, numbers)
def test_a_higher_value_is_never_milder(one: Bands, first: Decimal, second: Decimal) -> None:
    low, high = sorted((first, second))
    assert rank(one.colour(high)) >= rank(one.colour(low))


@given(bands, numbers)
def test_every_value_lies_in_exactly_one_band(one: Bands, value: Decimal) -> None:
    red, orange, yellow = one.limits
    inside = {
        "red": value > red, "orange": orange < value < red, "yellow": yellow < value < orange, "blue": value < yellow,
    }  # fmt: skip
    if value in one.limits:
        assert not any(inside.values())
    else:
        assert [colour for colour, holds in inside.items() if holds] == [one.colour(value)]


@given(bands)
def test_a_value_on_a_limit_goes_to_the_side_that_the_pack_says(one: Bands) -> None:
    shift = 0 if one.up else 1
    for place, limit in enumerate(one.limits):
        assert one.colour(limit) == COLOURS[place + shift]


@given(scores("likelihood"), scores("exposure"), scores("consequence"), st.data())
def test_a_graver_score_never_gives_a_milder_colour(
    likely: Decimal, e: Decimal, c: Decimal, data: st.DataObject
) -> None:
    worse = data.draw(scores("consequence").filter(lambda one: one >= c))
    assert rank(LEC.colour(lec(likely, e, worse))) >= rank(LEC.colour(lec(likely, e, c)))


@pytest.mark.parametrize(
    ("value", "colour"),
    [(321, "red"), (320, "orange"), (161, "orange"), (160, "yellow"), (71, "yellow"), (70, "blue"), (0, "blue")],
)  # fmt: skip
def test_the_usual_bands_of_lec(value: int, colour: str) -> None:
    assert LEC.colour(Decimal(value)) == colour


def test_the_matrix_colours_all_its_fields() -> None:
    found = {LS.colour(matrix(Decimal(a), Decimal(b))) for a in range(1, 6) for b in range(1, 6)}
    assert found == set(COLOURS)
    assert LS.colour(Decimal(20)) == "red"
    assert LS.colour(Decimal(15)) == "orange"
    assert LS.colour(Decimal(8)) == "blue"


def test_the_library_has_the_usual_points_with_controls_of_all_five_kinds() -> None:
    assert len(library()) >= 40
    assert all(len(one.controls) == 5 for one in library().values())
    assert len({one.category for one in library().values()}) >= 15
