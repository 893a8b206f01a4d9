"""The school's own number of a pupil: written one way, recognised without being readable."""

from __future__ import annotations

from anyuan.core.crypto import fingerprint


def plain_number(number: str) -> str:
    return "".join(number.split()).upper()


def mark_of(number: str) -> str:
    """What a sealed number is found by."""
    return fingerprint(plain_number(number), about="schoolbus.busrider.number")
