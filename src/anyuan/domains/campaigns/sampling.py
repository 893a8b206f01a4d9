"""Drawing a sample by risk: pure arithmetic, the same from the same seed, lots and size on any machine."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Risk:
    """What makes a unit likelier to be drawn."""

    key: str
    overdue: int
    undone: int
    nothing: bool


def weight(risk: Risk, numbers: Mapping[str, int]) -> int:
    """At least one, so that every unit may be drawn."""
    points = (
        numbers["weight_base"]
        + numbers["weight_overdue"] * risk.overdue
        + numbers["weight_open_task"] * risk.undone
        + numbers["weight_nothing"] * risk.nothing
    )
    return max(1, points)


def draw(weights: Mapping[str, int], *, seed: str, size: int) -> list[str]:
    """`size` different keys, likelier the heavier they are (Efraimidis and Spirakis' method).

    Each lot's luck comes from the seed and its own key alone, so the order of lots does not matter.
    """

    def luck(key: str) -> float:
        # 1 - [0, 1) is never 0, whose root would be the same for every weight.
        return float((1 - random.Random(f"{seed}|{key}").random()) ** (1 / weights[key]))  # noqa: S311 -- repeatable, not secret

    return sorted(weights, key=lambda key: (-luck(key), key))[:size]


def shares(weights: Sequence[int]) -> list[float]:
    """The chance of each lot to be drawn first."""
    whole = sum(weights)
    return [one / whole for one in weights]
