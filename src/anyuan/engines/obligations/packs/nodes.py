"""YAML text into a small tree that knows its lines, safe for any file content.

PyYAML's events are used rather than its loader: values stay as written (`09-01` is a text, `no` is
not a truth value), references (`&`, `*`) are refused because they can blow a small file up, and
size and depth are limited before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a pack: the file, its line from 1 (0: the whole file) and what to do."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        place = f"{self.file} 第 {self.line} 行" if self.line else self.file
        return f"{place}：{self.sentence}"


class BadYaml(Exception):
    """The text cannot be read as YAML at all; `line` counts from 1, 0 where unknown."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclass(slots=True)
class Scalar:
    value: str
    line: int
    plain: bool


@dataclass(slots=True)
class Items:
    line: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Fields:
    line: int
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)


Node = Scalar | Items | Fields


def read_nodes(data: bytes) -> Node | None:
    """The tree of one YAML document; None for an empty file. BadYaml says what is wrong."""
    if len(data) > MAX_BYTES:
        raise BadYaml(0, f"文件超过 {MAX_BYTES // 1024} KB，请检查是否选错了文件，或拆成几个文件。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadYaml(line, "文字编码不是 UTF-8，请另存为 UTF-8 编码。") from None
    try:
        return _Builder().build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadYaml(mark.line + 1 if mark else 0, _syntax_sentence(text, mark)) from None
    except (yaml.YAMLError, ValueError):
        # PyYAML lets a bare ValueError out for some impossible escapes and numbers of versions.
        raise BadYaml(0, "文件里有不能识别的控制字符或转义，请删去后再试。") from None


def _syntax_sentence(text: str, mark: yaml.Mark | None) -> str:
    lines = text.splitlines()
    shown = lines[mark.line].strip()[:40] if mark and mark.line < len(lines) else ""
    if "\t" in (lines[mark.line] if shown and mark else ""):
        return "这一行用了制表符，请改用空格缩进。"
    near = f"（“{shown}”附近）" if shown else ""
    return f"写法不合 YAML 规则{near}，请检查缩进、冒号后的空格、引号和括号是否成对。"


class _Builder:
    """Turns the row of events into one tree, without recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Items | Fields] = []
        self.keys: list[Scalar | None] = []

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        documents = 0
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BadYaml(line, "一个文件只能有一份内容，请删去中间的“---”。")
            elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise BadYaml(line, "请不要使用 & 和 * 引用，把内容直接写出来。")
            elif isinstance(event, yaml.ScalarEvent):
                self._put(Scalar(event.value, line, not event.style))
            elif isinstance(event, yaml.SequenceStartEvent):
                self._enter(Items(line))
            elif isinstance(event, yaml.MappingStartEvent):
                self._enter(Fields(line))
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
                self.keys.pop()
        return self.root

    def _enter(self, node: Items | Fields) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise BadYaml(node.line, f"层次超过 {MAX_DEPTH} 层，请按模板的层次书写。")
        self._put(node)
        self.open.append(node)
        self.keys.append(None)

    def _put(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if isinstance(top, Items):
            top.items.append(node)
            return
        key = self.keys[-1]
        if key is not None:
            top.pairs.append((key, node))
            self.keys[-1] = None
        elif isinstance(node, Scalar):
            self.keys[-1] = node
        else:
            raise BadYaml(node.line, "冒号前面只能是一个名称，不能是列表或嵌套内容。")
