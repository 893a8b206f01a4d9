"""A ledger's Excel file, read as a clerk would: every bad row and column is named.

Understood: columns in any order and under other names, titles above the head, a head of two rows, merged
cells, days as text, numbers with their measure, blanks. A formula counts by its last value.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter, range_boundaries

from anyuan.core.refused import Refused
from anyuan.core.workbooks import opened
from anyuan.engines.ledgers.mass import Incoming
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import Reader, plain, reader_of
from anyuan.org.actor import Actor
from anyuan.org.importing import HEAD_ROWS, ROW_LIMIT, Mistake
from anyuan.org.models import Unit

CODE, NAME = "*code", "*name"  # the columns that say whose row it is
UNIT_HEADS = {
    CODE: ("单位代码", "学校标识码", "学校代码", "校区代码"),
    NAME: ("单位", "单位名称", "学校", "学校名称", "校区", "所属学校"),
}
MERGED = re.compile(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"')
# A formula whose value was never worked out: written by a program and not opened in Excel since.
NO_VALUE = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*>\s*<f[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
Grid = list[tuple[int, list[Any]]]


@dataclasses.dataclass
class Reading:
    """What a file holds: rows with their line, where each field's column stands, what cannot be used."""

    rows: list[Incoming] = dataclasses.field(default_factory=list)
    letters: dict[str, str] = dataclasses.field(default_factory=dict)
    mistakes: list[Mistake] = dataclasses.field(default_factory=list)
    unknown: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class _Head:
    """Where the head ends and at which place each field's column stands."""

    below: int = 0
    places: dict[str, int] = dataclasses.field(default_factory=dict)
    unknown: list[str] = dataclasses.field(default_factory=list)


def read_file(body: bytes, ledger: Ledger, by: Actor) -> Reading:
    """The rows of the sheet that has the ledger's columns. Errors: Refused where the file cannot be used."""
    grid, head, unworked = _best_sheet(body, ledger)
    missing = [
        ledger.head(name)
        for name in ledger.fields
        if name not in head.places and _needed(ledger, name)
    ]
    if missing:
        heads = {"heads": "、".join(missing)}
        raise Refused(_("没有找到这些列：%(heads)s。请使用模板里的列名。") % heads, field="file")
    reading = Reading(unknown=head.unknown)
    reading.letters = {name: get_column_letter(n + 1) for name, n in head.places.items()}
    for number, letter in unworked:
        if number > head.below:
            text = _("是公式，还没有算出结果；请用 Excel 打开并保存后再导入。")
            reading.mistakes.append(Mistake(number, letter, letter, text))
    data = [(number, cells) for number, cells in grid if number > head.below]
    if not data:
        raise Refused(_("表里没有数据，请在列名下面一行起填写。"), field="file")
    if len(data) > ROW_LIMIT:
        raise Refused(_("超过 20000 行，请分成几个文件导入。"), field="file")
    _read_rows(ledger, head, data, _Whose(by, head), reading)
    return reading


def _needed(ledger: Ledger, name: str) -> bool:
    return name in ledger.key_fields or ledger.required(name)


def _best_sheet(body: bytes, ledger: Ledger) -> tuple[Grid, _Head, list[tuple[int, str]]]:
    """The sheet whose head knows most columns (the first of equals), with its formulas without value."""
    best: tuple[Grid, _Head, list[tuple[int, str]]] = ([], _Head(), [])
    with opened(body) as book, zipfile.ZipFile(io.BytesIO(body)) as archive:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # type: ignore[attr-defined]  # what the file says of its size may be wrong
            grid = _grid(sheet)
            xml = archive.read(sheet._worksheet_path)  # type: ignore[attr-defined]
            _fill_merged(grid, xml)
            head = _find_head(grid, ledger)
            if len(head.places) > len(best[1].places):
                unworked = NO_VALUE.findall(xml) if b"<f" in xml else []
                best = (grid, head, [(int(number), letter.decode()) for letter, number in unworked])
    return best


def _grid(sheet: Any) -> Grid:
    """Rows that hold anything, with their line; a sheet's million empty rows cost nothing."""
    rows: Grid = []
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and cell != "" for cell in cells):
            rows.append((number, list(cells)))
            if len(rows) > ROW_LIMIT + HEAD_ROWS:
                raise Refused(_("超过 20000 行，请分成几个文件导入。"), field="file")
    return rows


def _fill_merged(grid: Grid, xml: bytes) -> None:
    """A merged cell's value stands in the first only: give it to all (downwards below the head)."""
    by_number = dict(grid)
    for reference in MERGED.findall(xml):
        left, top, right, bottom = (n or 1 for n in range_boundaries(reference.decode()))
        first = by_number.get(top)
        value = first[left - 1] if first is not None and left <= len(first) else None
        if value is None or bottom - top > ROW_LIMIT:
            continue
        across = right if top <= HEAD_ROWS else left
        for number in range(top, bottom + 1):
            cells = by_number.get(number)
            if cells is None:
                continue
            cells.extend([None] * (across - len(cells)))
            for place in range(left - 1, across):
                cells[place] = value if cells[place] is None else cells[place]


def _known_heads(ledger: Ledger) -> dict[str, str]:
    known = {head: name for name, heads in UNIT_HEADS.items() for head in heads}
    for column in ledger.columns:
        for head in (*column.also, ledger.head(column.field), column.field):
            known[_bare(head)] = column.field
    return known


def _bare(value: Any) -> str:
    """A head without blanks, stars and what stands in brackets."""
    return re.sub(r"[(（][^)）]*[)）]|[*＊:：\s]", "", plain(value)) or plain(value)


def _find_head(grid: Grid, ledger: Ledger) -> _Head:
    """Among the first rows the one, or the two together, that know most heads."""
    known, best = _known_heads(ledger), _Head()
    top = [(number, cells) for number, cells in grid if number <= HEAD_ROWS * 2][:HEAD_ROWS]
    for n, (number, cells) in enumerate(top):
        texts = [[_bare(cell)] for cell in cells]
        best = _better(best, number, texts, known)
        if n + 1 < len(top):
            below_number, below = top[n + 1]
            width = max(len(cells), len(below))
            upper = [_bare(cell) for cell in cells] + [""] * (width - len(cells))
            lower = [_bare(cell) for cell in below] + [""] * (width - len(below))
            both = [[low, up + low, up] for up, low in zip(upper, lower, strict=True)]
            best = _better(best, below_number, both, known)
    return best


def _better(best: _Head, below: int, texts: Sequence[list[str]], known: Mapping[str, str]) -> _Head:
    found = _Head(below)
    for place, words in enumerate(texts):
        name = next((known[word] for word in words if word in known), None)
        if name is not None and name not in found.places:
            found.places[name] = place
        elif word := next((word for word in words if word), ""):
            found.unknown.append(f"{word[:20]}（{get_column_letter(place + 1)} 列）")
    return found if len(found.places) > len(best.places) else best


class _Whose:
    """Whose row a line is: by code, by name, else the school of the person who imports."""

    def __init__(self, by: Actor, head: _Head) -> None:
        sites = Unit.objects.within(by.units).filter(kind__in=["school", "campus"], state="active")
        self.codes: dict[str, str] = {}
        self.names: dict[str, str | None] = {}
        for key, code, name in sites.values_list("key", "code", "name"):
            self.codes[code] = key
            self.names[plain(name)] = None if plain(name) in self.names else key
        self.own = by.unit_key if by.unit_key in self.codes.values() else ""
        self.code_at, self.name_at = head.places.get(CODE), head.places.get(NAME)
        if not self.own and self.code_at is None and self.name_at is None:
            raise Refused(_("请加上“单位代码”或“单位”一列，写明是哪所学校的。"), field="file")

    def of(self, cells: Sequence[Any]) -> tuple[str, str, str, str]:
        """(unit key, field, head, sentence); a sentence where it cannot be told."""
        code, name = _at(cells, self.code_at), _at(cells, self.name_at)
        if code:
            told = _("没有这个代码的学校，或不在您的范围内。")
            return (self.codes.get(code, ""), CODE, UNIT_HEADS[CODE][0], told)
        if name:
            told = _("没有这个名称的学校，或不在您的范围内。")
            if name in self.names and self.names[name] is None:
                told = _("有几个单位同名，请填写单位代码。")
            return (self.names.get(name) or "", NAME, UNIT_HEADS[NAME][0], told)
        where = CODE if self.code_at is not None else NAME
        return (self.own, where, UNIT_HEADS[where][0], _("请写明是哪所学校。"))


def _at(cells: Sequence[Any], place: int | None) -> str:
    return plain(cells[place]) if place is not None and place < len(cells) else ""


def _read_rows(ledger: Ledger, head: _Head, data: Grid, whose: _Whose, reading: Reading) -> None:
    # What stands in a column comes again and again: a kind, a place, a day.
    columns: list[tuple[str, int, Reader, dict[Any, tuple[Any, str]]]] = [
        (name, head.places[name], reader_of(field), {})
        for name, field in ledger.fields.items()
        if name in head.places
    ]
    for number, cells in data:
        unit, where, unit_head, told = whose.of(cells)
        if not unit:
            letter = reading.letters.get(where, "—")
            reading.mistakes.append(Mistake(number, letter, unit_head, told))
        facts: dict[str, Any] = {}
        width = len(cells)
        for name, place, read, memo in columns:
            raw = cells[place] if place < width else None
            found = memo.get((type(raw), raw))
            if found is None:
                found = memo[type(raw), raw] = read(raw)
            facts[name] = found[0]
            if found[1]:
                letter = reading.letters[name]
                reading.mistakes.append(Mistake(number, letter, ledger.head(name), found[1]))
        reading.rows.append(Incoming(unit, facts, number))
