"""The pack's content of drills: seasons of the kinds, steps of the run sheets, items of the evaluation."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclasses.dataclass(frozen=True)
class Season:
    """When a kind fits best: in `months`, nearest to `day` (MM-DD); `extra` is drilled without a duty too."""

    kind: str
    months: tuple[int, ...]
    day: str = ""
    extra: bool = False

    def day_in(self, year: int) -> datetime.date | None:
        return datetime.date(year, int(self.day[:2]), int(self.day[3:])) if self.day else None


@dataclasses.dataclass(frozen=True)
class Step:
    """One line of a run sheet: a moment to take (`timed`) or a thing to tick off."""

    key: str
    title: str
    timed: bool = False
    kinds: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Phase:
    key: str
    title: str
    steps: tuple[Step, ...]


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The run sheet of some kinds; `since` to `until` are the steps between which the seconds count."""

    key: str
    kinds: tuple[str, ...]
    since: str
    until: str
    goal: bool
    phases: tuple[Phase, ...]

    def of(self, kind: str) -> Sheet:
        """The sheet with the steps of one kind."""
        phases = tuple(
            dataclasses.replace(
                phase, steps=tuple(s for s in phase.steps if not s.kinds or kind in s.kinds)
            )
            for phase in self.phases
        )
        return dataclasses.replace(self, phases=phases)

    def steps(self) -> Iterator[Step]:
        for phase in self.phases:
            yield from phase.steps

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps() if step.key == key), None)


@dataclasses.dataclass(frozen=True)
class Item:
    """One question of the evaluation."""

    key: str
    title: str
    weight: int


@dataclasses.dataclass(frozen=True)
class FromPlan:
    """What a scenario takes from a plan: a response level's beginning, a section's text."""

    level: str
    section: str


@dataclasses.dataclass(frozen=True)
class Content:
    seasons: tuple[Season, ...]
    weekdays: tuple[int, ...]
    near_days: int
    night_kind: str
    sheets: tuple[Sheet, ...]
    scale: tuple[str, ...]
    items: tuple[Item, ...]
    approval: frozenset[str]
    notice: frozenset[str]
    notice_text: str
    from_plan: FromPlan

    def sheet_of(self, kind: str) -> Sheet:
        found = next((one for one in self.sheets if kind in one.kinds), self.sheets[0])
        return found.of(kind)

    def seasons_of(self, kind: str) -> list[Season]:
        return [one for one in self.seasons if one.kind == kind]


@lru_cache(maxsize=4)
def content_of(pack: str) -> Content:
    """A pack's content. Errors: KeyError or ValueError where the file says what cannot be."""
    path = Path(settings.SOURCE) / "packs" / pack / "drills" / "drills.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    marking = data["evaluation"]
    items = tuple(Item(**one) for one in marking["items"])
    if any(item.weight <= 0 for item in items):
        raise ValueError("an item of the evaluation weighs something")
    return Content(
        seasons=tuple(_season(one) for one in data["seasons"]),
        weekdays=tuple(data["weekdays"]),
        near_days=data["near_days"],
        night_kind=data["night"]["kind"],
        sheets=tuple(_sheet(one) for one in data["sheets"]),
        scale=tuple(marking["scale"]),
        items=items,
        approval=frozenset(data["approval"]["modes"]),
        notice=frozenset(data["notice"]["modes"]),
        notice_text=data["notice"]["text"],
        from_plan=FromPlan(data["from_plan"]["level"], data["from_plan"]["section"]),
    )


def content() -> Content:
    """The content in use."""
    return content_of(settings.DEFAULT_PACK)


def _season(one: Mapping[str, Any]) -> Season:
    return Season(
        one["kind"], tuple(one["months"]), str(one.get("day", "")), one.get("extra", False)
    )


def _sheet(one: Mapping[str, Any]) -> Sheet:
    phases = tuple(
        Phase(phase["key"], phase["title"], tuple(_step(step) for step in phase["steps"]))
        for phase in one["phases"]
    )
    sheet = Sheet(one["key"], tuple(one["kinds"]), one["from"], one["to"], one["goal"], phases)
    for key in (sheet.since, sheet.until):
        step = sheet.step(key)
        if step is None or not step.timed or step.kinds:
            raise ValueError(f"the seconds of {sheet.key} need the timed step {key}")
    return sheet


def _step(one: Mapping[str, Any]) -> Step:
    return Step(one["key"], one["title"], one.get("timed", False), frozenset(one.get("kinds", ())))
