"""A CAP 1.2 message as plain values: what `reading` gives and `writing` takes."""

from __future__ import annotations

import dataclasses
import datetime

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES = ("Public", "Restricted", "Private")
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
RESPONSES = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
URGENCIES = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")

Point = tuple[float, float]  # latitude, longitude; WGS-84


@dataclasses.dataclass(frozen=True)
class Reference:
    """Another message: who sent it, under which number, when."""

    sender: str
    identifier: str
    sent: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Circle:
    centre: Point
    km: float


@dataclasses.dataclass(frozen=True)
class Area:
    words: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class Info:
    event: str
    categories: tuple[str, ...] = ("Met",)
    language: str = "en-US"  # what the standard says where none is given
    responses: tuple[str, ...] = ()
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    audience: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    effective: datetime.datetime | None = None
    onset: datetime.datetime | None = None
    expires: datetime.datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    areas: tuple[Area, ...] = ()


@dataclasses.dataclass(frozen=True)
class Message:
    identifier: str
    sender: str
    sent: datetime.datetime
    status: str
    type: str
    scope: str
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...] = ()

    @property
    def key(self) -> Reference:
        """What names this message among all."""
        return Reference(self.sender, self.identifier, self.sent)
