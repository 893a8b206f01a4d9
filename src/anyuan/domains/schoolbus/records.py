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
        states=dict(RouteState.choices),
    )
)
declare(
    RecordKind(
        key="bus_trip",
        label="校车趟次",
        icon="bus",
        url_name="schoolbus:trip",
        facets={"direction": dict(Direction.choices)},
        states={**dict(TripState.choices), "planned": "已计划"},
    )
)
declare(
    RecordKind(
        key="bus_offer",
        label="校车余座",
        icon="armchair",
        url_name="schoolbus:offer",
        new_url_name="schoolbus:offer_new",
        states=dict(OfferState.choices),
    )
)
declare(
    RecordKind(
        key="bus_sharing",
        label="校车共享",
        icon="arrows-exchange",
        url_name="schoolbus:side",
        facets={"party": dict(Party.choices)},
        states=dict(SharingState.choices),
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
add_card(5, "schoolbus/parts/today_card.html", today_card, later=True)
add_panel(20, "schoolbus/side/bus.html", bus_panel)
provide("schoolbus", aboard)
