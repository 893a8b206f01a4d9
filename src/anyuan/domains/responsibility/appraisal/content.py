"""The schemes that the pack ships: a bureau takes one over as a draft and changes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings


@dataclasses.dataclass(frozen=True)
class Shipped:
    key: str
    title: str
    audience: str
    cutoffs: Mapping[str, Decimal]
    items: tuple[Mapping[str, Any], ...]
    vetoes: tuple[Mapping[str, str], ...]


NUMBERS = ("full", "floor", "target", "each")


@lru_cache(maxsize=4)
def schemes_of(pack: str) -> Mapping[str, Shipped]:
    """A pack's schemes. Errors: ValueError where the items do not add up to a hundred."""
    folder = Path(settings.SOURCE) / "packs" / pack / "appraisal"
    return {one.key: one for one in (_read(path) for path in sorted(folder.glob("*.yaml")))}


def _read(path: Path) -> Shipped:
    data = yaml.safe_load(path.read_text("utf-8"))
    items = []
    for position, one in enumerate(data["items"]):
        facts = {name: value for name, value in one.items() if name != "certainty"}
        numbers = {name: Decimal(str(facts[name])) for name in NUMBERS if name in facts}
        items.append({**facts, **numbers, "position": position})
    if sum(one["full"] for one in items) != 100:
        raise ValueError(f"{path.name}: the items do not add up to 100")
    vetoes = tuple(
        {"key": one["key"], "title": one["title"], "indicator": one.get("indicator", "")}
        for one in data["vetoes"]
    )
    lines = {name: Decimal(str(data["cutoffs"][name])) for name in ("excellent", "good", "passing")}
    return Shipped(data["key"], data["title"], data["audience"], lines, tuple(items), vetoes)


def shipped() -> Mapping[str, Shipped]:
    return schemes_of(settings.DEFAULT_PACK)
