"""A checklist as data: what a pack's YAML file or an imported form holds, checked item by item."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

KINDS = {"pass", "score", "number", "choice", "text", "photo"}
KEY_LIMIT, TEXT_LIMIT, MOST_ITEMS = 40, 200, 200
FACTS = {"boarding", "has_bus", "has_canteen", "has_lab", "high_rise", "key_fire_unit"}


class ChecklistMistakes(ValueError):
    """A checklist that cannot be used; `sentences` names every mistake."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclasses.dataclass(frozen=True)
class Choice:
    value: str
    label: str
    fails: bool = False


@dataclasses.dataclass(frozen=True)
class Item:
    """One question. A number outside `low`…`high` fails; `veto` fails the whole inspection."""

    key: str
    text: str
    kind: str = "pass"
    group: str = ""
    required: bool = True
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    max_score: int = 0
    category: str = "19"
    severity: str = "general"
    basis: str = ""
    veto: bool = False


@dataclasses.dataclass(frozen=True)
class Spec:
    """One checklist. `where`: facts of a school that it applies to (empty: every school)."""

    key: str
    title: str
    purpose: str
    items: tuple[Item, ...]
    where: Mapping[str, bool] = dataclasses.field(default_factory=dict)


def read_folder(folder: Path) -> list[Spec]:
    """All checklists of a pack's `checklists/` folder. Errors: ChecklistMistakes."""
    found, mistakes = [], []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found.append(from_data(yaml.safe_load(path.read_text("utf-8"))))
        except yaml.YAMLError as error:
            mistakes.append(f"{path.name}：写法有误，无法读取（{error}）。")
        except ChecklistMistakes as error:
            mistakes += [f"{path.name}：{sentence}" for sentence in error.sentences]
    if mistakes:
        raise ChecklistMistakes(mistakes)
    return found


def from_data(data: Any) -> Spec:
    """A Spec from plain data; every mistake is named before anything is returned."""
    if not isinstance(data, dict):
        raise ChecklistMistakes(["应写明 key、title 和 groups。"])
    mistakes: list[str] = []
    items: list[Item] = []
    for group in data.get("groups") or []:
        for raw in group.get("items") or []:
            item = _item(raw, str(group.get("title", "")), mistakes)
            if item:
                items.append(item)
    spec = Spec(
        key=str(data.get("key", "")),
        title=str(data.get("title", "")),
        purpose=str(data.get("purpose", "")),
        where=dict(data.get("where") or {}),
        items=tuple(items),
    )
    mistakes += list(mistakes_of(spec))
    if mistakes:
        raise ChecklistMistakes(mistakes)
    return spec


def _item(raw: Any, group: str, mistakes: list[str]) -> Item | None:
    known = {field.name for field in dataclasses.fields(Item)}
    if not isinstance(raw, dict) or not raw.get("key") or not raw.get("text"):
        mistakes.append(f"“{group}”里有一项没有写 key 或 text。")
        return None
    if unknown := set(raw) - known:
        mistakes.append(f"“{raw['key']}”有不认识的内容：{'、'.join(sorted(unknown))}。")
        return None
    facts = {**raw, "group": group}
    for name in ("low", "high"):
        if facts.get(name) is not None:
            facts[name] = Decimal(str(facts[name]))
    facts["choices"] = tuple(Choice(**choice) for choice in facts.get("choices") or ())
    return Item(**facts)


def mistakes_of(spec: Spec) -> list[str]:
    """Every mistake of a checklist, in words."""
    found = []
    if not spec.key or not spec.title:
        found.append("应写明 key 和 title。")
    if not spec.items:
        found.append("至少要有一项。")
    if len(spec.items) > MOST_ITEMS:
        found.append(f"最多 {MOST_ITEMS} 项，请分成几张表。")
    keys = [item.key for item in spec.items]
    found += [f"“{key}”用了两次。" for key in sorted({key for key in keys if keys.count(key) > 1})]
    found += [f"适用条件“{name}”不认识。" for name in spec.where if name not in FACTS]
    for item in spec.items:
        found += _item_mistakes(item)
    return found


def _item_mistakes(item: Item) -> list[str]:
    found = []
    name = f"“{item.text or item.key}”"
    if item.kind not in KINDS:
        found.append(f"{name}的类型“{item.kind}”不认识。")
    if (
        len(item.key) > KEY_LIMIT
        or not item.key.replace("_", "").isalnum()
        or not item.key.isascii()
    ):
        found.append(f"{name}的 key 只能用字母、数字和下划线，最多 {KEY_LIMIT} 位。")
    if len(item.text) > TEXT_LIMIT:
        found.append(f"{name}太长，最多 {TEXT_LIMIT} 字。")
    if item.kind == "choice" and len(item.choices) < 2:
        found.append(f"{name}至少要有两个选项。")
    if item.kind == "score" and item.max_score < 1:
        found.append(f"{name}应写明满分。")
    if item.low is not None and item.high is not None and item.low > item.high:
        found.append(f"{name}的下限大于上限。")
    if any(limit is not None and not math.isfinite(limit) for limit in (item.low, item.high)):
        found.append(f"{name}的上下限不是数。")
    if item.severity not in {"general", "major"}:
        found.append(f"{name}的等级应为 general 或 major。")
    return found
