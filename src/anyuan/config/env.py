"""Typed readers of the environment: a value that makes no sense stops the start with a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any


class BadSetting(SystemExit):
    """A setting that cannot be used; its text is printed and the exit code is 2."""

    def __init__(self, sentence: str) -> None:
        print(sentence, flush=True)
        super().__init__(2)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"环境变量 {name} 应为 1 或 0，现为“{value}”。")


def whole(name: str, default: int, *, low: int = 0, high: int = 2**31) -> int:
    value = text(name)
    if value == "":
        return default
    if not value.isdigit() or not low <= int(value) <= high:
        raise BadSetting(f"环境变量 {name} 应为 {low} 到 {high} 之间的整数，现为“{value}”。")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, *, among: Sequence[str]) -> str:
    value = text(name, default).lower() or default
    if value not in among:
        raise BadSetting(f"环境变量 {name} 应为 {'、'.join(among)} 之一，现为“{value}”。")
    return value


def shape(name: str, default: dict[str, Any]) -> dict[str, Any]:
    """A JSON object."""
    value = text(name)
    if value == "":
        return default
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadSetting(f'环境变量 {name} 应为一段 JSON，如 {{"phone": "{{phone}}"}}。')
    return found
