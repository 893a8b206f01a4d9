"""The pack's numbers that warnings depend on."""

from __future__ import annotations

import dataclasses
import datetime

from anyuan.engines.obligations.numbers import values_of

KEYS = ("warning_remind_min", "warning_ack_min", "warning_report_min", "warning_default_hours", "warning_longest_days", "warning_poll_min")  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Limits:
    """How long a school may take, and how long a warning may last."""

    remind: datetime.timedelta
    ack: datetime.timedelta
    report: datetime.timedelta
    usual: datetime.timedelta
    longest: datetime.timedelta
    poll: int


def limits() -> Limits:
    remind, ack, report, hours, days, poll = (float(values_of(*KEYS)[key][0]) for key in KEYS)
    return Limits(
        datetime.timedelta(minutes=remind), datetime.timedelta(minutes=ack), datetime.timedelta(minutes=report),
        datetime.timedelta(hours=hours), datetime.timedelta(days=days), int(poll),
    )  # fmt: skip
