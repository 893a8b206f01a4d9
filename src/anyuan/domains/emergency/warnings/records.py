"""The kinds of record: a warning, and a school's response; and the card on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.warnings.content import colour_choices, kind_choices
from anyuan.domains.emergency.warnings.queries import OPEN, card_shown, waiting
from anyuan.engines.notices.queries import ALONGSIDE
from anyuan.org.today import add_card

STATES = {"told": "已下发", "acked": "已确认", "reported": "已反馈", "ended": "已解除"}
FACETS = {"type": dict(kind_choices()), "colour": dict(colour_choices())}
declare(
    RecordKind(
        key="warning", label="预警", icon="cloud-storm", url_name="warnings:detail", facets=FACETS,
        new_url_name="warnings:new", live=True,
    )
)  # fmt: skip
declare(
    RecordKind(
        key="warning_response", label="预警反馈", icon="cloud-check", url_name="warnings:response",
        states=STATES, facets=FACETS, live=True,
    )
)  # fmt: skip
ALONGSIDE[OPEN] = waiting
add_card(0, "warnings/parts/today.html", card_shown)
