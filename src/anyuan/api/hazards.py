"""Hazards: the list, one, and reporting."""

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
from anyuan.api.writing import Sent, numbered, status_of
from anyuan.domains.hazards.models import Category, Hazard, Level, Source
from anyuan.domains.hazards.queries import filtered, one
from anyuan.domains.hazards.services import report_hazard

router = Router(tags=["隐患"])


class HazardOut(Anchor):
    """A hazard and where its loop stands. Who reported it from outside is never given out."""

    number: str = Field(description="Number on papers", examples=["YH-2132000001-20260901-001"])
    category: str = Field(description="Two digits", examples=["01"])
    level: str = Field(description="general or major")
    source: str = Field(description="check, drill, self, district, public, third_party or joint")
    place: str = Field(description="Where in the school")
    description: str = Field(description="What is wrong")
    found_on: datetime.date = Field(description="The day it was found")
    due_on: datetime.date | None = Field(description="To be rectified by this day")
    closed_at: datetime.datetime | None = Field(description="When it was closed; null while open")
    supervised_by: str = Field(description="school, or the level that listed it")
    measures: str = Field(description="Measures settled")
    rectification: str = Field(description="What was done about it")

    @classmethod
    def of(cls, hazard: Hazard) -> HazardOut:
        case: Any = hazard.record.case  # type: ignore[attr-defined]  # reverse of a one-to-one
        return cls(
            **anchor(hazard.record), number=hazard.number, category=hazard.category,
            level=hazard.level, source=hazard.source, place=hazard.place,
            description=hazard.description, found_on=hazard.found_on, due_on=case.due_on,
            closed_at=case.closed_at, supervised_by=case.level, measures=hazard.measures,
            rectification=hazard.rectification,
        )  # fmt: skip


class HazardIn(Sent):
    """A hazard to report."""

    place: Text = Field(
        min_length=1, max_length=60, description="Where", examples=["二楼东侧楼梯口"]
    )
    description: Text = Field(min_length=1, max_length=2000, description="What is wrong")
    category: Annotated[str, OneOf(Category)] | None = Field(
        None, description="Two digits; guessed from the words if left out"
    )
    level: Annotated[str, OneOf(Level)] = Field("general", description="general or major")
    source: Annotated[str, OneOf(Source)] | None = Field(
        None, description="Follows from who reports if left out"
    )
    basis: Text = Field("", max_length=200, description="Where it is laid down")
    found_on: Day | None = Field(None, description="The day; today if left out")


class HazardQuery(Synced):
    state: Text = Field("", max_length=24, description="A state, or `open` for all not closed")
    level: Annotated[str, OneOf(Level)] | None = Field(None, description="Only of this level")
    category: Annotated[str, OneOf(Category)] | None = Field(
        None, description="Only of this category"
    )
    source: Annotated[str, OneOf(Source)] | None = Field(None, description="Only from this source")
    due: Annotated[str, Field(pattern="^(overdue|week)?$")] = Field(
        "", description="`overdue`, or `week` for due within seven days"
    )
    q: Text = Field("", max_length=60, description="Part of number, place or description")


@router.get("/hazards", response={200: PageOf[HazardOut], **PROBLEMS}, summary="隐患列表")
def hazard_list(request: ApiRequest, asked: Query[HazardQuery]) -> PageOf[HazardOut]:
    may_read(request.actor, Hazard)
    names = ("state", "level", "category", "source", "due", "q")
    rows = filtered(request.actor, {name: getattr(asked, name) for name in names})
    rows = rows.select_related("record__unit", "record__case")
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=HazardOut.of)


@router.get("/hazards/{uuid:pk}", response={200: HazardOut, **PROBLEMS}, summary="一条隐患")
def hazard_one(request: ApiRequest, pk: uuid.UUID) -> HazardOut:
    may_read(request.actor, Hazard)
    return HazardOut.of(one(request.actor, pk))


@router.post("/hazards", response={(200, 201): HazardOut, **PROBLEMS}, summary="上报隐患")
def hazard_post(request: ApiRequest, body: HazardIn) -> Status[HazardOut]:
    unit = unit_for(request, body.unit)
    status = status_of(body, unit, "hazard")
    hazard = report_hazard(
        unit, by=request.actor, place=body.place, description=body.description,
        category=body.category or "", level=body.level, source=body.source or "",
        basis=body.basis, found_on=body.found_on, file_ids=body.file_ids, record_id=body.id,
    )  # fmt: skip
    return Status(status, HazardOut.of(hazard))


@router.put(
    "/hazards/{uuid:pk}", response={(200, 201): HazardOut, **PROBLEMS}, summary="按编号上报隐患"
)
def hazard_put(request: ApiRequest, pk: uuid.UUID, body: HazardIn) -> Status[HazardOut]:
    numbered(body, pk)
    return hazard_post(request, body)
