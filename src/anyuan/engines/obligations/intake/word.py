"""Paragraphs of a Word document in order, with the automatic numbers that its text does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from anyuan.engines.obligations.intake.numerals import say_number

_HEADING = re.compile(r"(?:heading|标题)\s*([1-6])", re.IGNORECASE)
_HEAD_WORDS = ("序号", "工作要点", "重点工作", "工作任务", "主要任务", "工作内容", "主要内容")
_CHINESE_FORMATS = {
    "chineseCounting",
    "chineseCountingThousand",
    "chineseLegalSimplified",
    "ideographTraditional",
    "japaneseCounting",
    "taiwaneseCountingThousand",
}


def word_lines(document: Document) -> Iterator[tuple[str, int | None]]:
    """Each paragraph's text with its number, and the level of its heading style (0: title)."""
    numbers = _Numbering(document)
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from ((text, None) for text in table_lines(block))
            continue
        text = block.text
        level = _level(block)
        label = numbers.label(block) if text.strip() else ""
        # A line break inside a paragraph parts a heading from its text.
        first, *rest = text.split("\n")
        yield label + first, level
        for line in rest:
            yield line, None


def table_lines(table: Table) -> Iterator[str]:
    """One line a row: `1.任务。责任单位：…。` with the header's words; merged cells count once."""
    header: list[str] = []
    for row in table.rows:
        cells: list[str] = []
        seen: set[int] = set()
        for cell in row.cells:
            if id(cell._tc) not in seen:
                seen.add(id(cell._tc))
                cells.append(re.sub(r"\s+", "", cell.text))
        filled = [cell for cell in cells if cell]
        if not header and any(cell.startswith(_HEAD_WORDS) for cell in cells):
            header = cells
        elif len(filled) == 1:
            yield filled[0]
        elif filled:
            yield _row_line(cells, header)


def _row_line(cells: list[str], header: list[str]) -> str:
    said: list[str] = []
    label = ""
    if re.fullmatch(r"[0-9０-９]{1,3}[.．、]?", cells[0]):
        label, cells, header = f"{cells[0].rstrip('.．、')}.", cells[1:], header[1:]
    for place, cell in enumerate(cells):
        name = header[place] if place < len(header) else ""
        if not cell:
            continue
        plain = not said or not name or name.startswith(_HEAD_WORDS)
        said.append(cell.rstrip("。") if plain else f"{name}：{cell.rstrip('。')}")
    return label + "".join(f"{part}。" for part in said)


def _level(paragraph: Paragraph) -> int | None:
    name = paragraph.style.name if paragraph.style is not None and paragraph.style.name else ""
    if name.lower() in {"title", "标题"}:
        return 0
    found = _HEADING.match(name)
    return int(found[1]) if found else None


class _Numbering:
    """Counts automatic lists as Word does, well enough for headings and points."""

    def __init__(self, document: Document) -> None:
        self.levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self.counts: dict[tuple[str, int], int] = {}
        self.owner: dict[str, str] = {}
        # A document without lists has no numbering part, and asking for it would make one.
        parts = [
            relation.target_part
            for relation in document.part.rels.values()
            if not relation.is_external and relation.reltype.endswith("/numbering")
        ]
        if parts:
            self._read(parts[0].element)

    def _read(self, root) -> None:  # type: ignore[no-untyped-def]  # lxml has no types
        for num in root.findall(qn("w:num")):
            abstract = num.find(qn("w:abstractNumId"))
            if abstract is not None:
                self.owner[num.get(qn("w:numId"))] = abstract.get(qn("w:val"))
        for abstract in root.findall(qn("w:abstractNum")):
            for level in abstract.findall(qn("w:lvl")):
                key = (abstract.get(qn("w:abstractNumId")), int(level.get(qn("w:ilvl"))))
                start = _value(level, "w:start") or "1"
                self.levels[key] = (
                    _value(level, "w:numFmt") or "decimal",
                    _value(level, "w:lvlText") or "",
                    int(start) if start.isdigit() else 1,
                )

    def label(self, paragraph: Paragraph) -> str:
        """The number that Word shows before the paragraph, such as 一、 or 3. ; empty for none."""
        number, depth = self._list_of(paragraph)
        key = (self.owner.get(number, ""), depth)
        if key not in self.levels:
            return ""
        _, pattern, start = self.levels[key]
        self.counts[key] = self.counts.get(key, start - 1) + 1
        for owner, deeper in list(self.counts):
            if owner == key[0] and deeper > depth:
                del self.counts[(owner, deeper)]
        return re.sub(r"%([1-9])", lambda match: self._say(key[0], int(match[1]) - 1), pattern)

    def _say(self, owner: str, depth: int) -> str:
        fmt, _, start = self.levels.get((owner, depth), ("decimal", "", 1))
        count = self.counts.get((owner, depth), start)
        if fmt == "bullet" or fmt == "none":
            return ""
        return say_number(count) if fmt in _CHINESE_FORMATS else str(count)

    @staticmethod
    def _list_of(paragraph: Paragraph) -> tuple[str, int]:
        """The list and depth of a paragraph, its own or its style's."""
        style = paragraph.style.element if paragraph.style is not None else None
        for holder in (paragraph._p, style):
            found = holder.find(f"{qn('w:pPr')}/{qn('w:numPr')}") if holder is not None else None
            if found is not None:
                depth = _value(found, "w:ilvl") or "0"
                return _value(found, "w:numId") or "", int(depth) if depth.isdigit() else 0
        return "", 0


def _value(element, name: str) -> str | None:  # type: ignore[no-untyped-def]  # lxml has no types
    child = element.find(qn(name))
    return None if child is None else child.get(qn("w:val"))
