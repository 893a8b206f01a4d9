"""Risk points: the list, one, and the checks of controls."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from ninja import Field, Query, Router, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Day, OneOf, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.api.writing import Sent, status_of
from anyuan.core.refused import Missing
from anyuan.domains.risk.points.models import ColourKey, RiskCheck, RiskPoint
from anyuan.domains.risk.points.queries import filtered, one
from anyuan.domains.risk.points.services.checking import check_point
from anyuan.engines.checks.categories import Category

router = Router(tags=["风险点"])


class RiskPointOut(Anchor):
    """A risk point, its grading, and when its controls are looked after next."""

    number: str = Field(description="Number on papers", examples=["FX-2132000001-001"])
    name: str = Field(description="What it is")
    zone: str = Field(description="Where in the school")
    category: str = Field(description="Two digits")
    hazard: str = Field(description="What can hurt people")
    accidents: str = Field(description="What may happen")
    colour: str = Field(description="red, orange, yellow, blue; empty before it is graded")
    value: float | None = Field(description="The score; null where judged directly")
    control_level: str = Field(description="school, department or post")
    responsible: str = Field(description="Who answers for it")
    graded_on: datetime.date | None = Field(description="Day of the grading in force")
    review_due: datetime.date | None = Field(description="To be graded anew by this day")
    next_check_on: datetime.date | None = Field(description="Controls are looked after by this day")
    lon: float | None = Field(description="Longitude, where marked on the map")
    lat: float | None = Field(description="Latitude")

    @classmethod
    def of(cls, point: RiskPoint) -> RiskPointOut:
        return cls(
            **anchor(point.record), number=point.number, name=point.name, zone=point.zone,
            category=point.category, hazard=point.hazard, accidents=point.accidents, colour=point.colour,
            value=None if point.value is None else float(point.value), control_level=point.control_level,
            responsible=point.responsible, graded_on=point.graded_on, review_due=point.review_due,
            next_check_on=point.next_check_on, lon=None if point.lon is None else float(point.lon),
            lat=None if point.lat is None else float(point.lat),
        )  # fmt: skip


class RiskQuery(Synced):
    colour: Annotated[str, OneOf(ColourKey)] | None = Field(None, description="Only of this colour")
    category: Annotated[str, OneOf(Category)] | None = Field(
        None, description="Only of this category"
    )
    state: Text = Field("", max_length=12, description="A state; without it all that stand")
    due: Annotated[str, Field(pattern="^(overdue|week|proposed)?$")] = Field(
        "", description="`overdue`, `week`, or `proposed` for those to be graded anew"
    )
    q: Text = Field("", max_length=60, description="Part of number, name, place or hazard")


class RiskCheckOut(Anchor):
    """The controls of a point, looked after on a day."""

    point: uuid.UUID = Field(description="The risk point")
    ok: bool = Field(description="Whether all controls were in order")
    failed: list[str] = Field(description="Controls that were not")
    note: str = Field(description="What was seen")
    in_time: bool = Field(description="Whether it was done by the day it was due")

    @classmethod
    def of(cls, check: RiskCheck) -> RiskCheckOut:
        return cls(
            **anchor(check.record), point=check.point_id, ok=check.ok, failed=list(check.failed), note=check.note,
            in_time=check.in_time,
        )  # fmt: skip


class RiskCheckIn(Sent):
    """A look at the controls of a point."""

    point: uuid.UUID = Field(description="The risk point")
    ok: bool = Field(description="Whether all controls are in order")
    note: Text = Field("", max_length=300, description="What is wrong; asked where not in order")
    on: Day | None = Field(None, description="The day; today if left out")


@router.get("/risk-points", response={200: PageOf[RiskPointOut], **PROBLEMS}, summary="风险点列表")
def risk_list(request: ApiRequest, asked: Query[RiskQuery]) -> PageOf[RiskPointOut]:
    may_read(request.actor, RiskPoint)
    names = ("colour", "category", "state", "due", "q")
    rows: Any = filtered(request.actor, {name: getattr(asked, name) for name in names})
    rows = rows.select_related("record__unit", "record__case")
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=RiskPointOut.of)


@router.get(
    "/risk-points/{uuid:pk}", response={200: RiskPointOut, **PROBLEMS}, summary="一个风险点"
)
def risk_one(request: ApiRequest, pk: uuid.UUID) -> RiskPointOut:
    may_read(request.actor, RiskPoint)
    return RiskPointOut.of(one(request.actor, pk))


@router.post(
    "/risk-checks", response={(200, 201): RiskCheckOut, **PROBLEMS}, summary="检查管控措施"
)
def risk_check_post(request: ApiRequest, body: RiskCheckIn) -> Status[RiskCheckOut]:
    unit = unit_for(request, body.unit)
    point = one(request.actor, body.point)
    if point.unit_id != unit.key:
        raise Missing
    status = status_of(body, unit, "risk_check")
    check = check_point(
        point, by=request.actor, ok=body.ok, note=body.note, on=body.on, file_ids=body.file_ids, record_id=body.id,
    )  # fmt: skip
    return Status(status, RiskCheckOut.of(check))
