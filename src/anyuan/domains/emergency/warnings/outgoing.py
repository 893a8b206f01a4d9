"""Our own warnings as CAP 1.2: what was passed on, its end, and a feed (Atom) of all that was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from lxml import etree

from anyuan.core.keys import subtree
from anyuan.domains.emergency.warnings.cap.message import Area, Info, Message, Reference
from anyuan.domains.emergency.warnings.cap.writing import UNWRITABLE, moment_text, write_message
from anyuan.domains.emergency.warnings.content import colour_of, kind_of, titled
from anyuan.domains.emergency.warnings.models import EndReason, WarningSignal
from anyuan.org.models import Unit

ATOM = "http://www.w3.org/2005/Atom"
DIVISIONS = "GB/T 2260"
SCHOOL = "学校标识码"
ENDED = {EndReason.CANCEL, EndReason.HAND}  # an end before its time is a message of its own
AIR = "pollution"


@dataclasses.dataclass(frozen=True)
class Named:
    """A unit of the area: its code, what it is, its name."""

    code: str
    division: bool
    name: str


def sender_of(unit: Unit) -> str:
    """Who we are in messages; no spaces, commas or markup, as the standard wants it."""
    return f"anyuan.{unit.code}"


def reference_of(signal: WarningSignal) -> Reference:
    assert signal.issued_at is not None  # noqa: S101 -- only what was passed on is referred to
    return Reference(sender_of(signal.unit), signal.number, signal.issued_at.replace(microsecond=0))


def alert_of(signal: WarningSignal, areas: Sequence[Named]) -> Message:
    """The warning as it was passed on."""
    key = reference_of(signal)
    old = signal.replaces
    update = old is not None and old.issued_at is not None
    return Message(
        identifier=key.identifier, sender=key.sender, sent=key.sent, status=signal.status,
        type="Update" if update else "Alert", scope="Restricted", restriction="教育系统内部",
        source=plain(signal.source), references=(reference_of(old),) if update and old is not None else (),
        infos=(_info(signal, areas),),
    )  # fmt: skip


def cancel_of(signal: WarningSignal) -> Message | None:
    """The message that it ended before its time; None where it did not."""
    if signal.ended_at is None or signal.issued_at is None or signal.end_reason not in ENDED:
        return None
    key = reference_of(signal)
    return Message(
        identifier=f"{signal.number}-JC", sender=key.sender, sent=signal.ended_at.replace(microsecond=0),
        status=signal.status, type="Cancel", scope="Restricted", restriction="教育系统内部",
        note=f"{signal.title}已解除", references=(key,),
    )  # fmt: skip


def _info(signal: WarningSignal, areas: Sequence[Named]) -> Info:
    colour = colour_of(signal.colour)
    kind = kind_of(signal.kind)
    name = titled(signal.kind, signal.colour)
    parameters = [("颜色", colour.title)] if colour else []
    if signal.level:
        parameters.append(("响应等级", signal.level_words))
    return Info(
        language="zh-CN", categories=("Env",) if signal.kind == AIR else ("Met",), event=name,
        responses=("Prepare",), urgency="Expected", severity=colour.severity if colour else "Unknown",
        certainty="Likely", audience="学校和幼儿园",
        codes=tuple(("GB/T 35561", code) for code in kind.codes[:1]),
        effective=signal.issued_at.replace(microsecond=0) if signal.issued_at else None,
        onset=signal.onset_at, expires=signal.expires_at, sender_name=signal.unit.name,
        headline=plain(f"{signal.unit.name}转发{name}"), description=plain(signal.words),
        instruction=plain("\n".join(signal.measures) or signal.advice),
        parameters=tuple(parameters), areas=(_area(signal, areas),),
    )  # fmt: skip


def _area(signal: WarningSignal, areas: Sequence[Named]) -> Area:
    return Area(
        words=plain(signal.area_words) or signal.unit.name,
        geocodes=tuple((DIVISIONS if one.division else SCHOOL, one.code) for one in areas),
    )


def plain(text: str) -> str:
    """What people typed, as XML can hold it."""
    return UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def named_areas(signals: Iterable[WarningSignal]) -> dict[str, Named]:
    """Key → the unit, of all areas of some warnings; one query."""
    keys = {key for signal in signals for key in signal.units}
    rows = Unit.objects.filter(key__in=keys).values_list("key", "code", "kind", "name")
    return {key: Named(code, kind in {"city", "district"}, name) for key, code, kind, name in rows}


def areas_of(signal: WarningSignal) -> list[Named]:
    known = named_areas([signal])
    return [known[key] for key in signal.units if key in known and subtree(signal.unit_id).holds(key)]  # fmt: skip


def file_of(signal: WarningSignal) -> bytes:
    return write_message(alert_of(signal, areas_of(signal)))


def feed_of(unit: Unit, signals: Sequence[WarningSignal], *, address: Any, own: str) -> bytes:
    """Atom: an entry for each message, the newest first. `address(signal, part)` → where it is."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _say(root, "id", own)
    _say(root, "title", f"{unit.name}发布的预警")
    entries = []
    for signal in signals:
        assert signal.issued_at is not None  # noqa: S101 -- `published` gives no others
        entries.append((signal.issued_at, signal.title, address(signal, "alert")))
        if cancel_of(signal) is not None and signal.ended_at is not None:
            entries.append((signal.ended_at, f"解除：{signal.title}", address(signal, "cancel")))
    entries.sort(key=lambda entry: entry[0], reverse=True)
    _say(root, "updated", moment_text(entries[0][0] if entries else timezone.now()))
    author = etree.SubElement(root, f"{{{ATOM}}}author")
    _say(author, "name", unit.name)
    _link(root, own, rel="self")
    for moment, title, where in entries:
        node = etree.SubElement(root, f"{{{ATOM}}}entry")
        _say(node, "id", where)
        _say(node, "title", title)
        _say(node, "updated", moment_text(moment))
        _link(node, where, kind="application/cap+xml")
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found


def _say(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = plain(text)


def _link(parent: Any, where: str, *, rel: str = "", kind: str = "") -> None:
    node = etree.SubElement(parent, f"{{{ATOM}}}link", href=where)
    if rel:
        node.set("rel", rel)
    if kind:
        node.set("type", kind)
