"""The pack's texts for alerts: what is sent in an hour of need is not written then."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from anyuan.domains.emergency.alerts.models import Level

UNFILLED = "（请填写"


@dataclasses.dataclass(frozen=True)
class Template:
    """One prepared text. `levels`: kinds of unit that use it."""

    key: str
    title: str
    icon: str
    level: str
    answer: bool
    text: str
    levels: tuple[str, ...]
    roles: tuple[str, ...] = ()


@lru_cache(maxsize=4)
def templates(pack: str) -> tuple[Template, ...]:
    """All of a pack, in its order. Errors: ValueError for a level that is none."""
    path = Path(settings.SOURCE) / "packs" / pack / "alerts" / "templates.yaml"
    return tuple(
        Template(
            one["key"], one["title"], one["icon"], str(Level(one["level"])), one["answer"], one["text"],
            tuple(one["for"]), tuple(one.get("roles", ())),
        )
        for one in yaml.safe_load(path.read_text("utf-8"))["templates"]
    )  # fmt: skip


def offered(unit_kind: str) -> list[Template]:
    """What a unit of this kind chooses from; a campus as a school."""
    kind = "school" if unit_kind == "campus" else unit_kind
    return [one for one in templates(settings.DEFAULT_PACK) if kind in one.levels]


def template_of(key: str) -> Template | None:
    return next((one for one in templates(settings.DEFAULT_PACK) if one.key == key), None)
