"""Sections and points of a document, whatever its way of numbering."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from anyuan.engines.obligations.intake.documents import Line
from anyuan.engines.obligations.intake.marks import (
    LONGEST_HEADING,
    Mark,
    looks_like_heading,
    mark_of,
    ranks,
)

_TITLE = re.compile(r"(要点|方案|计划|意见|安排|办法|规划|清单|任务|通知)(?:（.*）)?$")
_SUBJECT = re.compile("学校|校园|安全|教育")
_NOISE = re.compile(
    r"附件\s*[0-9一二三四五六七八九十]*[:：]?|目\s*录|.*〔20[0-9]{2}〕\s*[0-9]+\s*号"
    r"|20[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日|[（(](?:此件|联系人).*[)）]|[-—\s0-9]+"
)
_CONTENTS = re.compile(r"(?:[.．·…]{3,}|\s{4,})\s*[0-9]{1,3}$")
_PROSE = re.compile("[，。；]")
_SENTENCE_END = "。！？；：!?;:”）)》"


@dataclass(slots=True)
class RawPoint:
    label: str
    number: int | None
    title: str
    body: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RawSection:
    title: str
    points: list[RawPoint] = field(default_factory=list)
    body: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    title: str
    preamble: list[str]
    sections: list[RawSection]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class _Marked:
    text: str
    mark: Mark | None


def read_outline(lines: list[Line]) -> Outline:
    """Find the title, then the outermost numbering as sections and the next one as points."""
    title, rest = _take_title(_joined([line for line in lines if not _is_noise(line.text)]))
    marked = _with_plain_headings([_Marked(line.text, mark_of(line)) for line in rest])
    depth = ranks([one.mark.kind for one in marked if one.mark])
    outer = _section_kind(marked, depth)
    preamble: list[str] = []
    sections: list[RawSection] = []
    blocks: list[list[_Marked]] = []
    for one in marked:
        if one.mark and outer and depth[one.mark.kind] <= depth[outer]:
            heading, run_in = split_title(one.mark.rest)
            sections.append(RawSection(heading or one.mark.rest[:LONGEST_HEADING]))
            blocks.append([_Marked(run_in, None)] if run_in else [])
        elif not outer and one.mark and not sections:
            sections.append(RawSection(""))
            blocks.append([one])
        elif sections:
            blocks[-1].append(one)
        else:
            preamble.append(one.text)
    warnings: list[str] = []
    for section, block in zip(sections, blocks, strict=True):
        _fill(section, block, depth, warnings)
    if not sections:
        warnings.append("没有找到编号或小标题，请人工划分要点。")
    return Outline(title, preamble, sections, warnings)


def split_title(text: str) -> tuple[str, str]:
    """A run-in title and what follows it: `加强领导。各地……` → (加强领导, 各地……).

    A text that is one sentence alone has no title: it is the point itself.
    """
    head, stop, body = text.partition("。")
    if stop and body.strip() and len(head) <= LONGEST_HEADING:
        return head.strip(), body.strip()
    head, stop, body = text.partition("：")
    if stop and body.strip() and len(head) <= 20 and not _PROSE.search(head):
        return head.strip(), body.strip()
    head, stop, body = text.partition(" ")
    if stop and len(head) <= 20 and not _PROSE.search(head) and _PROSE.search(body):
        return head.strip(), body.strip()
    if len(text) <= LONGEST_HEADING and not _PROSE.search(text):
        return text.rstrip("：:"), ""
    return "", text


def _is_noise(text: str) -> bool:
    return bool(_NOISE.fullmatch(text) or _CONTENTS.search(text))


def _joined(lines: list[Line]) -> list[Line]:
    """Put hard-wrapped lines of plain text together again."""
    found: list[Line] = []
    for line in lines:
        last = found[-1] if found else None
        if (
            last is not None
            and last.level is None
            and len(last.text) >= 25
            and _PROSE.search(last.text)
            and last.text[-1] not in _SENTENCE_END
            and mark_of(line) is None
        ):
            found[-1] = Line(last.text + line.text)
        else:
            found.append(line)
    return found


def _take_title(lines: list[Line]) -> tuple[str, list[Line]]:
    """The document's title and the lines without it; a title over two lines is put together."""
    for place, line in enumerate(lines[:12]):
        if line.level == 0:
            return line.text, lines[:place] + lines[place + 1 :]
    candidates: list[int] = []
    for place, line in enumerate(lines[:12]):
        if mark_of(line):
            break
        if looks_like_heading(line.text) and _TITLE.search(line.text):
            candidates.append(place)
    if not candidates:
        return "", lines
    place = candidates[0]
    if lines[place].text.endswith("通知"):
        # A covering notice stands before the document that it sends out.
        named = (later for later in candidates[1:] if _SUBJECT.search(lines[later].text))
        place = next(named, place)
    before = lines[place - 1].text if place else ""
    joined = looks_like_heading(before) and re.fullmatch("关于.*|.*印发|.*(?:局|厅|委)", before)
    return (before if joined else "") + lines[place].text, lines[place + 1 :]


def _with_plain_headings(marked: list[_Marked]) -> list[_Marked]:
    """Give headings without a number a mark, where at least two of them head something."""
    places = [
        place
        for place, one in enumerate(marked[:-1])
        if one.mark is None
        and looks_like_heading(one.text)
        and (marked[place + 1].mark or len(marked[place + 1].text) > 30)
    ]
    if len(places) < 2:
        return marked
    heads = set(places)
    return [
        _Marked(one.text, Mark("plain", "", None, one.text)) if place in heads else one
        for place, one in enumerate(marked)
    ]


def _section_kind(marked: list[_Marked], depth: dict[str, float]) -> str | None:
    """The kind of mark that heads sections; None where all points stand in one row.

    The outermost kind heads sections if at least half of its lines have deeper ones below.
    """
    counted = Counter(one.mark.kind for one in marked if one.mark)
    for kind in sorted(counted, key=depth.__getitem__):
        with_inner: set[int] = set()
        heads = 0
        for one in marked:
            if one.mark and one.mark.kind == kind:
                heads += 1
            elif one.mark and heads and depth[one.mark.kind] > depth[kind]:
                with_inner.add(heads)
        if heads >= 2 and len(with_inner) * 2 >= heads:
            return kind
        if heads >= 2:
            return None
    return None


def _fill(
    section: RawSection, block: list[_Marked], depth: dict[str, float], warnings: list[str]
) -> None:
    """Part a section into points by the outermost kind of mark inside it."""
    kinds = {one.mark.kind for one in block if one.mark}
    inner = min(kinds, key=depth.__getitem__, default=None)
    if inner is None:
        text = [one.text for one in block]
        if text:
            section.points.append(RawPoint("", None, section.title, text))
            warnings.append(f"“{section.title}”没有分点，整段作为一点，请核对。")
        return
    for one in block:
        if one.mark and one.mark.kind == inner:
            title, body = split_title(one.mark.rest)
            section.points.append(
                RawPoint(one.mark.label, one.mark.number, title, [body] if body else [])
            )
        elif section.points:
            section.points[-1].body.append(one.text)
        else:
            section.body.append(one.text)
