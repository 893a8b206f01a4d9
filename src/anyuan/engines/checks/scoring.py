"""Scoring: answers → counts, score, result. Pure.

Every answered item that can fail weighs the same, a scored item by its share of its full mark. "Not
applicable" leaves the sum. Score = 100 × points ÷ items that count; with nothing that counts it is 100.
An item with veto that fails fails the whole inspection, whatever the score.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from anyuan.engines.checks.spec import Item

PASS, FAIL, NA, NONE = 1, 0, -1, 2  # NONE: text and photo, which neither pass nor fail


@dataclasses.dataclass(frozen=True)
class Given:
    """What a person answered: `result` for pass items, else the number, choice or text."""

    result: int | None = None
    number: Decimal | None = None
    choice: str = ""
    text: str = ""


@dataclasses.dataclass(frozen=True)
class Outcome:
    passed: int
    failed: int
    skipped: int
    score: Decimal
    ok: bool


def judge(item: Item, given: Given) -> int:
    """PASS, FAIL, NA or NONE for one answer."""
    if given.result == NA:
        return NA
    if item.kind == "number":
        assert given.number is not None  # noqa: S101 -- validated before
        low = item.low is not None and given.number < item.low
        high = item.high is not None and given.number > item.high
        return FAIL if low or high else PASS
    if item.kind == "choice":
        chosen = next((one for one in item.choices if one.value == given.choice), None)
        return FAIL if chosen is not None and chosen.fails else PASS
    if item.kind == "score":
        return FAIL if not given.number else PASS
    if item.kind in {"text", "photo"}:
        return NONE
    return FAIL if given.result == FAIL else PASS


def tally(judged: Iterable[tuple[Item, Given, int]]) -> Outcome:
    """Counts, score (two decimals, half up) and whether all is well."""
    passed = failed = skipped = 0
    points = Decimal(0)
    vetoed = False
    for item, given, result in judged:
        if result == NA:
            skipped += 1
        elif result in {PASS, FAIL}:
            passed += result == PASS
            failed += result == FAIL
            vetoed |= result == FAIL and item.veto
            if item.kind == "score" and given.number is not None:
                points += given.number / item.max_score
            elif result == PASS:
                points += 1
    count = passed + failed
    score = Decimal(100) * points / count if count else Decimal(100)
    return Outcome(
        passed,
        failed,
        skipped,
        score.quantize(Decimal("0.01"), ROUND_HALF_UP),
        ok=failed == 0 and not vetoed,
    )
