"""Which drills a term needs: kinds and days from the duties of the unit and the seasons of the pack. Pure."""

from __future__ import annotations

import dataclasses
import datetime
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

from anyuan.core.periods import is_school_day
from anyuan.domains.emergency.drills.content import Content, Season
from anyuan.engines.obligations.packs import spec

_ONE = datetime.timedelta(days=1)
# How much each consideration counts when a day and a kind are chosen.
COVERS, SEASON, NEAR, GAP, WEEKDAY, REPEATED, EDGE, PLANNED = 30, 20, 15, 18, 5, 9, 25, 6
# So near to the end of a duty's time a drill that has to be put off would come too late.
LAST_DAYS = 5


@dataclasses.dataclass(frozen=True)
class Span:
    """A term with the holidays after it: `ends_on` is the day before the next term."""

    starts_on: datetime.date
    term_ends: datetime.date
    ends_on: datetime.date
    label: str


@dataclasses.dataclass(frozen=True)
class Owed:
    """What a duty asks: so many drills of one of the kinds (none: any) from `since` to `until`."""

    title: str
    since: datetime.date
    until: datetime.date
    kinds: frozenset[str] = frozenset()
    needed: int = 1

    def fits(self, on: datetime.date, kind: str) -> bool:
        return self.since <= on <= self.until and (not self.kinds or kind in self.kinds)


@dataclasses.dataclass(frozen=True)
class Line:
    """A drill of the programme; `why` are the titles of what it serves."""

    on: datetime.date
    kind: str
    at_night: bool = False
    why: tuple[str, ...] = ()


def spans_ahead(calendar: spec.Calendar, today: datetime.date, most: int = 2) -> list[Span]:
    """The term of the day (or the next one) and those that follow it."""
    terms = list(calendar.terms)
    found = []
    for n, term in enumerate(terms):
        ends = (
            terms[n + 1].starts - _ONE
            if n + 1 < len(terms)
            else term.ends + datetime.timedelta(days=60)
        )
        if ends >= today:
            name = "第一学期" if term.starts.month >= 7 else "第二学期"
            years = f"{term.starts.year - (term.starts.month < 7)}"
            label = f"{years}–{int(years) + 1}学年{name}"
            found.append(Span(term.starts, term.ends, ends, label))
    return found[:most]


def school_days(calendar: spec.Calendar, since: datetime.date, until: datetime.date) -> list[datetime.date]:  # fmt: skip
    days = (since + datetime.timedelta(days=n) for n in range((until - since).days + 1))
    return [day for day in days if is_school_day(day, calendar)]


def open_of(owed: Sequence[Owed], drills: Iterable[tuple[datetime.date, str]]) -> list[int]:
    """How many drills each duty still needs besides those given."""
    given = list(drills)
    return [max(0, one.needed - sum(one.fits(on, kind) for on, kind in given)) for one in owed]


def propose(
    owed: Sequence[Owed],
    days: Sequence[datetime.date],
    *,
    given: Iterable[tuple[datetime.date, str]],
    kinds: Sequence[str],
    content: Content,
    seed: str,
    boarding: bool = False,
    practised: frozenset[str] = frozenset(),
) -> list[Line]:
    """Lines that, with the drills `given`, cover every duty that has a school day; by day.

    The narrowest duty first, each time on the day and with the kind that serve most open duties; then
    season, distance from other drills, variety and the unit's own plans (`practised`: their kinds) decide. The same school gets the same programme, two
    schools different days.
    """
    choice = _Choice(owed, days, list(given), content, seed, practised)
    for season in content.seasons:
        if season.extra and season.kind in kinds:
            choice.add_seasonal(season)
    order = sorted(range(len(owed)), key=lambda n: (choice.room(n), len(owed[n].kinds) or 99, n))
    for n in order:
        while choice.open[n] and choice.add_for(n, kinds):
            pass
    lines = sorted(choice.lines, key=lambda line: line.on)
    return _with_night(lines, content.night_kind) if boarding else lines


def _with_night(lines: list[Line], kind: str) -> list[Line]:
    """The last drill of the kind is held in the dormitories at night."""
    last = next((n for n in reversed(range(len(lines))) if lines[n].kind == kind), None)
    return [dataclasses.replace(one, at_night=n == last) for n, one in enumerate(lines)]


class _Choice:
    """The state of one proposal: what is open, and what was chosen."""

    def __init__(
        self,
        owed: Sequence[Owed],
        days: Sequence[datetime.date],
        given: list[tuple[datetime.date, str]],
        content: Content,
        seed: str,
        practised: frozenset[str],
    ) -> None:
        self.owed, self.days, self.content = owed, days, content
        self.seed, self.practised = seed, practised
        self.all = given
        self.open = open_of(owed, given)
        self.lines: list[Line] = []
        self.used = Counter(kind for _on, kind in given)

    def room(self, n: int) -> int:
        return sum(self.owed[n].since <= day <= self.owed[n].until for day in self.days)

    def add(self, on: datetime.date, kind: str, title: str = "") -> None:
        serves = [n for n, one in enumerate(self.owed) if self.open[n] and one.fits(on, kind)]
        for n in serves:
            self.open[n] -= 1
        why = tuple(
            dict.fromkeys([*(self.owed[n].title for n in serves), *([title] * bool(title))])
        )
        self.lines.append(Line(on, kind, why=why))
        self.all.append((on, kind))
        self.used[kind] += 1

    def add_seasonal(self, season: Season) -> None:
        """A kind that its season asks for, once, where it is not there yet."""
        fit = [day for day in self.days if day.month in season.months]
        if not fit or self.used[season.kind]:
            return
        best = max(self.free(fit), key=lambda day: (self.score(day, season.kind), day))
        self.add(best, season.kind, "按季节安排")

    def add_for(self, n: int, kinds: Sequence[str]) -> bool:
        """One more drill for a duty; False where no school day is in its time."""
        duty = self.owed[n]
        fit = [day for day in self.days if duty.since <= day <= duty.until]
        # A duty may ask for a kind that is not offered by itself.
        wanted = [kind for kind in kinds if kind in duty.kinds] or sorted(duty.kinds) or list(kinds)
        if not fit or not wanted:
            return False
        pairs = [(day, kind) for day in self.free(fit) for kind in wanted]
        self.add(*max(pairs, key=lambda pair: (self.score(*pair), pair)))
        return True

    def free(self, days: list[datetime.date]) -> list[datetime.date]:
        """Days without a drill; where there is none, all of them."""
        taken = {on for on, _kind in self.all}
        return [day for day in days if day not in taken] or days

    def score(self, on: datetime.date, kind: str) -> int:
        serves = [one for n, one in enumerate(self.owed) if self.open[n] and one.fits(on, kind)]
        late = any((one.until - on).days < LAST_DAYS for one in serves)
        gap = min((abs((on - other).days) for other, _kind in self.all), default=GAP)
        dice = zlib.crc32(f"{self.seed}{on}{kind}".encode()) % 4
        return (
            len(serves) * COVERS
            + self.season(on, kind)
            + min(gap, GAP)
            + WEEKDAY * (on.isoweekday() in self.content.weekdays)
            + PLANNED * (kind in self.practised)
            - REPEATED * self.used[kind]
            - EDGE * late
            + dice
        )

    def season(self, on: datetime.date, kind: str) -> int:
        best = 0
        for one in self.content.seasons_of(kind):
            if on.month in one.months:
                day = one.day_in(on.year)
                near = max(0, NEAR - abs((on - day).days)) if day else 0
                best = max(best, SEASON + 2 * near)
        return best
