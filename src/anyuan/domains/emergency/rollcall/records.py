"""The kind of record that a roll call is; where it is shown and offered besides its own pages."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.alerts import further
from anyuan.domains.emergency.rollcall.audience import CLASSES
from anyuan.domains.emergency.rollcall.models import State
from anyuan.domains.emergency.rollcall.panels import calls_panel
from anyuan.domains.emergency.rollcall.queries import today_card
from anyuan.engines.notices.sides import add_panel
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="rollcall",
        label="清点",
        icon="users-group",
        url_name="rollcall:detail",
        facets={
            "real": {"real": "真实事件", "drill": "演练"},
            "result": {"complete": "全部清点到", "missing": "有人没有找到"},
        },
        new_url_name="rollcall:new",
        live=True,
        states=dict(State.choices),
    )
)
add_card(0, "rollcall/parts/today_card.html", today_card)
add_panel(15, "rollcall/side/calls.html", calls_panel)
further.declare(CLASSES)
