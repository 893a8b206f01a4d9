"""`{% warning_card %}` on 今日: asked for only where the bell's query found that there is something."""

from __future__ import annotations

from typing import Any

from django import template

from anyuan.domains.emergency.warnings import queries

register = template.Library()


@register.inclusion_tag("warnings/parts/today_card.html", takes_context=True)
def warning_card(context: dict[str, Any]) -> dict[str, Any]:
    known = getattr(context["request"], "at_the_top", {})
    waits = known.get(queries.OPEN, True)
    card = queries.today_card(context["actor"]) if waits else None
    return {"card": card, "actor": context["actor"], "csrf_token": context.get("csrf_token")}
