"""Reading CAP 1.2 from anywhere: no entities, no DTD, no network, bounded; mistakes named with their line.

libxml2 is told neither to load a DTD nor to resolve entities; a document that declares any is refused before
its content is looked at. Everything outside the standard's structure is a sentence, never a guess.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from anyuan.core.refused import Refused
from anyuan.domains.emergency.warnings.cap import message as cap
from anyuan.domains.emergency.warnings.cap.geometry import circle, polygon
from anyuan.domains.emergency.warnings.cap.message import Area, Info, Message, Reference

LARGEST = 512 * 1024  # bytes; warnings in use are below 50 KB
DEEPEST = 8  # the standard's own structure has five levels
MOST_ELEMENTS = 20_000
TEXT_LIMIT = 20_000
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$")
OLDER = re.compile(r"^(urn:oasis:names:tc:emergency:cap:1\.[01]|http://www\.incident\.com/cap/1\.0)$")  # fmt: skip
NOT_IN_NAMES = re.compile(r"[\s,<&]")


class NotCap(Refused):
    """The file is no CAP 1.2 message that can be used; the sentence says where and why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="file")


def read_message(raw: bytes) -> Message:
    """Errors: NotCap."""
    root = parse(raw)
    _check_root(root)
    return _message(_Node(root))


def parse(raw: bytes) -> Any:
    """The root element of untrusted XML. Errors: NotCap."""
    if len(raw) > LARGEST:
        raise NotCap(_("文件太大：预警文件不应超过 %(n)d KB。") % {"n": LARGEST // 1024})
    if not raw.strip():
        raise NotCap(_("文件是空的。"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    # Looked for before parsing too: whatever the parser's settings, a DTD has no business here.
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or "<!DOCTYPE".encode("utf-16-le") in raw or "<!DOCTYPE".encode("utf-16-be") in raw:  # fmt: skip
        raise NotCap(_("文件含有文档类型声明（DOCTYPE），可能有害，没有读取。"))
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise NotCap(_syntax(error)) from error
    except (ValueError, LookupError) as error:
        raise NotCap(_("文件的文字编码认不出，请用 UTF-8 编码另存后再试。")) from error
    if root.getroottree().docinfo.doctype or any(isinstance(node, etree._Entity) for node in root.iter()):  # fmt: skip
        raise NotCap(_("文件含有实体或文档类型声明，可能有害，没有读取。"))
    _check_size(root)
    return root


def text_of(raw: bytes) -> str:
    """A message that was read, as text to be kept, whatever bytes it came in."""
    found: str = etree.tostring(parse(raw), encoding="unicode")
    return found


def _syntax(error: etree.XMLSyntaxError) -> str:
    line = error.lineno or 1
    if "encoding" in (error.msg or "").lower() or "utf-8" in (error.msg or "").lower():
        return _("第 %(line)d 行的文字编码不对，请用 UTF-8 编码另存后再试。") % {"line": line}
    return _("第 %(line)d 行附近不是完整的 XML，文件可能不全或被改动过。") % {"line": line}


def _check_size(root: Any) -> None:
    many = 0
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        many += 1
        if depth > DEEPEST:
            raise NotCap(_("第 %(line)d 行：层次太深，不是预警文件。") % {"line": node.sourceline})
        if many > MOST_ELEMENTS:
            raise NotCap(_("文件内容太多，不是正常的预警文件。"))
        stack += [(child, depth + 1) for child in node]


def _check_root(root: Any) -> None:
    name = etree.QName(root)
    if name.namespace and OLDER.match(name.namespace):
        raise NotCap(_("这是 CAP 旧版本（%(ns)s）的文件，本系统只接收 CAP 1.2。") % {"ns": name.namespace})  # fmt: skip
    if name.localname != "alert":
        raise NotCap(_("第 %(line)d 行：最外层应是 alert，现在是 %(name)s。") % {"line": root.sourceline, "name": name.localname[:40]})  # fmt: skip
    if name.namespace != cap.NAMESPACE:
        raise NotCap(_("第 %(line)d 行：alert 的命名空间应是 %(ns)s。") % {"line": root.sourceline, "ns": cap.NAMESPACE})  # fmt: skip


class _Node:
    """One element; asks for its children by name and says what is wrong, with the line."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.name = etree.QName(element).localname
        self.line = element.sourceline or 1
        self.children: dict[str, list[Any]] = {}
        for child in element:
            name = etree.QName(child)
            if name.namespace == cap.NAMESPACE:
                self.children.setdefault(name.localname, []).append(child)

    def wrong(self, sentence: str, line: int | None = None) -> NotCap:
        return NotCap(_("第 %(line)d 行：%(said)s") % {"line": line or self.line, "said": sentence})

    def all(self, name: str) -> list[Any]:
        return self.children.get(name, [])

    def texts(self, name: str) -> list[str]:
        return [self._text(one) for one in self.all(name)]

    def text(self, name: str, *, needed: bool = False) -> str:
        """The one child's text; empty where there is none. Errors: NotCap where it is needed or twice."""
        found = self.all(name)
        if len(found) > 1:
            raise self.wrong(_("%(name)s 只能有一个。") % {"name": name}, found[1].sourceline)
        said = self._text(found[0]) if found else ""
        if needed and not said:
            line = found[0].sourceline if found else None
            raise self.wrong(_("%(parent)s 里缺少 %(name)s。") % {"parent": self.name, "name": name}, line)  # fmt: skip
        return said

    def _text(self, element: Any) -> str:
        if len(element):
            raise self.wrong(_("%(name)s 里只能是文字。") % {"name": etree.QName(element).localname}, element.sourceline)  # fmt: skip
        said = (element.text or "").strip()
        if len(said) > TEXT_LIMIT:
            raise self.wrong(_("%(name)s 的文字太长。") % {"name": etree.QName(element).localname}, element.sourceline)  # fmt: skip
        return said

    def one_of(self, name: str, known: Collection[str]) -> str:
        said = self.text(name, needed=True)
        if said not in known:
            raise self._not_one_of(name, said, known, self.all(name)[0])
        return said

    def many_of(self, name: str, known: Collection[str], *, needed: bool = False) -> tuple[str, ...]:  # fmt: skip
        found = self.texts(name)
        for said, element in zip(found, self.all(name), strict=True):
            if said not in known:
                raise self._not_one_of(name, said, known, element)
        if needed and not found:
            raise self.wrong(_("%(parent)s 里缺少 %(name)s。") % {"parent": self.name, "name": name})  # fmt: skip
        return tuple(found)

    def _not_one_of(self, name: str, said: str, known: Collection[str], element: Any) -> NotCap:
        words = _("%(name)s 的内容“%(said)s”不在标准里，应是 %(known)s 之一。") % {
            "name": name, "said": said[:40], "known": "、".join(known),
        }  # fmt: skip
        return self.wrong(words, element.sourceline)

    def moment(self, name: str, *, needed: bool = False) -> datetime.datetime | None:
        said = self.text(name, needed=needed)
        if not said:
            return None
        found = moment(said)
        if found is None:
            words = _("%(name)s 的时间“%(said)s”写法不对，应像 2026-06-21T15:00:00+08:00。")
            raise self.wrong(words % {"name": name, "said": said[:40]}, self.all(name)[0].sourceline)  # fmt: skip
        return found

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        found = []
        for element in self.all(name):
            node = _Node(element)
            found.append((node.text("valueName", needed=True), node.text("value")))
        return tuple(found)

    def shapes(self, name: str, make: Callable[[str], Any]) -> tuple[Any, ...]:
        found = []
        for said, element in zip(self.texts(name), self.all(name), strict=True):
            try:
                found.append(make(said))
            except ValueError as error:
                words = _("%(name)s 的坐标不对：%(why)s") % {"name": name, "why": str(error)}
                raise self.wrong(words, element.sourceline) from error
        return tuple(found)


def moment(said: str) -> datetime.datetime | None:
    """A moment with its distance from UTC; None where it is not one. `-00:00` is UTC in CAP, `Z` is taken too."""
    if not MOMENT.match(said):
        return None
    try:
        found = datetime.datetime.fromisoformat(said.replace("-00:00", "+00:00") if said.endswith("-00:00") else said)  # fmt: skip
        return found.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def _message(node: _Node) -> Message:
    sent = node.moment("sent", needed=False)
    found = Message(
        identifier=_named(node, "identifier"), sender=_named(node, "sender"),
        sent=sent or _missing(node, "sent"), status=node.one_of("status", cap.STATUSES),
        type=node.one_of("msgType", cap.TYPES), scope=node.one_of("scope", cap.SCOPES), source=node.text("source"),
        restriction=node.text("restriction"), addresses=node.text("addresses"), codes=tuple(node.texts("code")),
        note=node.text("note"), references=_references(node),
        infos=tuple(_info(_Node(one)) for one in node.all("info")),
    )  # fmt: skip
    if found.scope == "Restricted" and not found.restriction:
        _missing(node, "restriction")
    if found.scope == "Private" and not found.addresses:
        _missing(node, "addresses")
    if found.type in {"Update", "Cancel"} and not found.references:
        _missing(node, "references")
    if found.type in {"Alert", "Update"} and not found.infos:
        _missing(node, "info")
    return found


def _missing(node: _Node, name: str) -> Any:
    raise node.wrong(_("%(parent)s 里缺少 %(name)s。") % {"parent": node.name, "name": name})


def _named(node: _Node, name: str) -> str:
    said = node.text(name, needed=True)
    if NOT_IN_NAMES.search(said) or len(said) > 200:
        raise node.wrong(_("%(name)s 不能有空格、逗号，也不能太长。") % {"name": name}, node.all(name)[0].sourceline)  # fmt: skip
    return said


def _references(node: _Node) -> tuple[Reference, ...]:
    found = []
    for part in node.text("references").split():
        pieces = part.split(",")
        sent = moment(pieces[2]) if len(pieces) == 3 else None
        if sent is None:
            line = node.all("references")[0].sourceline
            raise node.wrong(_("references 应写成“发送者,编号,时间”，以空格隔开。"), line)
        found.append(Reference(pieces[0], pieces[1], sent))
    return tuple(found)


def _info(node: _Node) -> Info:
    return Info(
        event=node.text("event", needed=True), categories=node.many_of("category", cap.CATEGORIES, needed=True),
        language=node.text("language") or "en-US", responses=node.many_of("responseType", cap.RESPONSES),
        urgency=node.one_of("urgency", cap.URGENCIES), severity=node.one_of("severity", cap.SEVERITIES),
        certainty=node.one_of("certainty", cap.CERTAINTIES), audience=node.text("audience"),
        codes=node.pairs("eventCode"), effective=node.moment("effective"), onset=node.moment("onset"),
        expires=node.moment("expires"), sender_name=node.text("senderName"), headline=node.text("headline"),
        description=node.text("description"), instruction=node.text("instruction"), web=node.text("web"),
        contact=node.text("contact"), parameters=node.pairs("parameter"),
        areas=tuple(_area(_Node(one)) for one in node.all("area")),
    )  # fmt: skip


def _area(node: _Node) -> Area:
    return Area(
        words=node.text("areaDesc", needed=True), polygons=node.shapes("polygon", polygon),
        circles=node.shapes("circle", circle), geocodes=node.pairs("geocode"),
    )  # fmt: skip
