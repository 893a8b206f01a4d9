"""The pack's content: kinds of signals with their colours and measures, levels, ways of suspending."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclasses.dataclass(frozen=True)
class Colour:
    key: str
    title: str
    badge: str
    icon: str
    level: str
    severity: str
    words: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Grade:
    """What one colour of one kind means, and what is proposed for it. `step`: its name in a plan."""

    colour: str
    means: str
    measures: tuple[str, ...]
    suspend: str = ""
    step: str = ""


@dataclasses.dataclass(frozen=True)
class Kind:
    key: str
    title: str
    icon: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    grades: Mapping[str, Grade]


@dataclasses.dataclass(frozen=True)
class Content:
    colours: Mapping[str, Colour]
    levels: Mapping[str, str]
    kinds: Mapping[str, Kind]
    suspensions: Mapping[str, tuple[str, str]]
    words: Mapping[str, frozenset[str]]
    plans: Mapping[str, tuple[str, ...]]
    other_plans: tuple[str, ...]

    def plans_for(self, kind: str) -> tuple[str, ...]:
        """The kinds of plan whose measures serve a kind of signal, the best first."""
        return self.plans.get(kind, self.other_plans)


@lru_cache(maxsize=4)
def content_of(pack: str) -> Content:
    """A pack's content. Errors: KeyError or ValueError where the files say what cannot be."""
    folder = Path(settings.SOURCE) / "packs" / pack / "warnings"
    words = _read(folder / "words.yaml")
    texts: dict[str, str] = _read(folder / "measures.yaml")["measures"]
    colours = {one["key"]: Colour(**{**one, "words": tuple(one["words"])}) for one in words["colours"]}  # fmt: skip
    levels = {one["key"]: one["title"] for one in words["levels"]}
    for colour in colours.values():
        levels[colour.level]
    suspensions = {one["key"]: (one["title"], one["hint"]) for one in words["suspensions"]}
    kinds = {}
    for name in ("signals.yaml", "pollution.yaml"):
        for one in _read(folder / name)["kinds"]:
            kinds[one["key"]] = _kind(one, texts, colours, suspensions)
    names = ("colour_parameters", "event_codes", "unit_codes")
    known = {name: frozenset(str(word).lower() for word in words[name]) for name in names}
    plans, otherwise = _plans(_read(folder / "plans.yaml"), kinds)
    return Content(colours, levels, kinds, suspensions, known, plans, otherwise)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def _plans(
    data: Mapping[str, Any], kinds: Mapping[str, Kind]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """{kind of signal: kinds of plan}, and those for the kinds that are not named."""
    found = {kinds[key].key: tuple(one["plans"]) for one in data["signals"] for key in one["kinds"]}
    return found, tuple(data["otherwise"])


def _kind(
    one: Mapping[str, Any], texts: Mapping[str, str], colours: Mapping[str, Colour],
    suspensions: Mapping[str, Any],
) -> Kind:  # fmt: skip
    grades = {}
    for colour, said in one["colours"].items():
        suspend = said.get("suspend", "")
        if suspend and suspend not in suspensions:
            raise ValueError(f"{one['key']}.{colour}: no such suspension: {suspend}")
        measures = tuple(texts[key] for key in said["measures"])
        grades[colours[colour].key] = Grade(colour, said["means"], measures, suspend, said.get("step", ""))  # fmt: skip
    names = tuple(name.lower() for name in one["names"])
    return Kind(one["key"], one["title"], one["icon"], tuple(one["codes"]), names, grades)


def content() -> Content:
    """The content in use."""
    return content_of(settings.DEFAULT_PACK)


OTHER = Kind("other", "其他预警", "alert-triangle", (), (), {})


def kind_of(key: str) -> Kind:
    """A kind, also one that a later pack no longer has, or that nobody has chosen yet."""
    return content().kinds.get(key, OTHER)


def colour_of(key: str) -> Colour | None:
    return content().colours.get(key)


def grade_of(kind: str, colour: str) -> Grade | None:
    return kind_of(kind).grades.get(colour)


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.key, kind.title) for kind in content().kinds.values()]


def colour_choices() -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in content().colours.values()]


def level_choices() -> list[tuple[str, str]]:
    return list(content().levels.items())


def suspension_choices() -> list[tuple[str, str]]:
    return [(key, title) for key, (title, _hint) in content().suspensions.items()]


def suspension_title(key: str) -> str:
    return content().suspensions.get(key, (key, ""))[0]


def short_level(key: str) -> str:
    """Ⅲ级响应 of the whole title; empty where none was chosen."""
    return content().levels.get(key, "").partition("（")[0]


def titled(kind: str, colour: str) -> str:
    """暴雨红色预警; without a colour 暴雨预警."""
    found = colour_of(colour)
    name = kind_of(kind).title.removesuffix("预警")
    return f"{name}{found.title if found else ''}预警"
