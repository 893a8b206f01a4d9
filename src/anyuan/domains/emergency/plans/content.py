"""The pack's content: kinds of plan, response levels, templates to adapt."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of plan. `levels`: which units keep one; `incidents`: kinds of incident that it is for."""

    key: str
    title: str
    icon: str
    levels: frozenset[str]
    required: frozenset[str]
    incidents: frozenset[str]
    drills: frozenset[str]
    system: bool
    source: str
    certainty: str


@dataclasses.dataclass(frozen=True)
class Level:
    key: str
    title: str
    colour: str


@dataclasses.dataclass(frozen=True)
class RoleText:
    name: str
    duty: str
    post: str = ""


@dataclasses.dataclass(frozen=True)
class LevelText:
    level: str
    when: str
    measures: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class CardText:
    role: str
    steps: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Template:
    """A text to adapt; `{unit}` stands for the unit's name."""

    kind: str
    sections: tuple[tuple[str, str, str], ...]
    roles: tuple[RoleText, ...]
    levels: tuple[LevelText, ...]
    cards: tuple[CardText, ...]


@dataclasses.dataclass(frozen=True)
class Content:
    kinds: Mapping[str, Kind]
    levels: Mapping[str, Level]
    templates: Mapping[str, Template]


@lru_cache(maxsize=4)
def content_of(pack: str) -> Content:
    """A pack's content. Errors: KeyError or TypeError where a file says what cannot be."""
    folder = Path(settings.SOURCE) / "packs" / pack / "plans"
    data = yaml.safe_load((folder / "kinds.yaml").read_text("utf-8"))
    kinds = {one["key"]: _kind(one) for one in data["kinds"]}
    levels = {one["key"]: Level(**one) for one in data["levels"]}
    templates = {}
    for path in sorted((folder / "templates").glob("*.yaml")):
        template = _template(yaml.safe_load(path.read_text("utf-8")), levels)
        templates[kinds[template.kind].key] = template
    return Content(kinds, levels, templates)


def _kind(one: Mapping[str, Any]) -> Kind:
    sets = {
        name: frozenset(one.get(name, ())) for name in ("levels", "required", "incidents", "drills")
    }
    return Kind(
        one["key"], one["title"], one["icon"], **sets, system=one.get("system", False),
        source=one["source"], certainty=one["certainty"],
    )  # fmt: skip


def _template(data: Mapping[str, Any], levels: Mapping[str, Level]) -> Template:
    return Template(
        data["kind"],
        tuple((one["key"], one["title"], one["text"].strip()) for one in data["sections"]),
        tuple(RoleText(**one) for one in data["roles"]),
        tuple(
            LevelText(levels[one["level"]].key, one["when"], tuple(one["measures"]))
            for one in data["levels"]
        ),
        tuple(CardText(one["role"], tuple(one["steps"])) for one in data["cards"]),
    )


def content() -> Content:
    """The content in use."""
    return content_of(settings.DEFAULT_PACK)


def kind_of(key: str) -> Kind:
    """A kind, also one that a later pack no longer has."""
    known = content().kinds
    none: frozenset[str] = frozenset()
    return known.get(key) or Kind(
        key, key, "file-text", none, none, none, none, False, "", "inferred"
    )


def kind_choices(level: str = "") -> list[tuple[str, str]]:
    """Kinds for choosing; of a level of units, where given."""
    return [
        (one.key, one.title) for one in content().kinds.values() if not level or level in one.levels
    ]


def level_choices() -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in content().levels.values()]


def kind_for_incident(incident_kind: str) -> str:
    """The kind of plan that an incident of a kind calls for."""
    known = content().kinds.values()
    return next((one.key for one in known if incident_kind in one.incidents), "general")
