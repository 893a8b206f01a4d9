"""Kinds of record: what a domain declares in `records.py`, so that rules can count it and pages link it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from django.urls import reverse


@dataclasses.dataclass(frozen=True)
class RecordKind:
    """One kind. `facets`: name → {value: label} that a rule may match; `url_name` takes the record's id."""

    key: str
    label: str
    icon: str
    url_name: str
    facets: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    # {state: label} of its records, for histories; a loop's states are known without it.
    states: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # Page where a person makes one; None where it only comes from something else.
    new_url_name: str | None = None
    # Whether open pages hear at once when one is made or changes (the event is named as the kind).
    live: bool = False
    # Whether a rule may ask for it; of what is nobody's duty no page says which duty it fulfils.
    counted: bool = True


_kinds: dict[str, RecordKind] = {}


def declare(kind: RecordKind) -> RecordKind:
    if kind.key in _kinds:
        raise ValueError(f"record kind declared twice: {kind.key}")
    _kinds[kind.key] = kind
    return kind


def forget(key: str) -> None:
    """Take a declaration back (a test that made one)."""
    del _kinds[key]


def get(key: str) -> RecordKind:
    return _kinds[key]


def all_kinds() -> dict[str, RecordKind]:
    return dict(_kinds)


def record_url(kind: str, pk: object) -> str:
    """Address of a record's own page."""
    return reverse(_kinds[kind].url_name, args=[pk])


def tag(name: str, value: str) -> str:
    """How a facet is written in Record.tags."""
    return f"{name}:{value}"
