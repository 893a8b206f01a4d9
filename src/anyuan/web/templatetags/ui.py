"""Template tags of the shell: state badges, rates with their numbers, dates, links that keep filters."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# One colour and one icon for each state, everywhere; never colour alone.
STATES: dict[str, tuple[str, str, str]] = {
    "open": ("待办", "azure", "circle-dashed"),
    "met": ("已完成", "green", "circle-check"),
    "late": ("逾期完成", "yellow", "clock-check"),
    "overdue": ("已逾期", "red", "alert-circle"),
    "waived": ("已免除", "secondary", "circle-minus"),
    "filed": ("已填报", "green", "circle-check"),
    "draft": ("草稿", "secondary", "pencil"),
    "void": ("已撤销", "secondary", "circle-x"),
    "listed": ("在册", "green", "circle-check"),
    "ended": ("已移出", "secondary", "circle-minus"),
    "valid": ("有效", "green", "circle-check"),
    "due": ("即将到期", "yellow", "clock-exclamation"),
    "expired": ("已过期", "red", "alert-circle"),
    "active": ("正常", "green", "circle-check"),
    "merged": ("已并入", "secondary", "arrow-merge"),
    "closed": ("已停办", "secondary", "circle-x"),
}
LEVELS: dict[str, tuple[str, str, str]] = {
    "general": ("一般隐患", "yellow", "alert-triangle"),
    "major": ("重大隐患", "red", "alert-octagon"),
    "red": ("重大风险", "red", "flame"),
    "orange": ("较大风险", "orange", "alert-triangle"),
    "yellow": ("一般风险", "yellow", "alert-circle"),
    "blue": ("低风险", "blue", "info-circle"),
}


@functools.lru_cache(maxsize=1024)
def badge(label: str, colour: str, icon: str) -> SafeString:
    return format_html(
        '<span class="badge bg-{}-lt"><i class="ti ti-{}" aria-hidden="true"></i> {}</span>',
        colour,
        icon,
        label,
    )


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """The badge of a state; a loop's own states come through `custom_badge`."""
    return badge(*STATES.get(state, (state, "secondary", "point")))


@register.simple_tag
def level_badge(level: str) -> SafeString:
    return badge(*LEVELS.get(level, (level, "secondary", "point")))


@register.simple_tag
def custom_badge(label: str, colour: str = "secondary", icon: str = "point") -> SafeString:
    return badge(label, colour, icon)


@register.filter
def percent(rate: float | None) -> str:
    """A share 0..1 as text; a dash where there is nothing to divide by."""
    return "—" if rate is None else f"{rate * 100:.1f}%".replace(".0%", "%")


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> str:
    """A date as people here write it: 11月23日 周一; with the year when it is not this one."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if isinstance(value, datetime.datetime) else value
    weekday = "一二三四五六日"[local.weekday()]
    year = "" if local.year == timezone.localdate().year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 周{weekday}"


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """A moment to the minute."""
    return "—" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def days_left(due: datetime.date) -> str:
    """How long until a day, in words."""
    left = (due - timezone.localdate()).days
    if left == 0:
        return "今天到期"
    if left == 1:
        return "明天到期"
    return f"还有 {left} 天" if left > 0 else f"已逾期 {-left} 天"


@register.simple_tag(takes_context=True)
def keep_query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some values changed ("" removes one); the filter lives in the URL."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = value
    return "?" + query.urlencode()
