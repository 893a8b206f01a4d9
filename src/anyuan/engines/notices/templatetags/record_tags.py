"""`{% record_side record %}` beside every record, `{% record_history record %}` alone, `{% bell %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import connection

from anyuan.core import scope
from anyuan.core.models import Record
from anyuan.engines.notices import queries
from anyuan.engines.notices.forms import CommentForm
from anyuan.engines.notices.history import history
from anyuan.engines.notices.sides import side

register = template.Library()


@register.inclusion_tag("notices/side.html", takes_context=True)
def record_side(context: dict[str, Any], record: Record) -> dict[str, Any]:
    """Panels of other engines, files, remarks with their form, and the history of a record."""
    request = context["request"]
    facts = side(record, request.actor)
    return {
        **facts,
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "comment_form": CommentForm(),
    }


@register.filter
def shows(label: str) -> str:
    """What a file shows, in words."""
    return {"before": "整改前", "after": "整改后"}.get(label, label)


@register.inclusion_tag("components/history.html")
def record_history(record: Record) -> dict[str, Any]:
    return {"changes": history(record)}


@register.inclusion_tag("notices/bell.html", takes_context=True)
def bell(context: dict[str, Any]) -> dict[str, Any]:
    """The bell in the header: one query a page; none on an error's page, whose transaction is over."""
    if scope.current() is None or connection.needs_rollback:
        return {"unread": 0}
    request = context["request"]
    request.at_the_top = queries.at_the_top(request.actor)
    return {"unread": request.at_the_top["unread"]}
