"""The mark at the head of a line: 一、 （二） 3. 第四条 1.2 (5) ① or a heading without a number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anyuan.engines.obligations.intake.documents import Line
from anyuan.engines.obligations.intake.numerals import CHINESE, read_number

# Kinds of marks, each from the outermost to the innermost by custom. A pattern holds the label
# (group 1), its number (group n) and the rest of the line (group rest).
_PATTERNS = (
    ("part", rf"(第(?P<n>{CHINESE}+|[0-9]+)(?:部分|章|节|编|篇))[、:： .]*(?P<rest>.*)"),
    ("article", rf"(第(?P<n>{CHINESE}+|[0-9]+)[条点项])[、:： .]*(?P<rest>.*)"),
    ("chinese", rf"((?P<n>{CHINESE}+)[、.．])\s*(?P<rest>.*)"),
    ("chinese_round", rf"([（(](?P<n>{CHINESE}+)[)）][、.．]?)\s*(?P<rest>.*)"),
    (
        "digits_2",
        r"((?P<n>[0-9]{1,2}[.．][0-9]{1,2})(?![0-9.．]))[、 .]*(?P<rest>(?![年月日%％]).*)",
    ),
    ("digits_3", r"((?P<n>[0-9]{1,2}(?:[.．][0-9]{1,2}){2}))[、 .]*(?P<rest>.*)"),
    ("digits", r"((?P<n>[0-9]{1,3})\s?[.．、](?![0-9]))\s*(?P<rest>.*)"),
    ("digits", r"((?P<n>[0-9]{1,2}) )(?P<rest>[\u4e00-\u9fff《“].*)"),
    (
        "digits_round",
        r"((?:[（(](?P<n>[0-9]{1,3})[)）]|(?P<m>[0-9]{1,2})[)）])[、.．]?)\s*(?P<rest>.*)",
    ),
    ("circle", r"((?P<n>[①-⑳]))\s*(?P<rest>.*)"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
RANK = {
    "part": 0.0,
    "chinese": 2.0,
    "chinese_round": 3.0,
    "digits": 4.0,
    "digits_2": 5.0,
    "digits_3": 6.0,
    "digits_round": 7.0,
    "circle": 8.0,
}
_ENDS = "。！？；!?;：:，,、"
LONGEST_HEADING = 40


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    label: str
    number: int | None
    rest: str


def mark_of(line: Line) -> Mark | None:
    """The mark of a line; a Word heading style without a number is a mark of its own."""
    for kind, pattern in _COMPILED:
        found = pattern.fullmatch(line.text)
        if found:
            groups = found.groupdict()
            digits = groups["n"] or groups.get("m") or ""
            return Mark(kind, found[1].strip(), _number(digits), found["rest"].strip())
    if line.level:
        return Mark(f"style_{line.level}", "", None, line.text)
    return None


def _number(text: str) -> int | None:
    if len(text) == 1 and "①" <= text <= "⑳":
        return ord(text) - ord("①") + 1
    return read_number(re.split(r"[.．]", text)[-1])


def looks_like_heading(text: str) -> bool:
    """Whether a line without a number reads like a heading: short, and not a sentence."""
    return 2 <= len(text) <= 30 and not any(char in _ENDS for char in text)


def ranks(kinds: list[str]) -> dict[str, float]:
    """How deep each kind lies, by custom and, for the wandering kinds, by who came first.

    `kinds` are the kinds of all marked lines in order. Articles 第一条 and headings without a
    number lie just inside the deepest kind that was seen before they first appear.
    """
    found: dict[str, float] = {}
    for kind in kinds:
        if kind in found:
            continue
        if kind in RANK:
            found[kind] = RANK[kind]
        elif kind.startswith("style_"):
            # Word's headings without numbers lie outside every typed number, in their own order.
            found[kind] = -10.0 + int(kind[-1])
        else:
            typed = [rank for name, rank in found.items() if not name.startswith("style_")]
            found[kind] = max(typed, default=-1.0) + 0.1
    return found
