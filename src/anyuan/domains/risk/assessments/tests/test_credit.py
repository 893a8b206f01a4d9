"""统一社会信用代码: the check digit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from anyuan.domains.risk.assessments.credit import LETTERS, check_letter, is_valid

first = st.text(alphabet=LETTERS, min_size=17, max_size=17)


def test_known_codes() -> None:
    assert is_valid("91350100M000100Y43")
    assert not is_valid("91350100M000100Y44")
    assert not is_valid("91350100M000100Y4")
    assert not is_valid("91350100M000100I43")  # a letter that the standard leaves out


@given(first)
def test_each_beginning_has_exactly_one_end(code: str) -> None:
    good = [letter for letter in LETTERS if is_valid(code + letter)]
    assert good == [check_letter(code)]


@given(first, st.integers(0, 16), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_found(code: str, place: int, letter: str) -> None:
    whole = code + check_letter(code)
    wrong = whole[:place] + letter + whole[place + 1 :]
    assert is_valid(wrong) == (wrong == whole)
