"""Audiences that others declare: besides units, posts and stages, an alert may tell who stands for a class.

A part of the domain declares one from its `records.py`; the form offers what it has at the sender's unit, and the
people are asked for when the alert is counted and again when it is sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from anyuan.org.models import Unit

SEPARATOR = ":"


@dataclasses.dataclass(frozen=True)
class Further:
    """One kind. `choices`: (value, label) at a unit; `people`: whom some of the values mean, by person."""

    key: str
    label: str
    choices: Callable[[Unit], Sequence[tuple[str, str]]]
    people: Callable[[Unit, Sequence[str]], Iterable[int]]


_kinds: dict[str, Further] = {}


def declare(kind: Further) -> None:
    """Twice is harmless."""
    _kinds[kind.key] = kind


def offered(unit: Unit) -> list[tuple[str, list[tuple[str, str]]]]:
    """(label, choices) of each kind that has something at this unit; values as an alert keeps them."""
    found = []
    for kind in _kinds.values():
        choices = [(f"{kind.key}{SEPARATOR}{value}", label) for value, label in kind.choices(unit)]
        if choices:
            found.append((kind.label, choices))
    return found


def names(unit: Unit, kept: Sequence[str]) -> list[str]:
    """How the chosen ones read; one that is gone by now is left out."""
    if not kept:
        return []
    labels = {value: label for _kind, choices in offered(unit) for value, label in choices}
    return [labels[value] for value in kept if value in labels]


def people(unit: Unit, kept: Sequence[str]) -> list[int] | None:
    """The people meant by what was chosen; None where nothing was: everybody of the posts."""
    if not kept:
        return None
    found: set[int] = set()
    for kind in _kinds.values():
        start = f"{kind.key}{SEPARATOR}"
        values = [one.removeprefix(start) for one in kept if one.startswith(start)]
        if values:
            found |= set(kind.people(unit, values))
    return sorted(found)
