"""The shapes of a policy pack: points, rules, topics, calendar, numbers. Frozen and plain.

A pack is read by `load.load_pack`; a mistake in its files is named by `check.check_pack`. Dates are
`datetime.date`; days of the year that repeat are `MM-DD` strings, so that a pack stays in force
until another one replaces it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

STAGES = ("kindergarten", "primary", "junior", "senior", "vocational", "special")
LEVELS = ("city", "district", "school", "site")
PERIODS = (
    "once",
    "day",
    "week",
    "month",
    "quarter",
    "term",
    "half_year",
    "year",
    "fixed",
)
CERTAINTIES = ("seed", "found", "known", "inferred")
SCOPES = ("own", "area")
DUE_WAYS = ("end", "day", "offset_days", "working_days")
SHIFTS = ("none", "next_working_day")
TERM_NAMES = ("autumn", "spring")
UNIT_FLAGS = (
    "boarding",
    "has_bus",
    "has_canteen",
    "has_lab",
    "high_rise",
    "key_fire_unit",
    "public",
)

# Kind of record → facet → the values that facet may have (None or nothing listed: any text).
Kinds = Mapping[str, Mapping[str, Collection[str] | None]]


@dataclass(frozen=True, slots=True)
class Document:
    """A policy document or law that rules and numbers rest on; `key` is how they name it."""

    key: str
    title: str
    number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule or number comes from: document key, clause, and how sure that is.

    `certainty`: seed (the work points themselves), found (read in a public page), known (from a
    public law or standard), inferred (our proposal: an administrator may change it).
    """

    doc: str
    clause: str = ""
    certainty: str = "inferred"


@dataclass(frozen=True, slots=True)
class Section:
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Point:
    """One numbered point of the work points, in the pack's own words."""

    number: int
    section: int
    title: str
    summary: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """To which units a rule applies. Empty or None asks nothing; all that is asked must hold.

    `stages`: any of them. `min_pupils`: at least so many pupils.
    """

    stages: tuple[str, ...] = ()
    boarding: bool | None = None
    has_bus: bool | None = None
    has_canteen: bool | None = None
    has_lab: bool | None = None
    high_rise: bool | None = None
    key_fire_unit: bool | None = None
    public: bool | None = None
    min_pupils: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """When, inside its period, a duty is due.

    way `end`: the last day of the period. `day`: that day of the period's last month (the month's
    last day where it is shorter). `offset_days`: so many days after the period's first day.
    `working_days`: so many working days after it. `number` is unused for `end`.
    Only shift `next_working_day` moves a due date that is not a working day, and then forward.
    """

    way: str = "end"
    number: int = 0
    shift: str = "none"


@dataclass(frozen=True, slots=True)
class Escalation:
    """So many days after the due date, tell the level `to` (school, district or city)."""

    after_days: int
    to: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Who owes what, how often, and which record meets it.

    who: city, district, school (the legal unit), site (a campus, or a school with one site).
    scope: `own` counts records of the unit itself (of a school: of it or of any of its sites);
        `area` counts records of all units below (a district's spot checks lie at the schools).
    match: facet → values, any of which will do; all facets must hold.
    period `fixed`: each `MM-DD` of `fixed` is a due date of its own, and records count from
        `window_days` days before it; every other period counts records inside the period.
    school_days_only: for day and week, only working days inside terms make a duty.
    months: only periods that begin in these months (empty: all).
    count: records needed within one period.
    remind_days: days before the due date. ends: last day on which a period may begin.
    numbers: keys of the pack's numbers on which count and due rest.
    """

    key: str
    point: int
    title: str
    advice: str
    who: str
    kind: str
    period: str
    source: Source
    where: Where = Where()
    match: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scope: str = "own"
    fixed: tuple[str, ...] = ()
    window_days: int = 30
    school_days_only: bool = False
    months: tuple[int, ...] = ()
    count: int = 1
    due: Due = Due()
    remind_days: tuple[int, ...] = ()
    escalate: tuple[Escalation, ...] = ()
    enabled: bool = True
    ends: date | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A number that a filing's form asks for, such as people attended (人) or money (元)."""

    key: str
    title: str
    unit: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject of filings 工作记录: `slug` is the facet value that rules match."""

    slug: str
    title: str
    point: int
    hint: str
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A school term, both days included. `school_year` is written as 2020/21."""

    school_year: str
    name: str
    starts: date
    ends: date
    certainty: str = "inferred"
    note: str = ""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days without lessons which the official holiday calendar does not know."""

    starts: date
    ends: date
    note: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Terms in order of time, with the pack's own corrections of the official working days."""

    terms: tuple[Term, ...]
    days_off: tuple[DaysOff, ...] = ()
    days_on: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()

    def term_on(self, day: date) -> Term | None:
        """The term in which the day lies, or None in the holidays."""
        return next((term for term in self.terms if term.starts <= day <= term.ends), None)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that rules or checks depend on. A tuple is an ordered row of bands or ages."""

    key: str
    title: str
    value: int | float | tuple[int | float, ...]
    unit: str
    source: Source


@dataclass(frozen=True, slots=True)
class Pack:
    """A year's work points of one city. `valid_from`: the first day on which periods begin."""

    key: str
    title: str
    city: str
    year: int
    valid_from: date
    sections: tuple[Section, ...]
    points: tuple[Point, ...]
    rules: tuple[Rule, ...]
    topics: tuple[Topic, ...]
    calendar: Calendar
    numbers: tuple[Number, ...]
    documents: tuple[Document, ...]
    summary: str = ""

    def point(self, number: int) -> Point:
        """The point with that number; KeyError where the pack has none."""
        return {point.number: point for point in self.points}[number]

    def rule(self, key: str) -> Rule:
        """The rule with that key; KeyError where the pack has none."""
        return {rule.key: rule for rule in self.rules}[key]
