"""The kinds of record that plans make: a version, and a look at one in force."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.plans.content import kind_choices
from anyuan.domains.emergency.plans.models import State
from anyuan.domains.emergency.plans.queries import today_card
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="plan",
        label="应急预案",
        icon="file-text",
        url_name="plans:detail",
        facets={"type": dict(kind_choices())},
        states=dict(State.choices),
        new_url_name="plans:new",
    )
)
declare(
    RecordKind(
        key="plan_check",
        label="预案复核",
        icon="file-search",
        url_name="plans:check",
        facets={"type": dict(kind_choices())},
        new_url_name="plans:list",
    )
)
add_card(6, "plans/parts/today_card.html", today_card, later=True)
