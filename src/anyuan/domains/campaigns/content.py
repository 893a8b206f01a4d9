"""The pack's templates of campaigns, with the numbers that they depend on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from anyuan.core.kinds import tag

NEEDS = {"has_bus": "有校车", "has_canteen": "有食堂", "has_lab": "有实验室"}


@dataclasses.dataclass(frozen=True)
class MatchSpec:
    """Records of a kind with, for each facet, one of its values."""

    kind: str
    tags: tuple[str, ...]
    facets: int


@dataclasses.dataclass(frozen=True)
class LinkSpec:
    key: str
    title: str
    advice: str
    categories: tuple[str, ...]
    items: tuple[str, ...]
    match: tuple[MatchSpec, ...]
    needs: str


@dataclasses.dataclass(frozen=True)
class PhaseSpec:
    """`until`: at which percent of the period it ends."""

    stage: str
    title: str
    until: int
    goal: str


@dataclasses.dataclass(frozen=True)
class Template:
    key: str
    title: str
    source: str
    certainty: str
    phases: tuple[PhaseSpec, ...]
    links: tuple[LinkSpec, ...]
    numbers: Mapping[str, int]


@lru_cache(maxsize=4)
def templates_of(pack: str) -> Mapping[str, Template]:
    """A pack's templates. Errors: KeyError or ValueError where a file says what cannot be."""
    folder = Path(settings.SOURCE) / "packs" / pack / "campaigns"
    found = [_template(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(folder.glob("*.yaml"))]  # fmt: skip
    return {one.key: one for one in found}


def _template(data: Mapping[str, Any]) -> Template:
    phases = tuple(PhaseSpec(**one) for one in data["phases"])
    links = tuple(_link(one) for one in data["links"])
    taken = [category for link in links for category in link.categories]
    if len(taken) != len(set(taken)):
        raise ValueError(f"{data['key']}: a category belongs to two links")
    if [p.until for p in phases] != sorted({p.until for p in phases}) or phases[-1].until != 100:
        raise ValueError(f"{data['key']}: phases do not follow each other to the end")
    numbers = {name: int(one["value"]) for name, one in data["numbers"].items()}
    return Template(
        data["key"], data["title"], data["source"], data["certainty"], phases, links, numbers
    )


def _link(data: Mapping[str, Any]) -> LinkSpec:
    needs = data.get("needs", "")
    if needs and needs not in NEEDS:
        raise ValueError(f"not a fact of a school: {needs}")
    match = tuple(
        MatchSpec(
            one["kind"],
            tuple(sorted(tag(n, v) for n, values in one["facets"].items() for v in values)),
            len(one["facets"]),
        )
        for one in data["match"]
    )
    return LinkSpec(
        data["key"], data["title"], data["advice"], tuple(data["categories"]),
        tuple(data["items"]), match, needs,
    )  # fmt: skip


def templates() -> Mapping[str, Template]:
    """The templates in use."""
    return templates_of(settings.DEFAULT_PACK)


def number(name: str, template: str = "") -> int:
    """A number of a template, or of the first one where a campaign's is gone from the pack."""
    known = templates()
    return (known.get(template) or next(iter(known.values()))).numbers[name]
