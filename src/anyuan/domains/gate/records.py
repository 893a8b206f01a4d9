"""The kind of record that a gate's day is, and the card on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.core.onsite import provide
from anyuan.domains.gate.cards import gate_card
from anyuan.domains.gate.onsite import at_gate
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="gate_day",
        label="门卫日记录",
        icon="door-enter",
        url_name="gate:day",
        facets={
            "cleared": {"clear": "当日清零", "left": "有人未离校"},
            "epidemic": {"checks": "开展入校防控", "none": "未开展入校防控"},
        },
        new_url_name="gate:close",
        states={"checked": "已核对"},
    )
)
add_card(5, "gate/card.html", gate_card)
provide("gate", at_gate)
