"""The arithmetic of grading. Pure: scores and bands in, value and colour out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

COLOURS = ("red", "orange", "yellow", "blue")  # the gravest first


@dataclasses.dataclass(frozen=True)
class Bands:
    """The limits of red, orange and yellow, falling; `up`: a value on a limit belongs to the graver side."""

    limits: tuple[Decimal, ...]
    up: bool

    def colour(self, value: Decimal) -> str:
        for limit, colour in zip(self.limits, COLOURS, strict=False):
            if value > limit or (self.up and value == limit):
                return colour
        return COLOURS[len(self.limits)]

    def words(self, letters: Sequence[str]) -> list[str]:
        """Each colour's band in words, such as `橙：大于 160，不大于 320`."""
        above, below = ("不小于", "小于") if self.up else ("大于", "不大于")
        between = [
            f"{letters[n]}：{above} {text(self.limits[n])}，{below} {text(self.limits[n - 1])}"
            for n in range(1, len(self.limits))
        ]
        top, last = self.limits[0], self.limits[-1]
        return [
            f"{letters[0]}：{above} {text(top)}",
            *between,
            f"{letters[len(self.limits)]}：{below} {text(last)}",
        ]


def lec(likelihood: Decimal, exposure: Decimal, consequence: Decimal) -> Decimal:
    """D = L × E × C."""
    return likelihood * exposure * consequence


def matrix(likelihood: Decimal, severity: Decimal) -> Decimal:
    """R = L × S."""
    return likelihood * severity


def rank(colour: str) -> int:
    """3 for red to 0 for blue; -1 where it has no colour yet."""
    return 3 - COLOURS.index(colour) if colour in COLOURS else -1


def text(value: Decimal | None) -> str:
    """A score as people write it, without trailing noughts."""
    return "" if value is None else f"{value.normalize():f}"
