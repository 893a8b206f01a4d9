"""Unit keys: the codes from the root, each followed by a dot, such as `320400.320412.3232000123.`.

A subtree is a range of keys (ARCHITECTURE.md, "The unit key is the scope"); every scope check in the
product, in Python, SQL and row-level security, is this one range.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CODE = re.compile(r"^[0-9A-Z]{1,20}$")
MAX_LENGTH = 120


class Range(NamedTuple):
    """Keys k with lo <= k < hi (byte order)."""

    lo: str
    hi: str

    def holds(self, key: str) -> bool:
        return self.lo <= key < self.hi


EVERYTHING = Range("", "~")
NOTHING = Range("~", "~")


def child_key(parent: str, code: str) -> str:
    """Key of a unit with `code` under `parent` ("" for the root)."""
    if not CODE.match(code):
        raise ValueError(f"unit code must be 1-20 digits or capital letters: {code!r}")
    return f"{parent}{code}."


def subtree(key: str) -> Range:
    """The unit itself and all below it."""
    if not key.endswith("."):
        raise ValueError(f"not a unit key: {key!r}")
    return Range(key, key[:-1] + "/")


def parent_key(key: str) -> str:
    """Key of the unit above; "" above the root."""
    return key[: key[:-1].rfind(".") + 1]


def ancestors(key: str) -> list[str]:
    """Keys from the root down to the unit itself."""
    parts = key.split(".")[:-1]
    return [".".join(parts[: n + 1]) + "." for n in range(len(parts))]


def depth(key: str) -> int:
    """1 for the root (city), 2 below it, and so on."""
    return key.count(".")
