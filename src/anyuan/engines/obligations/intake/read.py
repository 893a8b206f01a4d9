"""A whole document into a draft: title, year, sections, points, sentences, proposals, warnings."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from anyuan.engines.obligations.intake.documents import read_lines
from anyuan.engines.obligations.intake.model import Draft, DraftPoint, DraftSection
from anyuan.engines.obligations.intake.numerals import read_number
from anyuan.engines.obligations.intake.outline import Outline, RawPoint, RawSection, read_outline
from anyuan.engines.obligations.intake.phrases import find_proposals

_QUOTED = re.compile("《([^《》]{2,80})》")
_SENTENCE = re.compile("[^。！？；]+[。！？；”’）)》]*")
_YEAR = re.compile(r"(20[0-9]{2})(?:年|学年|-|—|\b)|([二][〇零○][一二三四五六七八九〇零○]{2})年")
_CITY = tuple(
    re.compile(
        rf"(?:年度?|^|于|发)((?!全|本|我|省|学|年|度)[\u4e00-\u9fff]{{1,8}}?{end})(?!级|直|属)"
    )
    for end in ("市", "[州盟县区]")
)


def read_document(data: bytes) -> Draft:
    """Read an uploaded work-points document. IntakeRefused says why a file cannot be used."""
    outline = read_outline(read_lines(data))
    warnings = list(outline.warnings)
    if not outline.title:
        warnings.append("没有找到文件标题，请填写。")
    year = _year_of(outline, warnings)
    sections = [section for section in outline.sections if section.points]
    warnings += [
        f"“{empty.title}”下面没有内容，已略去。" for empty in outline.sections if not empty.points
    ]
    points = _points(sections, year, warnings)
    return Draft(
        title=outline.title,
        year=year,
        city=_city_of(outline.title),
        preamble=tuple(sentences_of(outline.preamble)),
        sections=tuple(
            DraftSection(number, section.title) for number, section in enumerate(sections, 1)
        ),
        points=points,
        warnings=tuple(warnings),
    )


def sentences_of(lines: list[str]) -> list[str]:
    """Sentences of some lines, each with its closing mark."""
    return [found.strip() for line in lines for found in _SENTENCE.findall(line) if found.strip()]


def _points(
    sections: list[RawSection], year: int | None, warnings: list[str]
) -> tuple[DraftPoint, ...]:
    raw = [(place, point) for place, section in enumerate(sections, 1) for point in section.points]
    written = [point.number for _, point in raw]
    keeps = all(number for number in written) and _rises([n for n in written if n is not None])
    if keeps:
        _warn_gaps([n for n in written if n is not None], warnings)
    points = tuple(
        _point(point, (point.number or order) if keeps else order, place, year, warnings)
        for order, (place, point) in enumerate(raw, 1)
    )
    if not keeps and any(written):
        warnings.append("各部分的编号各自从头开始，已按顺序统一编号。")
    return points


def _point(
    raw: RawPoint, number: int, section: int, year: int | None, warnings: list[str]
) -> DraftPoint:
    sentences = sentences_of(raw.body)
    if not raw.title:
        warnings.append(f"第 {number} 点没有标题，请补写。")
    # A title may hold a time as well, and then it is a sentence of its own.
    searched = ([raw.title] if raw.title else []) + sentences
    quoted = _QUOTED.findall("".join(searched))
    return DraftPoint(
        number=number,
        section=section,
        label=raw.label,
        title=raw.title,
        sentences=tuple(sentences),
        documents=tuple(dict.fromkeys(quoted)),
        proposals=tuple(
            proposal for text in searched for proposal in find_proposals(text, year or 0)
        ),
    )


def _rises(numbers: list[int]) -> bool:
    return all(later > earlier for earlier, later in itertools.pairwise(numbers))


def _warn_gaps(numbers: list[int], warnings: list[str]) -> None:
    for earlier, later in itertools.pairwise(numbers):
        if later != earlier + 1:
            warnings.append(f"第 {earlier} 点之后是第 {later} 点，请核对是否漏了要点。")


def _year_of(outline: Outline, warnings: list[str]) -> int | None:
    """The year of the title, else the year that the text names most."""
    in_title = _years(outline.title)
    if in_title:
        return in_title[0]
    lines = [
        *outline.preamble,
        *(line for section in outline.sections for point in section.points for line in point.body),
    ]
    named = Counter(year for line in lines for year in _years(line))
    if not named:
        warnings.append("没有找到年份，请填写。")
        return None
    year = named.most_common(1)[0][0]
    warnings.append(f"标题里没有年份，按正文推断为 {year} 年，请核对。")
    return year


def _years(text: str) -> list[int]:
    found = (read_number((a or b).replace("○", "〇")) for a, b in _YEAR.findall(text))
    return [year for year in found if year and 2000 <= year <= 2100]


def _city_of(title: str) -> str:
    plain = re.sub("《|》|^关于(?:印发|做好|下发|发布)?", "", title)
    found = next((match for pattern in _CITY if (match := pattern.search(plain))), None)
    return found[1] if found else ""
