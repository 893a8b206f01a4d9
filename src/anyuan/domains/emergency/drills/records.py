"""The kinds of record of drills, and the card of the next ones on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.drills.cards import today_card
from anyuan.domains.emergency.drills.models import Kind, Mode, State
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="drill",
        label="应急演练",
        icon="run",
        url_name="emergency:drill",
        facets={"type": dict(Kind.choices), "mode": dict(Mode.choices)},
        states=dict(State.choices),
        new_url_name="emergency:new",
        live=True,
    )
)
declare(
    RecordKind(
        key="drill_programme",
        states={"draft": "草稿", "adopted": "已采用"},
        label="演练计划",
        icon="calendar-stats",
        url_name="emergency:programme",
        new_url_name="emergency:programmes",
    )
)
declare(
    RecordKind(
        key="drill_visit",
        states={"noted": "已点评"},
        label="演练观摩",
        icon="binoculars",
        url_name="emergency:visit",
        new_url_name="emergency:drills",
    )
)
add_card(3, "emergency/parts/today_card.html", today_card)
