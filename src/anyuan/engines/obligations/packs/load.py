"""A pack folder of YAML files into a `Pack`.

Files: pack.yaml, points.yaml, calendar.yaml, numbers.yaml, rules/*.yaml, and the topics of filings in
topics.yaml or topics/*.yaml. Everything else (checklists, plans) belongs to other engines. `read_pack` never
raises for the content of a file: it returns what could be read and every mistake with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from anyuan.engines.obligations.packs.fields import Notes, Record
from anyuan.engines.obligations.packs.nodes import MAX_BYTES, BadYaml, Problem, read_nodes
from anyuan.engines.obligations.packs.parts import (
    read_calendar,
    read_documents,
    read_numbers,
    read_points,
    read_rules,
    read_topics,
)
from anyuan.engines.obligations.packs.spec import Pack

FILES = ("pack.yaml", "points.yaml", "calendar.yaml", "numbers.yaml")
FOLDERS = ("rules", "topics")
MAX_FILES = 100


class PackMistakes(Exception):
    """A pack cannot be used; `problems` names every mistake."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the pack with harmless values in place of mistakes, and the notes."""

    pack: Pack | None
    notes: Notes


def folder_files(folder: Path) -> dict[str, bytes]:
    """The pack's own files of a folder, by their name inside it. OSError where there is none.

    `folder` may also be its pack.yaml. A file over the limit is read only one byte further than
    the limit, so that it is refused without filling the memory.
    """
    if folder.is_file():
        folder = folder.parent
    found = [path for path in sorted(folder.iterdir()) if path.suffix in {".yaml", ".yml"}]
    for inner in (folder / name for name in FOLDERS):
        if inner.is_dir():
            found += [path for path in sorted(inner.iterdir()) if path.suffix in {".yaml", ".yml"}]
    files: dict[str, bytes] = {}
    for path in found:
        if path.is_file():
            with path.open("rb") as stream:
                files[path.relative_to(folder).as_posix()] = stream.read(MAX_BYTES + 1)
    return files


def load_pack(folder: Path) -> Pack:
    """The pack in a folder, read only: run `check` as well before it is put to use.

    PackMistakes where the files cannot be read, OSError where there is no such folder.
    """
    reading = read_pack(folder_files(folder))
    if reading.notes.problems or reading.pack is None:
        raise PackMistakes(sorted(reading.notes.problems))
    return reading.pack


def read_pack(files: Mapping[str, bytes]) -> Reading:
    """Read a pack from its files by name."""
    notes = Notes()
    roots = _roots(files, notes)
    head = roots.get("pack.yaml")
    if head is None:
        return Reading(None, notes)
    notes.lines[()] = (head.file, head.line)
    valid_from = head.day("valid_from")
    sections, points = read_points(roots.get("points.yaml"))
    pack = Pack(
        key=head.slug("key"),
        title=head.text("title", longest=80),
        city=head.text("city", longest=30),
        year=head.whole("year", low=2000, high=2100),
        valid_from=valid_from or date.max,
        summary=head.text("summary", required=False, longest=1000),
        documents=read_documents(head),
        sections=sections,
        points=points,
        rules=tuple(rule for root in _part(roots, "rules") for rule in read_rules(root)),
        topics=tuple(topic for root in _part(roots, "topics") for topic in read_topics(root)),
        calendar=read_calendar(roots.get("calendar.yaml")),
        numbers=read_numbers(roots.get("numbers.yaml")),
    )
    for name in ("valid_from", "documents", "key"):
        notes.lines[(name,)] = (head.file, head.key_lines.get(name, head.line))
    for root in roots.values():
        root.done()
    return Reading(pack, notes)


def _roots(files: Mapping[str, bytes], notes: Notes) -> dict[str, Record]:
    """Each file's top mapping; missing, unknown and unreadable files become notes."""
    for name in FILES:
        if name not in files:
            notes.add(name, 0, "缺少这个文件，请补上。")
    for part, what in (("rules", "规则"), ("topics", "工作记录主题")):
        if not any(_part_of(name) == part for name in files):
            notes.add(f"{part}/", 0, f"还没有{what}文件，请至少放入一个。")
    if len(files) > MAX_FILES:
        notes.add("rules/", 0, f"文件超过 {MAX_FILES} 个，请合并后再试。")
    roots: dict[str, Record] = {}
    for name, data in list(files.items())[:MAX_FILES]:
        if not name.endswith(".yaml") or (name not in FILES and _part_of(name) not in FOLDERS):
            notes.add(name, 0, "不认识这个文件，请改名（扩展名用 .yaml）或移走。")
            continue
        try:
            node = read_nodes(data)
        except BadYaml as error:
            notes.add(name, error.line, error.sentence)
            continue
        if node is None:
            notes.add(name, 0, "文件是空的，请填写内容。")
            continue
        roots[name] = Record(name, node, notes, "文件")
    return roots


def _part(roots: Mapping[str, Record], part: str) -> list[Record]:
    """The files of one part: its folder's files, or the one file named after it."""
    return [root for name, root in roots.items() if _part_of(name) == part]


def _part_of(name: str) -> str:
    return name.partition("/")[0].removesuffix(".yaml")
