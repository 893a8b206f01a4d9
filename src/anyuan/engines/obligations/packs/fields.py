"""Typed reading of one YAML mapping: each getter notes a mistake with its line and goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from anyuan.engines.obligations.packs.nodes import Fields, Items, Node, Problem, Scalar

_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,59}")
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
MISSING_TEXT = ""
# What an imported draft writes where a person must decide.
UNFINISHED = "待填"


class Notes:
    """The mistakes found so far, and the lines where things stand for the checks that follow."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[tuple[str, ...], tuple[str, int]] = {}

    def add(self, file: str, line: int, sentence: str) -> None:
        self.problems.append(Problem(file, line, sentence))

    def add_at(self, place: tuple[str, ...], sentence: str) -> None:
        """Note a mistake at the best known line of `place`: its own, else the nearest outer one."""
        while place and place not in self.lines:
            place = place[:-1]
        file, line = self.lines.get(place, ("pack.yaml", 0))
        self.add(file, line, sentence)


class Record:
    """One mapping of a pack file. Getters return a harmless value where there is a mistake."""

    def __init__(self, file: str, node: Node, notes: Notes, what: str) -> None:
        self.file, self.notes, self.what = file, notes, what
        self.line = node.line
        self.values: dict[str, Node] = {}
        self.key_lines: dict[str, int] = {}
        self.asked: set[str] = set()
        if not isinstance(node, Fields):
            self.bad(f"{what}应写成“名称: 内容”的形式。")
            return
        for key, value in node.pairs:
            if key.value in self.values:
                self.bad(f"“{shown(key.value)}”写了两次，请只留一处。", key.line)
                continue
            self.values[key.value] = value
            self.key_lines[key.value] = key.line

    def bad(self, sentence: str, line: int | None = None) -> None:
        self.notes.add(self.file, self.line if line is None else line, sentence)

    def has(self, name: str) -> bool:
        """Whether the field is written with something in it."""
        node = self.values.get(name)
        return node is not None and not _is_null(node)

    def is_text(self, name: str) -> bool:
        """Whether the field holds a plain text rather than a list or a mapping."""
        return isinstance(self.values.get(name), Scalar)

    def _take(self, name: str, *, required: bool) -> Node | None:
        self.asked.add(name)
        if self.has(name):
            return self.values[name]
        if required:
            self.bad(f"{self.what}缺少“{name}”，请补上。", self.key_lines.get(name))
        return None

    def _wrong(self, name: str, wanted: str) -> None:
        self.bad(f"“{name}”应为{wanted}，请改正。", self.key_lines.get(name))

    def _scalar(self, name: str, wanted: str, *, required: bool) -> str | None:
        node = self._take(name, required=required)
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self._wrong(name, wanted)
            return None
        if UNFINISHED in node.value:
            self.bad(f"“{name}”还没有填好，请填写{wanted}。", self.key_lines.get(name))
            return None
        return node.value.strip()

    def text(self, name: str, *, required: bool = True, longest: int = 500) -> str:
        value = self._scalar(name, "一段文字", required=required)
        if value is None:
            return MISSING_TEXT
        if not value and required:
            self._wrong(name, "不空的文字")
        if len(value) > longest:
            self._wrong(name, f"不超过 {longest} 个字的文字（现有 {len(value)} 个字）")
        return value

    def slug(self, name: str) -> str:
        value = self._scalar(name, "小写字母开头的短名", required=True)
        if value is not None and not _SLUG.fullmatch(value):
            self._wrong(name, "小写字母开头、只含小写字母、数字和下划线的短名（2 至 60 个）")
            return MISSING_TEXT
        return value or MISSING_TEXT

    def whole(self, name: str, *, low: int, high: int, default: int | None = None) -> int:
        """A whole number within [low, high]; required where there is no default."""
        wanted = f" {low} 到 {high} 之间的整数"
        value = self._scalar(name, wanted, required=default is None)
        fallback = low if default is None else default
        if value is None:
            return fallback
        if not _WHOLE.fullmatch(value) or not low <= int(value) <= high:
            self._wrong(name, wanted)
            return fallback
        return int(value)

    def truth(self, name: str, *, default: bool | None) -> bool | None:
        value = self._scalar(name, " true 或 false", required=False)
        if value is None:
            return default
        if value.lower() not in _TRUTH:
            self._wrong(name, " true 或 false")
            return default
        return _TRUTH[value.lower()]

    def choice(self, name: str, options: Iterable[str], *, default: str | None = None) -> str:
        options = tuple(options)
        wanted = "下列之一：" + "、".join(options)
        value = self._scalar(name, wanted, required=default is None)
        fallback = options[0] if default is None else default
        if value is None:
            return fallback
        if value not in options:
            self._wrong(name, wanted)
            return fallback
        return value

    def day(self, name: str, *, required: bool = True) -> date | None:
        wanted = "年-月-日（如 2020-09-01）的日期"
        value = self._scalar(name, wanted, required=required)
        if value is None:
            return None
        try:
            return parse_day(value)
        except ValueError:
            self._wrong(name, wanted)
            return None

    def number(self, name: str) -> int | float | tuple[int | float, ...]:
        """A number, or a row of numbers."""
        node = self._take(name, required=True)
        parts = [node] if isinstance(node, Scalar) else getattr(node, "items", [])
        found: list[int | float] = []
        for part in parts:
            if isinstance(part, Scalar) and _DECIMAL.fullmatch(part.value.strip()):
                text = part.value.strip()
                found.append(float(text) if "." in text else int(text))
        if node is not None and (len(found) != len(parts) or not found):
            self._wrong(name, "数字，或由数字组成的列表")
            return 0
        if isinstance(node, Scalar):
            return found[0]
        return tuple(found) if found else 0

    def words(self, name: str, *, required: bool = False, longest: int = 500) -> tuple[str, ...]:
        """A list of texts; one text alone counts as a list of one."""
        node = self._take(name, required=required)
        if node is None:
            return ()
        parts = node.items if isinstance(node, Items) else [node]
        found = [part.value.strip() for part in parts if isinstance(part, Scalar)]
        if len(found) != len(parts) or not all(found):
            self._wrong(name, "由文字组成的列表")
        elif any(len(word) > longest for word in found):
            self._wrong(name, f"每条不超过 {longest} 个字的列表")
        elif required and not found:
            self._wrong(name, "至少一条的列表")
        elif any(UNFINISHED in word for word in found):
            self._wrong(name, "填好的列表，不留“待填”")
        return tuple(word for word in found if word)

    def wholes(self, name: str, *, low: int, high: int) -> tuple[int, ...]:
        found = self.words(name)
        good = [word for word in found if _WHOLE.fullmatch(word) and low <= int(word) <= high]
        if len(good) != len(found) or len(set(good)) != len(good):
            self._wrong(name, f"由 {low} 到 {high} 之间的整数组成、没有重复的列表")
        return tuple(dict.fromkeys(int(word) for word in good))

    def record(self, name: str, what: str, *, required: bool = False) -> Record | None:
        node = self._take(name, required=required)
        if node is None:
            return None
        if not isinstance(node, Fields):
            self._wrong(name, "“名称: 内容”的形式")
            return None
        return Record(self.file, node, self.notes, what)

    def records(self, name: str, what: str, *, required: bool = False) -> Iterator[Record]:
        node = self._take(name, required=required)
        if node is None:
            return
        if not isinstance(node, Items):
            self._wrong(name, "以“- ”开头的列表")
            return
        if required and not node.items:
            self._wrong(name, "至少一项的列表")
        for item in node.items:
            yield Record(self.file, item, self.notes, what)

    def done(self) -> None:
        """Name every field that nobody asked for."""
        for name, line in self.key_lines.items():
            if name not in self.asked:
                known = "、".join(sorted(self.asked))
                self.bad(f"{self.what}没有“{shown(name)}”这一项（可用：{known}），请删去。", line)


def parse_day(value: str) -> date:
    """A date written as 2020-09-01; ValueError for anything else."""
    if not _DAY.fullmatch(value):
        raise ValueError(value)
    return date.fromisoformat(value)


def shown(value: str) -> str:
    """A text from a file, short enough and plain enough to stand in a sentence."""
    plain = "".join(char if char.isprintable() else "·" for char in value)
    return plain if len(plain) <= 40 else plain[:39] + "…"


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.value in {"", "~", "null"}
