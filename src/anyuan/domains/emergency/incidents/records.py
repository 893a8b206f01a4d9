"""The kind of record that an incident is, how its case's states read, and the card on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.incidents.content import kind_choices, level_choices
from anyuan.domains.emergency.incidents.queries import today_card
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="incident",
        label="突发事件",
        icon="urgent",
        url_name="incidents:detail",
        facets={"type": dict(kind_choices()), "level": dict(level_choices())},
        new_url_name="incidents:new",
        live=True,
    )
)
add_card(1, "incidents/parts/today_card.html", today_card)
