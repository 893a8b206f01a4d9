"""The pack's content: which regulations a school must have, and after how many months each is looked at again."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from anyuan.core.periods import day_in_month

NEEDS = {"all", "boarding", "canteen", "lab", "bus", "none"}


@dataclasses.dataclass(frozen=True)
class Required:
    """One regulation; `need`: which schools must have it."""

    key: str
    title: str
    need: str
    source: str
    certainty: str


@dataclasses.dataclass(frozen=True)
class Library:
    regulations: Mapping[str, Required]
    review_months: int

    @property
    def demanded(self) -> list[Required]:
        return [one for one in self.regulations.values() if one.need != "none"]


@lru_cache(maxsize=4)
def library_of(pack: str) -> Library:
    """A pack's list. Errors: ValueError where the file says what cannot be."""
    path = Path(settings.SOURCE) / "packs" / pack / "governance" / "regulations.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    found = [Required(**one) for one in data["regulations"]]
    if unknown := {one.need for one in found} - NEEDS:
        raise ValueError(f"unknown need: {unknown}")
    return Library({one.key: one for one in found}, int(data["review_months"]["value"]))


def library() -> Library:
    """The list in use."""
    return library_of(settings.DEFAULT_PACK)


def regulation_choices() -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in library().regulations.values()]


def title_of(key: str) -> str:
    """A kind's title, also one that a later pack no longer has."""
    known = library().regulations.get(key)
    return known.title if known else key


def next_review(day: datetime.date) -> datetime.date:
    """The same day after the pack's months (the last of a shorter month)."""
    months = day.month - 1 + library().review_months
    return day_in_month(day.year + months // 12, months % 12 + 1, day.day)
