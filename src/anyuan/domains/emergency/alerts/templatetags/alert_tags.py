"""`{% alert_banner %}` at the top of every page; how states and answers look."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import connection

from anyuan.core import scope
from anyuan.domains.emergency.alerts import own
from anyuan.domains.emergency.alerts.records import OPEN

register = template.Library()
STATES = {
    "draft": ("待发送", "secondary", "pencil"),
    "waiting": ("待第二人确认", "yellow", "user-question"),
    "running": ("进行中", "red", "broadcast"),
    "ended": ("已结束", "green", "circle-check"),
    "corrected": ("已更正", "secondary", "arrow-back-up"),
    "withdrawn": ("已撤回", "secondary", "arrow-back-up"),
    "cancelled": ("已取消", "secondary", "circle-x"),
    "lapsed": ("超时未确认", "secondary", "clock-x"),
}
ANSWERS = {
    "": ("未回应", "secondary", "circle-dashed"),
    "safe": ("安全", "green", "circle-check"),
    "help": ("需要帮助", "red", "alert-circle"),
    "known": ("知道了", "green", "check"),
}


@register.inclusion_tag("alerts/banner.html", takes_context=True)
def alert_banner(context: dict[str, Any]) -> dict[str, Any]:
    """What the person has not answered; nothing on an error's page, whose transaction is over."""
    facts: dict[str, Any] = {"receipts": [], "csrf_token": context.get("csrf_token")}
    if scope.current() is None or connection.needs_rollback or context.get("own_page"):
        return facts
    known = getattr(context["request"], "at_the_top", {})  # what the bell's query found out
    if known.get(OPEN, True):
        facts["receipts"] = own.open_receipts(context["actor"])
    return facts


@register.filter
def alert_state(state: str) -> tuple[str, str, str]:
    """(label, colour, icon) of where an alert stands."""
    return STATES[state]


@register.filter
def answer_badge(answer: str) -> tuple[str, str, str]:
    """(label, colour, icon) of what a person answered."""
    return ANSWERS[answer]
