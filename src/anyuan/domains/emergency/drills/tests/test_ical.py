"""The calendar file keeps to RFC 5545, whatever people wrote, and is read back as it was meant."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from anyuan.domains.emergency.drills.ical import LINE, Event, calendar

AT = datetime.datetime(2026, 11, 9, 2, 30, tzinfo=datetime.UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n;,\\:"'))


def unfolded(body: bytes) -> list[str]:
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    raw = body[:-2].split(b"\r\n")
    assert all(len(line) <= LINE for line in raw)
    for line in raw:
        line.decode()  # never cut within a character
    return body.decode().removesuffix("\r\n").replace("\r\n ", "").split("\r\n")


def value(lines: list[str], name: str) -> str:
    """A TEXT value read back."""
    found = next(line for line in lines if line.startswith(f"{name}:")).partition(":")[2]
    out, n = "", 0
    while n < len(found):
        if found[n] == "\\":
            n += 1
            out += {"n": "\n", "N": "\n"}.get(found[n], found[n])
        else:
            assert found[n] not in ";,"
            out += found[n]
        n += 1
    return out


@given(WORDS, WORDS)
def test_what_people_wrote_comes_back_as_it_was(title, text):
    event = Event("a@anyuan", title, AT, AT.date(), text=text)
    lines = unfolded(calendar("演练", [event]))
    assert value(lines, "SUMMARY") == title
    if text:
        assert value(lines, "DESCRIPTION") == text
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1


def test_a_day_and_a_moment():
    whole = Event("d@anyuan", "消防", AT, datetime.date(2026, 12, 31))
    timed = Event("t@anyuan", "夜间", AT, AT.date(), start=AT, minutes=45, cancelled=True)
    lines = unfolded(calendar("演练", [whole, timed]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    for line in (
        "VERSION:2.0", "DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "DTSTAMP:20261109T023000Z",
        "DTSTART:20261109T023000Z", "DTEND:20261109T031500Z", "UID:d@anyuan", "STATUS:CANCELLED",
    ):  # fmt: skip
        assert line in lines, line


def test_nothing_planned_is_an_empty_calendar():
    assert "BEGIN:VEVENT" not in unfolded(calendar("演练", []))
