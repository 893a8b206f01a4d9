"""The pack's numbers that alerts depend on."""

from __future__ import annotations

import datetime

from anyuan.domains.emergency.alerts.models import Level
from anyuan.engines.obligations.numbers import number_values


def _whole(key: str) -> int:
    return int(number_values(key)[0])


def second_person_size() -> int:
    """A real alert of a city or district to more people than this needs a second person."""
    return _whole("alert_second_person_size")


def confirm_time() -> datetime.timedelta:
    """How long an alert waits for the second person."""
    return datetime.timedelta(minutes=_whole("alert_confirm_minutes"))


def wait_before_next(level: str) -> datetime.timedelta:
    """How long a person may be silent before the next channel is used."""
    minutes = number_values("alert_next_channel_minutes")[list(Level.values).index(level)]
    return datetime.timedelta(minutes=int(minutes))


def most_each_hour() -> int:
    """How many alerts a unit sends within an hour at most."""
    return _whole("alert_most_each_hour")


def nudge_pause() -> datetime.timedelta:
    """How long after sending or nudging people may be nudged again."""
    return datetime.timedelta(minutes=_whole("alert_nudge_minutes"))


def answer_time() -> datetime.timedelta:
    """Within this an answer is in time."""
    return datetime.timedelta(minutes=_whole("alert_acknowledge_minutes"))


def longest_run() -> datetime.timedelta:
    """After this an alert that nobody ended ends by itself."""
    return datetime.timedelta(hours=_whole("alert_longest_hours"))


def most_attempts() -> int:
    """How often one channel is tried for one person."""
    return _whole("alert_send_attempts")
