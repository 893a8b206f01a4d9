"""How times of a roll call read: from its start, in minutes and seconds."""

from __future__ import annotations

import datetime

from django import template

from anyuan.domains.emergency.rollcall.models.calls import seconds_between

register = template.Library()


@register.filter
def duration(seconds: int | None) -> str:
    """75 → 1 分 15 秒."""
    if seconds is None:
        return "—"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


@register.filter
def since(moment: datetime.datetime | None, start: datetime.datetime) -> str:
    """How long after the start."""
    return duration(seconds_between(start, moment))
