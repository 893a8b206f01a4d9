"""The pack's content: score tables, direct judgement, what each colour asks, and the library of usual points."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

CONTROL_KINDS = ("engineering", "management", "training", "protection", "emergency")


@dataclasses.dataclass(frozen=True)
class Step:
    """One line of a score table."""

    score: Decimal
    words: str


@dataclasses.dataclass(frozen=True)
class Colour:
    """`days`: how often the controls are looked after; `control`: the level that answers for it."""

    key: str
    title: str
    letter: str
    control: str
    who: str
    days: int


@dataclasses.dataclass(frozen=True)
class Scoring:
    version: str
    lec: Mapping[str, tuple[Step, ...]]
    ls: Mapping[str, tuple[Step, ...]]
    direct: Mapping[str, str]
    colours: Mapping[str, Colour]
    incidents: Mapping[str, tuple[str, ...]]


@dataclasses.dataclass(frozen=True)
class Typical:
    """A usual risk point of schools, with controls of the five kinds and suggested scores (L, E, C)."""

    key: str
    category: str
    name: str
    zone: str
    hazard: str
    accidents: str
    people: tuple[str, ...]
    score: tuple[Decimal, Decimal, Decimal]
    controls: Mapping[str, str]
    checklist: str = ""


def _folder(pack: str) -> Path:
    return Path(settings.SOURCE) / "packs" / pack / "risk"


@lru_cache(maxsize=4)
def scoring_of(pack: str) -> Scoring:
    """A pack's tables. Errors: KeyError where the file lacks something."""
    data = yaml.safe_load((_folder(pack) / "scoring.yaml").read_text("utf-8"))
    return Scoring(
        version=f"{pack}:{data['version']}",
        lec={name: _table(data["lec"][name]) for name in ("likelihood", "exposure", "consequence")},
        ls={name: _table(data["ls"][name]) for name in ("likelihood", "severity")},
        direct={one["key"]: one["words"] for one in data["direct"]},
        colours={one["key"]: Colour(**one) for one in data["colours"]},
        incidents={kind: tuple(codes) for kind, codes in data["incidents"].items()},
    )


@lru_cache(maxsize=4)
def library_of(pack: str) -> Mapping[str, Typical]:
    """A pack's usual risk points, by key. Errors: ValueError where a score is not of the tables."""
    data = yaml.safe_load((_folder(pack) / "library.yaml").read_text("utf-8"))
    tables = scoring_of(pack).lec
    found = {}
    for one in data["points"]:
        score = tuple(Decimal(str(value)) for value in one["score"])
        for value, (name, table) in zip(score, tables.items(), strict=True):
            if value not in {step.score for step in table}:
                raise ValueError(f"{one['key']}: {value} is no score of {name}")
        if set(one["controls"]) - set(CONTROL_KINDS):
            raise ValueError(f"{one['key']}: unknown kind of control")
        found[one["key"]] = Typical(**{**one, "score": score, "people": tuple(one["people"])})
    return found


def _table(rows: list[dict[str, Any]]) -> tuple[Step, ...]:
    return tuple(Step(Decimal(str(row["score"])), row["words"]) for row in rows)


def scoring() -> Scoring:
    """The tables in use."""
    return scoring_of(settings.DEFAULT_PACK)


def library() -> Mapping[str, Typical]:
    return library_of(settings.DEFAULT_PACK)


def colour_of(key: str) -> Colour | None:
    return scoring().colours.get(key)


def colour_choices() -> list[tuple[str, str]]:
    return [(one.key, f"{one.letter}色·{one.title}") for one in scoring().colours.values()]
