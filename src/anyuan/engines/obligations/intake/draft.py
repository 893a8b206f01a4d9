"""A draft of a document into the files of a pack, with the places that a person must still fill.

What the text does not say is written 待填; `check` refuses the pack until each is filled. Each rule
carries its evidence as a comment: the sentence and the phrase's characters in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from anyuan.engines.obligations.intake.model import Draft, DraftPoint, Proposal
from anyuan.engines.obligations.packs.fields import UNFINISHED

NUMBERS = "# 规则依据的数值登记在这里，没有可留空。\nnumbers: []\n"
_DRILL = re.compile(
    "(?:开展|组织|举行|进行|举办|次)[^，。；]{0,20}(?:演练|演习)(?!报送|计划|方案|指南|日历)"
)
_FIELD = re.compile(r"\s*(?:- )?\{?([a-z_]+):")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A place that a person must fill or confirm: file, line from 1, and what to do."""

    file: str
    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class DraftPack:
    """The files of a drafted pack by name, and what is unfinished in them."""

    files: dict[str, str]
    unfinished: tuple[Unfinished, ...]


def draft_pack(draft: Draft) -> DraftPack:
    """Write the pack's files from a document as understood."""
    files = {
        "pack.yaml": _pack(draft),
        "points.yaml": _points(draft),
        "topics.yaml": _topics(draft),
        "numbers.yaml": NUMBERS,
        "calendar.yaml": _calendar(draft),
        "rules/draft.yaml": _rules(draft),
    }
    return DraftPack(files, tuple(_unfinished(files)))


def _unfinished(files: dict[str, str]) -> Iterator[Unfinished]:
    for file, text in files.items():
        for line, words in enumerate(text.splitlines(), 1):
            code = words.partition("  # ")[0]
            if not code.strip().startswith("#") and UNFINISHED in code:
                name = _FIELD.match(code)
                field = name[1] if name else "内容"
                note = words.partition("  # ")[2]
                yield Unfinished(file, line, f"请填写“{field}”。{note}")
    yield Unfinished("calendar.yaml", 1, "请按本地校历核对学期起止。")


def _quoted(text: str, longest: int) -> str:
    """A text as one YAML value, cut at the longest that the field may hold."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return json.dumps(cut, ensure_ascii=False) if cut else UNFINISHED


def _comment(text: str) -> str:
    return " ".join(text.split())


def _key(draft: Draft) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- its tables take 50 MB, for this one line

    name = "".join(lazy_pinyin(re.sub("[市州盟县区]$", "", draft.city), errors="ignore"))
    name = re.sub("[^a-z]", "", name.lower())[:40] or "pack"
    return f"{name}_{draft.year or UNFINISHED}"


def _pack(draft: Draft) -> str:
    cited = dict.fromkeys(title for point in draft.points for title in point.documents)
    lines = [
        f"key: {_key(draft)}",
        f"title: {_quoted(draft.title, 80)}",
        f"city: {_quoted(draft.city, 30)}",
        f"year: {draft.year or UNFINISHED}",
        f"valid_from: {f'{draft.year}-01-01' if draft.year else UNFINISHED}",
        "documents:",
        f"  - {{key: seed, title: {_quoted(draft.title, 120)}}}",
    ]
    lines += [
        f"  - {{key: cited_{number:02d}, title: {_quoted(title, 120)}}}"
        for number, title in enumerate(cited, 1)
    ]
    return "\n".join(lines) + "\n"


def _points(draft: Draft) -> str:
    lines = ["# 概述和措施先用原文，请改成自己的话。", "sections:"]
    for section in draft.sections:
        lines += [
            f"  - number: {section.number}",
            f"    title: {_quoted(section.title or draft.title, 60)}",
            "    points:",
        ]
        for point in draft.points:
            if point.section != section.number:
                continue
            sentences = point.sentences or ((point.title,) if point.title else (UNFINISHED,))
            lines += [
                f"      - number: {point.number}",
                f"        title: {_quoted(point.title, 60)}",
                f"        summary: {_quoted(sentences[0], 600)}",
                "        measures:",
                *(f"          - {_quoted(sentence, 200)}" for sentence in sentences),
            ]
    return "\n".join(lines) + "\n"


def _topics(draft: Draft) -> str:
    lines = ["topics:"]
    for point in draft.points:
        lines += [
            f"  - slug: {_topic(point)}",
            f"    title: {_quoted(point.title, 40)}",
            f"    point: {point.number}",
            "    hint: 写清做了什么、什么时候、哪些人参加。",
        ]
    return "\n".join(lines) + "\n"


def _topic(point: DraftPoint) -> str:
    return f"point_{point.number:02d}"


def _calendar(draft: Draft) -> str:
    first = (draft.year or 2020) - 1
    years = ", ".join(f"{year}/{(year + 1) % 100:02d}" for year in range(first, first + 4))
    return (
        "# 学期起止是建议值，请按本地校历核对。\n"
        "autumn: {starts: 09-01, ends: 01-25}\n"
        "spring: {starts: 02-17, ends: 06-30}\n"
        f"school_years: [{years}]\n"
    )


def _rules(draft: Draft) -> str:
    lines = ["rules:"]
    for point in draft.points:
        for number, proposal in enumerate(point.proposals, 1):
            lines += _rule(point, number, proposal)
        if not point.proposals:
            lines += _open_rule(point)
    return "\n".join(lines) + "\n"


def _rule(point: DraftPoint, number: int, proposal: Proposal) -> list[str]:
    return [
        f"  # 原文：{_comment(proposal.sentence)}",
        f"  # 依据：第 {proposal.start + 1} 至 {proposal.end} 字“{_comment(proposal.phrase)}”",
        f"  - key: p{point.number:02d}_draft_{number}",
        f"    point: {point.number}",
        f"    title: {_quoted(point.title, 30)}",
        f"    advice: {_quoted(proposal.sentence, 200)}",
        f"    who: {proposal.who or f'{UNFINISHED}  # city、district、school 或 site'}",
        *_where(proposal),
        *_kind(point, proposal.sentence),
        *_period(proposal),
        f"    source: {{doc: seed, clause: 第{point.number}点, certainty: seed}}",
    ]


def _open_rule(point: DraftPoint) -> list[str]:
    """A point that names no time still needs a rule: everything in it is for a person to say."""
    text = point.sentences[0] if point.sentences else point.title
    return [
        "  # 原文没有写时间和频次。",
        f"  - key: p{point.number:02d}_draft_1",
        f"    point: {point.number}",
        f"    title: {_quoted(point.title, 30)}",
        f"    advice: {_quoted(text, 200)}",
        f"    who: {UNFINISHED}  # city、district、school 或 site",
        *_kind(point, ""),
        f"    period: {UNFINISHED}  # day、week、month、quarter、term、half_year、year、fixed 或 once",
        f"    source: {{doc: seed, clause: 第{point.number}点, certainty: inferred}}",
    ]


def _where(proposal: Proposal) -> list[str]:
    facts = []
    if proposal.stages:
        facts.append(f"stages: [{', '.join(proposal.stages)}]")
    if proposal.boarding is not None:
        facts.append(f"boarding: {str(proposal.boarding).lower()}")
    return [f"    where: {{{', '.join(facts)}}}"] if facts else []


def _kind(point: DraftPoint, sentence: str) -> list[str]:
    """A drill where the sentence speaks of one; otherwise a filing under the point's topic."""
    if _DRILL.search(sentence):
        return ["    kind: drill"]
    return ["    kind: filing", f"    match: {{topic: {_topic(point)}}}"]


def _period(proposal: Proposal) -> list[str]:
    note = f"  # {_comment(proposal.note)}" if proposal.note else ""
    lines = [f"    period: {proposal.period or UNFINISHED}{'' if proposal.period else note}"]
    if proposal.period == "fixed":
        days = ", ".join(proposal.fixed) or UNFINISHED
        lines.append(f"    fixed: [{days}]{'' if proposal.fixed else note}")
    elif proposal.period and note:
        lines[0] += note
    if proposal.months:
        lines.append(f"    months: [{', '.join(map(str, proposal.months))}]")
    if proposal.count > 1:
        lines.append(f"    count: {proposal.count}")
    if proposal.due.way != "end":
        lines.append(f"    due: {{{proposal.due.way}: {proposal.due.number}}}")
    if proposal.ends:
        lines.append(f"    ends: {proposal.ends.isoformat()}")
    return lines
