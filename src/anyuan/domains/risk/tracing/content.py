"""The pack's words of a trace: who leads, how something is handled, the usual bases."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

PERSON, UNIT = "person", "unit"


@dataclasses.dataclass(frozen=True)
class Handling:
    key: str
    title: str
    applies: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Content:
    leads: tuple[str, ...]
    handlings: tuple[Handling, ...]
    bases: tuple[str, ...]


@lru_cache(maxsize=4)
def content_of(pack: str) -> Content:
    """A pack's words. Errors: KeyError or ValueError where the file says what cannot be."""
    path = Path(settings.SOURCE) / "packs" / pack / "tracing" / "tracing.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    handlings = []
    for one in data["handlings"]:
        if not set(one["applies"]) <= {PERSON, UNIT}:
            raise ValueError(f"{path.name}: {one['key']} applies to neither person nor unit")
        handlings.append(Handling(one["key"], one["title"], frozenset(one["applies"])))
    return Content(
        tuple(data["leads"]), tuple(handlings), tuple(one["title"] for one in data["bases"])
    )


def content() -> Content:
    """The words in use."""
    return content_of(settings.DEFAULT_PACK)


def handling_title(key: str) -> str:
    """A way of handling in words; a key that a later pack no longer has stays as it is."""
    return next((one.title for one in content().handlings if one.key == key), key)
