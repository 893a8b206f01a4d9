"""A calendar as other programs read it (RFC 5545). Pure: events in, text out."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator

LINE = 75  # octets of a line before it is folded
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclasses.dataclass(frozen=True)
class Event:
    """One event: of a whole day, or from `start` (an aware moment) for so many minutes.

    `uid` stays the same for the same thing, `changed` is when it changed last.
    """

    uid: str
    title: str
    changed: datetime.datetime
    day: datetime.date
    start: datetime.datetime | None = None
    minutes: int = 60
    text: str = ""
    place: str = ""
    url: str = ""
    cancelled: bool = False


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """The whole file."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Anyuan//Drills//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_moment(event.changed)}"
    yield f"LAST-MODIFIED:{_moment(event.changed)}"
    if event.start is not None:
        end = event.start + datetime.timedelta(minutes=event.minutes)
        yield f"DTSTART:{_moment(event.start)}"
        yield f"DTEND:{_moment(end)}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.day + datetime.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(event.title)}"
    if event.text:
        yield f"DESCRIPTION:{_text(event.text)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    if event.url:
        yield f"URL:{event.url}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(at: datetime.datetime) -> str:
    return f"{at.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A value of type TEXT: escaped, without other control characters."""
    escaped = value.replace("\r\n", "\n").translate(_ESCAPED)
    return "".join(c for c in escaped if c == "\t" or (ord(c) >= 32 and ord(c) != 127))


def _folded(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never within a character; each ends with CRLF."""
    pieces: list[bytes] = []
    piece = b""
    for c in line:
        octets = c.encode("utf-8", "replace")
        room = LINE if not pieces else LINE - 1
        if len(piece) + len(octets) > room:
            pieces.append(piece)
            piece = b""
        piece += octets
    pieces.append(piece)
    return b"\r\n ".join(pieces) + b"\r\n"
