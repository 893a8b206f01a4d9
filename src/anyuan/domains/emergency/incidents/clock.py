"""The reporting clock. Pure: minutes and hours run through nights and holidays, days are working days."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterator

from anyuan.core.periods import Calendar, add_working_days

# What became of a limit.
IN_TIME, LATE, RUNNING, OVERDUE = "in_time", "late", "running", "overdue"
# Whether the whole was reported in time: OVER_CAP is later than the longest that any rule allows, HIDDEN
# was learnt of by the level above before the school said anything.
WAITING, OVER_CAP, HIDDEN = "waiting", "over_cap", "hidden"


@dataclasses.dataclass(frozen=True)
class Limits:
    """How long each report may take."""

    told: datetime.timedelta
    written: datetime.timedelta
    cap: datetime.timedelta
    follow: datetime.timedelta
    final_days: int
    received: datetime.timedelta
    warn: datetime.timedelta


@dataclasses.dataclass(frozen=True)
class Mark:
    """One limit: until when, and when it was done."""

    key: str
    label: str
    due_at: datetime.datetime
    done_at: datetime.datetime | None

    def state(self, now: datetime.datetime) -> str:
        if self.done_at is not None:
            return IN_TIME if self.done_at <= self.due_at else LATE
        return RUNNING if now <= self.due_at else OVERDUE

    def minutes_left(self, now: datetime.datetime) -> int:
        """Minutes until it is due, begun ones counted; negative when it is over."""
        seconds = (self.due_at - now).total_seconds()
        return math.ceil(seconds / 60) if seconds >= 0 else -math.ceil(-seconds / 60)


def final_due(
    closed_at: datetime.datetime, days: int, calendar: Calendar | None = None
) -> datetime.datetime:
    """The last minute of the so-manieth working day after the day on which it was closed (local time)."""
    day = add_working_days(closed_at.date(), days, calendar)
    return datetime.datetime.combine(day, datetime.time(23, 59), closed_at.tzinfo)


@dataclasses.dataclass(frozen=True)
class Moments:
    """When what was due and done; None where it is not asked or not done."""

    told_due: datetime.datetime
    told_at: datetime.datetime | None
    written_due: datetime.datetime
    written_at: datetime.datetime | None
    cap_due: datetime.datetime
    follow_due: datetime.datetime | None = None
    final_due: datetime.datetime | None = None
    final_at: datetime.datetime | None = None


def marks(when: Moments) -> Iterator[Mark]:
    """The limits that count now, in the order of time."""
    yield Mark("told", "电话或系统首报", when.told_due, when.told_at)
    yield Mark("written", "书面初报", when.written_due, when.written_at)
    if when.written_at is None:
        yield Mark("cap", "最长时限", when.cap_due, None)
    if when.follow_due is not None:
        yield Mark("follow", "下一次续报", when.follow_due, None)
    if when.final_due is not None:
        yield Mark("final", "终报", when.final_due, when.final_at)


def lateness(when: Moments, now: datetime.datetime, *, found_above: bool) -> str:
    """Whether the first reports came in time: computed from the time of the event, never typed in."""
    if found_above:
        return HIDDEN
    told = when.told_at or now
    written = when.written_at or now
    if max(told, written) > when.cap_due:
        return OVER_CAP
    if told > when.told_due or written > when.written_due:
        return LATE
    return IN_TIME if when.told_at and when.written_at else WAITING
