"""Drawing schools and inspectors at random, so that anybody can draw the same again from the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence


def draw(pool: Sequence[str], weights: Sequence[int], count: int, seed: str) -> list[str]:
    """`count` of the pool without repeating; what weighs more comes more often. In the pool's order.

    The same pool, weights, count and seed give the same schools, on any machine.
    """
    if len(pool) != len(weights):
        raise ValueError("a weight for each")
    dice = random.Random(f"schools:{seed}")  # noqa: S311 -- reproducible on purpose; the seed is random
    # Efraimidis and Spirakis: the largest u^(1/w) are a weighted sample without replacement.
    tickets = [(dice.random() ** (1 / max(1, weight)), key) for key, weight in zip(pool, weights, strict=True)]  # fmt: skip
    chosen = {key for _ticket, key in sorted(tickets, reverse=True)[:count]}
    return [key for key in pool if key in chosen]


def teams(names: Sequence[str], size: int, groups: int, seed: str) -> list[list[str]]:
    """For each school a team of `size`; all inspectors go about equally often."""
    if not names:
        return [[] for _ in range(groups)]
    dice = random.Random(f"teams:{seed}")  # noqa: S311 -- as above
    names = list(dict.fromkeys(names))
    size = min(size, len(names))
    found: list[list[str]] = []
    waiting: list[str] = []
    for _ in range(groups):
        team: list[str] = []
        while len(team) < size:
            if not waiting:
                waiting = dice.sample(list(names), len(names))
            nxt = next((name for name in waiting if name not in team), None)
            if nxt is None:
                waiting = []
                continue
            waiting.remove(nxt)
            team.append(nxt)
        found.append(sorted(team))
    return found
