"""The pack's content: posts with their duties, what a network starts with, templates of letters."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclasses.dataclass(frozen=True)
class Item:
    content: str
    basis: str
    frequency: str
    evidence: str


@dataclasses.dataclass(frozen=True)
class PostDuties:
    """The duties of one post. `needs`: a fact of the school's profile without which there is no such post."""

    key: str
    title: str
    levels: tuple[str, ...]
    items: tuple[Item, ...]
    needs: str = ""


@dataclasses.dataclass(frozen=True)
class SeatPlan:
    """A seat that a network starts with; `under` names the seat above it."""

    kind: str
    title: str
    role: str = ""
    under: str = ""
    group: str = ""
    field: str = ""
    duty: str = ""
    post: str = ""


@dataclasses.dataclass(frozen=True)
class LetterPlan:
    """A template of a letter: `level` issues it, `to` signs it (district, school or post)."""

    key: str
    level: str
    to: str
    title: str
    opening: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    closing: str
    duties: bool = False


@dataclasses.dataclass(frozen=True)
class Content:
    posts: dict[str, PostDuties]
    networks: dict[str, tuple[SeatPlan, ...]]
    letters: dict[str, LetterPlan]


@lru_cache(maxsize=4)
def content_of(pack: str) -> Content:
    """A pack's content. Errors: KeyError, TypeError or ValueError where a file says what cannot be."""
    folder = Path(settings.SOURCE) / "packs" / pack
    posts: dict[str, PostDuties] = {}
    networks: dict[str, tuple[SeatPlan, ...]] = {}
    for path in sorted((folder / "duties").glob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        for one in data.get("posts", ()):
            items = tuple(Item(**item) for item in one["items"])
            posts[one["key"]] = PostDuties(
                **{**one, "levels": tuple(one["levels"]), "items": items}
            )
        for one in data.get("networks", ()):
            networks[one["level"]] = tuple(SeatPlan(**seat) for seat in one["seats"])
    for plans in networks.values():
        _refuse_loose(plans, posts)
    letters = yaml.safe_load((folder / "letters" / "letters.yaml").read_text("utf-8"))["letters"]
    return Content(posts, networks, {one["key"]: _letter(one) for one in letters})


def _refuse_loose(plans: tuple[SeatPlan, ...], posts: dict[str, PostDuties]) -> None:
    titles: set[str] = set()
    for plan in plans:
        if plan.under and plan.under not in titles:
            raise ValueError(f"{plan.title} stands under what comes later or never: {plan.under}")
        if plan.post and plan.post not in posts:
            raise ValueError(f"{plan.title} has duties that are not there: {plan.post}")
        titles.add(plan.title)


def _letter(one: dict[str, Any]) -> LetterPlan:
    sections = tuple((part["title"], tuple(part["clauses"])) for part in one["sections"])
    return LetterPlan(**{**one, "sections": sections})


def content() -> Content:
    """The content in use."""
    return content_of(settings.DEFAULT_PACK)


def posts_at(kind: str) -> list[PostDuties]:
    """The posts that a kind of unit has; a campus has its school's."""
    level = "school" if kind == "campus" else kind
    return [post for post in content().posts.values() if level in post.levels]


def plans_of(kind: str) -> list[LetterPlan]:
    """The letters that a kind of unit issues."""
    level = "school" if kind == "campus" else kind
    return [plan for plan in content().letters.values() if plan.level == level]
