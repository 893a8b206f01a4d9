"""What an item is worth: pure arithmetic, so that anybody can check it.

All scores are Decimals with two places, a half rounded up. Rates are per cent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)
FACTS, MISSING, REVIEW = "facts", "missing", "review"


@dataclasses.dataclass(frozen=True)
class Formula:
    """How an item's points follow from its evidence.

    facts: nothing at `floor` per cent, `full` at `target`, in a straight line between; or `steps`, the
    first that is reached from above. missing: `each` off for every one of the denominator that is not
    in the numerator. Points never leave 0…full.
    """

    source: str
    full: Decimal
    floor: Decimal = ZERO
    target: Decimal = Decimal(100)
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    each: Decimal = ZERO


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def within(value: Decimal, full: Decimal) -> Decimal:
    return rounded(min(max(value, ZERO), full))


def evidence_points(formula: Formula, numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """Points from evidence; None where a reviewer gives them.

    Nothing that was due is nothing missing: full marks where the denominator is nought.
    """
    if formula.source == REVIEW:
        return None
    if denominator <= 0:
        return rounded(formula.full)
    if formula.source == MISSING:
        return within(
            formula.full - formula.each * max(ZERO, denominator - numerator), formula.full
        )
    rate = 100 * numerator / denominator
    if formula.steps:
        return within(_stepped(formula.steps, rate), formula.full)
    span = formula.target - formula.floor
    share = (rate - formula.floor) / span if span else Decimal(rate >= formula.target)
    return within(formula.full * share, formula.full)


def _stepped(steps: Sequence[tuple[Decimal, Decimal]], rate: Decimal) -> Decimal:
    for least, points in sorted(steps, reverse=True):
        if rate >= least:
            return points
    return ZERO


def read_steps(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """`98=10;95=8` → steps. Errors: ValueError where it is not so written."""
    found = []
    for part in text.replace("；", ";").split(";"):
        if not part.strip():
            continue
        least, equals, points = part.partition("=")
        if not equals:
            raise ValueError(part)
        try:
            found.append((Decimal(least.strip()), Decimal(points.strip())))
        except ArithmeticError as error:
            raise ValueError(part) from error
    return tuple(found)


def average(points: Sequence[Decimal]) -> Decimal | None:
    """What several reviewers gave."""
    return rounded(sum(points, ZERO) / len(points)) if points else None


def grade(total: Decimal, cutoffs: tuple[Decimal, Decimal, Decimal], *, vetoed: bool) -> str:
    """excellent, good, passing or failing; a veto fails whatever the score."""
    if vetoed:
        return "failing"
    for name, least in zip(("excellent", "good", "passing"), cutoffs, strict=True):
        if total >= least:
            return name
    return "failing"


def ranks(scores: Sequence[tuple[str, Decimal, bool]]) -> dict[str, int]:
    """(key, score, vetoed) → place; equal scores share a place and the next one is left out."""
    order = sorted(((vetoed, -score) for _key, score, vetoed in scores))
    return {key: order.index((vetoed, -score)) + 1 for key, score, vetoed in scores}
