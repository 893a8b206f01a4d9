"""The pack's content: kinds of incident, levels with their thresholds, what must be reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

COUNTED = ("dead", "missing", "serious", "hurt")


@dataclasses.dataclass(frozen=True)
class Figures:
    """People: `injured` are all who are hurt or ill but alive, `serious` those of them badly.

    `unknown`: nobody knows yet whether anybody is hurt.
    """

    dead: int = 0
    missing: int = 0
    injured: int = 0
    serious: int = 0
    unknown: bool = False

    def of(self, name: str) -> int:
        return self.injured if name == "hurt" else int(getattr(self, name))

    def reaches(self, least: Mapping[str, int]) -> bool:
        return any(self.of(name) >= number for name, number in least.items())


@dataclasses.dataclass(frozen=True)
class Level:
    key: str
    title: str
    short: str
    colour: str
    tell: tuple[str, ...]
    manages: str


@dataclasses.dataclass(frozen=True)
class Kind:
    key: str
    title: str
    icon: str
    table: str
    call: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Row:
    level: str
    least: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Table:
    key: str
    source: str
    certainty: str
    rows: tuple[Row, ...]


@dataclasses.dataclass(frozen=True)
class Criterion:
    title: str
    kinds: frozenset[str]
    least: Mapping[str, int]
    unknown: bool
    source: str
    certainty: str

    def holds(self, kind: str, figures: Figures) -> bool:
        if self.kinds and kind not in self.kinds:
            return False
        if self.unknown:
            return figures.unknown
        return not self.least or figures.reaches(self.least)


@dataclasses.dataclass(frozen=True)
class Content:
    levels: Mapping[str, Level]
    kinds: Mapping[str, Kind]
    tables: Mapping[str, Table]
    criteria: tuple[Criterion, ...]

    def rank(self, level: str) -> int:
        """0 for the gravest."""
        return list(self.levels).index(level)

    @property
    def lowest(self) -> str:
        return list(self.levels)[-1]


@lru_cache(maxsize=4)
def content_of(pack: str) -> Content:
    """A pack's content. Errors: KeyError or ValueError where the file says what cannot be."""
    path = Path(settings.SOURCE) / "packs" / pack / "incidents" / "incidents.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    levels = {
        one["key"]: Level(**{**one, "tell": tuple(one["tell"])}) for one in data["levels"]
    }  # fmt: skip
    tables = {one["key"]: _table(one, levels) for one in data["tables"]}
    kinds = {one["key"]: Kind(**{**one, "call": tuple(one["call"])}) for one in data["kinds"]}
    for kind in kinds.values():
        tables[kind.table]
    criteria = tuple(_criterion(one, kinds) for one in data["criteria"])
    return Content(levels, kinds, tables, criteria)


def _table(one: Mapping[str, Any], levels: Mapping[str, Level]) -> Table:
    rows = tuple(Row(levels[row["level"]].key, _counted(row["any"])) for row in one["rows"])
    return Table(one["key"], one["source"], one["certainty"], rows)


def _criterion(one: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Criterion:
    return Criterion(
        one["title"], frozenset(kinds[key].key for key in one.get("kinds", ())),
        _counted(one.get("any", {})), one.get("unknown", False), one["source"], one["certainty"],
    )  # fmt: skip


def _counted(least: Mapping[str, int]) -> Mapping[str, int]:
    if unknown := set(least) - set(COUNTED):
        raise ValueError(f"not a figure: {unknown}")
    return dict(least)


def content() -> Content:
    """The content in use."""
    return content_of(settings.DEFAULT_PACK)


def kind_of(key: str) -> Kind:
    """A kind, also one that a later pack no longer has."""
    known = content()
    return known.kinds.get(key) or dataclasses.replace(known.kinds["other"], key=key)


def level_of(key: str) -> Level | None:
    return content().levels.get(key)


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.key, kind.title) for kind in content().kinds.values()]


def level_choices() -> list[tuple[str, str]]:
    return [(level.key, level.title) for level in content().levels.values()]


def proposed(kind: str, figures: Figures) -> tuple[Level, str]:
    """The level that the thresholds suggest, and where they come from."""
    known = content()
    table = known.tables[kind_of(kind).table]
    for row in table.rows:
        if figures.reaches(row.least):
            return known.levels[row.level], table.source
    return known.levels[known.lowest], table.source


def reasons(kind: str, figures: Figures) -> list[str]:
    """Why it must be reported; empty where it need not."""
    return [one.title for one in content().criteria if one.holds(kind, figures)]
