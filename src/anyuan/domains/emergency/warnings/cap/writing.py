"""Writing CAP 1.2: the elements in the order that the standard's schema asks for, times without `Z`."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.utils import timezone
from lxml import etree

from anyuan.domains.emergency.warnings.cap.message import (
    NAMESPACE,
    Area,
    Info,
    Message,
    Point,
    Reference,
)

MEDIA_TYPE = "application/cap+xml"
# What XML 1.0 cannot hold; text pasted from other programs brings it along.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_message(message: Message) -> bytes:
    """The message as a file, UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(root, "identifier", message.identifier)
    _add(root, "sender", message.sender)
    _add(root, "sent", moment_text(message.sent))
    _add(root, "status", message.status)
    _add(root, "msgType", message.type)
    _add(root, "source", message.source)
    _add(root, "scope", message.scope)
    _add(root, "restriction", message.restriction)
    _add(root, "addresses", message.addresses)
    for code in message.codes:
        _add(root, "code", code)
    _add(root, "note", message.note)
    _add(root, "references", " ".join(reference_text(one) for one in message.references))
    for info in message.infos:
        _info(root, info)
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return found


def moment_text(moment: datetime.datetime) -> str:
    """Local time with its distance from UTC, to the second; UTC itself is `-00:00`."""
    local = timezone.localtime(moment).replace(microsecond=0).isoformat()
    return local.replace("+00:00", "-00:00")


def reference_text(one: Reference) -> str:
    return f"{one.sender},{one.identifier},{moment_text(one.sent)}"


def _add(parent: Any, name: str, text: str) -> None:
    """A child with text; an optional one without text is left out."""
    if text:
        child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
        child.text = UNWRITABLE.sub("", text)


def _info(root: Any, info: Info) -> None:
    node = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _add(node, "language", info.language)
    for category in info.categories:
        _add(node, "category", category)
    _add(node, "event", info.event)
    for response in info.responses:
        _add(node, "responseType", response)
    _add(node, "urgency", info.urgency)
    _add(node, "severity", info.severity)
    _add(node, "certainty", info.certainty)
    _add(node, "audience", info.audience)
    _pairs(node, "eventCode", info.codes)
    for name in ("effective", "onset", "expires"):
        moment = getattr(info, name)
        _add(node, name, moment_text(moment) if moment else "")
    _add(node, "senderName", info.sender_name)
    for name in ("headline", "description", "instruction", "web", "contact"):
        _add(node, name, getattr(info, name))
    _pairs(node, "parameter", info.parameters)
    for area in info.areas:
        _area(node, area)


def _pairs(node: Any, name: str, pairs: tuple[tuple[str, str], ...]) -> None:
    for value_name, value in pairs:
        child = etree.SubElement(node, f"{{{NAMESPACE}}}{name}")
        for part, text in (("valueName", value_name), ("value", value)):
            etree.SubElement(child, f"{{{NAMESPACE}}}{part}").text = UNWRITABLE.sub("", text)


def _area(parent: Any, area: Area) -> None:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}area")
    _add(node, "areaDesc", area.words)
    for shape in area.polygons:
        _add(node, "polygon", " ".join(_point(one) for one in shape))
    for one in area.circles:
        _add(node, "circle", f"{_point(one.centre)} {one.km:g}")
    _pairs(node, "geocode", area.geocodes)


def _point(point: Point) -> str:
    return f"{point[0]:.6f},{point[1]:.6f}"
