"""Every write of roll calls, by who does it; `start_roll_call` is what drills and incidents call."""

from anyuan.domains.emergency.rollcall.services.running import (
    choose_teacher,
    end_roll_call,
    start_roll_call,
    void_roll_call,
)
from anyuan.domains.emergency.rollcall.services.taking import Word, check_in, send_sheet

__all__ = [
    "Word",
    "check_in",
    "choose_teacher",
    "end_roll_call",
    "send_sheet",
    "start_roll_call",
    "void_roll_call",
]
