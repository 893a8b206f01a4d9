"""The pack's numbers that roll calls depend on."""

from __future__ import annotations

import datetime

from anyuan.engines.obligations.numbers import number_values


def longest_run() -> datetime.timedelta:
    """After this a roll call that nobody ended ends by itself."""
    return datetime.timedelta(hours=int(number_values("rollcall_longest_hours")[0]))


def names_kept(*, real: bool) -> datetime.timedelta:
    """How long the names of a drill's roll call are kept, and of a real one's."""
    return datetime.timedelta(days=int(number_values("rollcall_names_days")[1 if real else 0]))


def gone_kept() -> datetime.timedelta:
    """How long a pupil who left the school stays by name."""
    return datetime.timedelta(days=int(number_values("rollcall_pupil_gone_days")[0]))
