"""What an import finds in a document: sections, points, and proposals with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from anyuan.engines.obligations.packs.spec import Due

AT_END = Due()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A duty that one phrase of the text suggests. None and empty: the text does not say.

    `sentence` is the evidence, `start` and `end` the phrase's characters in it. `note` says what
    a person must still decide. `stages` and `boarding` come from the actor's words.
    """

    sentence: str
    start: int
    end: int
    period: str | None = None
    count: int = 1
    due: Due = AT_END
    fixed: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    ends: date | None = None
    who: str | None = None
    actor: str = ""
    stages: tuple[str, ...] = ()
    boarding: bool | None = None
    note: str = ""

    @property
    def phrase(self) -> str:
        return self.sentence[self.start : self.end]


@dataclass(frozen=True, slots=True)
class DraftSection:
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class DraftPoint:
    """One point. `label` is its number as written; `title` is empty where the text has none."""

    number: int
    section: int
    label: str
    title: str
    sentences: tuple[str, ...]
    documents: tuple[str, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as understood. `preamble`: its sentences before the first section or point."""

    title: str
    year: int | None
    city: str
    preamble: tuple[str, ...]
    sections: tuple[DraftSection, ...]
    points: tuple[DraftPoint, ...]
    warnings: tuple[str, ...]
