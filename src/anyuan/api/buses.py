"""School buses: positions from a positioning platform; today's trips."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Day, OneOf, Since, Text, UnitKey
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.domains.schoolbus.models import BusTrip, TripState
from anyuan.domains.schoolbus.positions import FASTEST, Reading
from anyuan.domains.schoolbus.services.positions import keep_positions
from anyuan.org.actor import visible

router = Router(tags=["校车"])
MOST = 5000


class PositionIn(Schema):
    """One reading, WGS-84."""

    plate: Annotated[Text, Field(min_length=1, max_length=10)] = Field(
        description="Plate as in the register", examples=["苏D00001"]
    )
    at: Since = Field(description="When, with its offset")
    lon: Annotated[Decimal, Field(ge=-180, le=180, decimal_places=6)] = Field(
        description="Degrees east"
    )
    lat: Annotated[Decimal, Field(ge=-90, le=90, decimal_places=6)] = Field(
        description="Degrees north"
    )
    speed: Annotated[Decimal, Field(ge=0, le=FASTEST, decimal_places=1)] = Field(description="km/h")


class PositionsIn(Schema):
    unit: UnitKey | None = Field(None, description="The school; the caller's own if left out")
    positions: list[PositionIn] = Field(
        min_length=1, max_length=MOST, description="Readings, in any order"
    )


class PositionsOut(Schema):
    kept: int = Field(description="Readings that were not known before")
    findings: int = Field(description="New findings of speed or route; each opened a hazard")


class TripOut(Anchor):
    """A trip."""

    day: datetime.date = Field(description="Its day")
    route: str = Field(description="Name of the route")
    plate: str = Field(description="The bus")
    driver: str = Field(description="Who drives")
    boarded: int = Field(description="Pupils who got on")
    left: int = Field(description="Pupils who got off")
    emptied_at: datetime.datetime | None = Field(
        None, description="When the attendant had walked through the empty bus"
    )

    @classmethod
    def of(cls, trip: BusTrip) -> TripOut:
        return cls(
            **anchor(trip.record), day=trip.day, route=trip.route.name, plate=trip.plate, driver=trip.driver_name,
            boarded=trip.boarded, left=trip.left, emptied_at=trip.emptied_at,
        )  # fmt: skip


class TripQuery(Synced):
    day: Day | None = Field(None, description="Only trips of this day")
    state: Annotated[str, OneOf(TripState)] | None = Field(None, description="Only in this state")


@router.post("/bus-positions", response={200: PositionsOut, **PROBLEMS}, summary="报送校车位置")
def positions_post(request: ApiRequest, body: PositionsIn) -> PositionsOut:
    unit = unit_for(request, body.unit)
    readings = [Reading(p.plate, p.at, p.lon, p.lat, p.speed) for p in body.positions]
    kept, found = keep_positions(unit, by=request.actor, readings=readings)
    return PositionsOut(kept=kept, findings=found)


@router.get("/bus-trips", response={200: PageOf[TripOut], **PROBLEMS}, summary="校车趟次列表")
def trip_list(request: ApiRequest, asked: Query[TripQuery]) -> PageOf[TripOut]:
    may_read(request.actor, BusTrip)
    rows = visible(BusTrip, request.actor).select_related("record__unit", "route")
    rows = narrowed(rows, asked, changed="record__updated_at")
    if asked.day:
        rows = rows.filter(day=asked.day)
    if asked.state:
        rows = rows.filter(record__state=asked.state)
    return page_of(rows, asked, order=["-record_id"], to=TripOut.of)
