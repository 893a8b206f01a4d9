"""Tags of duties for lists and for 今日: the link that starts the work, and a duty's badge."""

from __future__ import annotations

from typing import Any

from django import template

from anyuan.core.kinds import all_kinds, record_url
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.packs.words import how_often, where_words
from anyuan.engines.obligations.queries import fulfil_url, may_fulfil

register = template.Library()


@register.simple_tag(takes_context=True)
def duty_go(context: dict[str, Any], duty: Obligation) -> str:
    """Address of the form that fulfils the duty; "" where the reader cannot or need not."""
    by = context["actor"]
    if duty.state != Obligation.State.OPEN or not may_fulfil(duty, by):
        return ""
    return fulfil_url(duty)


@register.simple_tag
def evidence_url(record: Any) -> str:
    """Address of a record that counts; "" where its kind has no page here."""
    return record_url(record.kind, record.pk) if record.kind in all_kinds() else ""


@register.filter
def kind_label(kind: str) -> str:
    found = all_kinds().get(kind)
    return found.label if found else kind


register.filter("how_often", how_often)
register.filter("where_words", where_words)
