"""The kinds of record that school buses make (the registers declare their own)."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.core.onsite import provide
from anyuan.domains.schoolbus.models import (
    Direction,
    IncidentKind,
    OfferState,
    Party,
    RouteState,
    SharingState,
    TripState,
)
from anyuan.domains.schoolbus.onsite import aboard
from anyuan.domains.schoolbus.queries import bus_panel, today_card
from anyuan.engines.notices.history import READINGS, read_as
from anyuan.engines.notices.sides import add_panel
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="bus_inspection",
        label="校车检验登记",
        icon="engine",
        url_name="schoolbus:inspection",
        facets={"buses": {"all": "在用校车全部检验", "part": "部分校车检验"}},
        new_url_name="schoolbus:inspection_new",
    )
)
declare(
    RecordKind(
        key="bus_route",
        label="校车线路",
        icon="route",
        url_name="schoolbus:route",
        facets={"direction": dict(Direction.choices)},
        new_url_name="schoolbus:route_new",
    )
)
declare(
    RecordKind(
        key="bus_trip",
        label="校车趟次",
        icon="bus",
        url_name="schoolbus:trip",
        facets={"direction": dict(Direction.choices)},
    )
)
declare(
    RecordKind(
        key="bus_offer",
        label="校车余座",
        icon="armchair",
        url_name="schoolbus:offer",
        new_url_name="schoolbus:offer_new",
    )
)
declare(
    RecordKind(
        key="bus_sharing",
        label="校车共享",
        icon="arrows-exchange",
        url_name="schoolbus:side",
        facets={"party": dict(Party.choices)},
    )
)
declare(
    RecordKind(
        key="bus_incident",
        label="校车事件",
        icon="alert-triangle",
        url_name="schoolbus:incident",
        facets={"type": dict(IncidentKind.choices)},
    )
)
# What the anchors' states are called in histories.
WORDS = {
    **dict(RouteState.choices),
    **dict(OfferState.choices),
    **dict(SharingState.choices),
    **dict(TripState.choices),
    "planned": "已计划",
}
_known = READINGS[("core.Record", "state")]


def _state(value: object) -> str:
    """What others named keeps its name."""
    said = _known(value)
    return WORDS.get(said, said)


read_as("core.Record", "state", _state)
add_card(5, "schoolbus/parts/today_card.html", today_card)
add_panel(20, "schoolbus/side/bus.html", bus_panel)
provide("schoolbus", aboard)
