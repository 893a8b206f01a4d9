"""Drills: the list, one, planning and recording."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Day, OneOf, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.api.writing import Sent, numbered, status_of
from anyuan.domains.emergency.drills.models import Drill, Kind, Mode, Programme, State
from anyuan.domains.emergency.drills.moments import moments_of, seconds_of, sheet_of
from anyuan.domains.emergency.drills.services.holding import plan_drill, record_drill
from anyuan.org.actor import visible
from anyuan.org.pages import get_visible

router = Router(tags=["演练"])
Heads = Annotated[int, Field(ge=0, le=30000)]
# What a planned drill has, and what only a held one has besides.
PLANNED = ("kind", "mode", "announced", "at_night", "plan", "scenario", "buildings")
HELD = ("expected", "present", "absent_why", "seconds", "injured", "rating", "evaluation", "plan_changes")  # fmt: skip


class DrillFacts(Schema):
    """What is written down of a drill."""

    mode: Annotated[str, OneOf(Mode)] = Field(
        "real", description="real, or desk for a talk-through"
    )
    announced: bool = Field(True, description="Whether people were told before")
    at_night: bool = Field(False, description="Whether it was a dormitory's at night")
    plan: Text = Field("", max_length=120, description="The plan it followed")
    scenario: Text = Field("", max_length=1000, description="What was supposed to have happened")
    buildings: Text = Field("", max_length=120, description="Buildings that took part")
    expected: Heads | None = Field(None, description="People who should have come")
    present: Heads | None = Field(None, description="People who came; not more than `expected`")
    absent_why: Text = Field("", max_length=200, description="Why some did not come")
    seconds: Annotated[int, Field(ge=0, le=7200)] | None = Field(
        None, description="Seconds from the signal until all were out"
    )
    injured: Heads = Field(0, description="People hurt")
    rating: Annotated[int, Field(ge=0, le=100)] | None = Field(None, description="Score, 0 to 100")
    evaluation: Text = Field("", max_length=2000, description="What was good and bad")
    plan_changes: Text = Field("", max_length=1000, description="What to change in the plan")


class ProblemFound(Schema):
    """Something wrong that the drill showed; it opens a hazard."""

    text: Text = Field(min_length=1, max_length=300, description="What is wrong")
    place: Text = Field("", max_length=60, description="Where")


class DrillIn(Sent, DrillFacts):
    """A drill to record, or with `planned` to plan."""

    type: Annotated[str, OneOf(Kind)] = Field(description="What was drilled", examples=["fire"])
    on: Day = Field(description="The day: not after today, or for a plan not before it")
    planned: bool = Field(
        False, description="True for a drill to come, which counts for nothing yet"
    )
    problems: list[ProblemFound] = Field(
        default_factory=list, max_length=30, description="Problems found"
    )


class DrillOut(Anchor, DrillFacts):
    """A drill."""

    type: str = Field(description="What was drilled")

    @classmethod
    def of(cls, drill: Drill) -> DrillOut:
        facts = {name: getattr(drill, name) for name in (*PLANNED[1:], *HELD)}
        return cls(**anchor(drill.record), **facts, type=drill.kind)


class TimeOut(Schema):
    """One step of the run sheet that was taken."""

    step: str = Field(description="The step, as the policy's content names it")
    label: str = Field(description="The step in words")
    at: datetime.datetime = Field(description="The moment; of several taps the earliest")
    by: str = Field(description="Who took it")


class TimesOut(Schema):
    """The moments of a drill's run sheet."""

    id: uuid.UUID = Field(description="The drill")
    seconds: int | None = Field(
        description="Seconds from the signal until all were where they should be"
    )
    steps: list[TimeOut] = Field(description="By moment")


class ProgrammeLine(Schema):
    """A drill of a programme."""

    on: datetime.date = Field(description="The day")
    type: str = Field(description="What is drilled")
    mode: str = Field(description="real or desk")
    at_night: bool = Field(description="Whether it is a dormitory's at night")
    why: str = Field(description="The duties that it serves")
    drill: uuid.UUID | None = Field(description="The planned drill, once adopted")


class ProgrammeOut(Anchor):
    """The programme of a term."""

    label: str = Field(description="The term")
    starts_on: datetime.date = Field(description="First day")
    ends_on: datetime.date = Field(description="Last day, holidays after the term included")
    lines: list[ProgrammeLine] = Field(description="By day")

    @classmethod
    def of(cls, programme: Programme) -> ProgrammeOut:
        lines = [
            ProgrammeLine(
                on=one.on, type=one.kind, mode=one.mode, at_night=one.at_night, why=one.why, drill=one.drill_id
            )
            for one in sorted(programme.entries.all(), key=lambda one: (one.on, one.pk))
        ]  # fmt: skip
        names = ("label", "starts_on", "ends_on")
        facts = {name: getattr(programme, name) for name in names}
        return cls(**anchor(programme.record), **facts, lines=lines)


class DrillQuery(Synced):
    type: Annotated[str, OneOf(Kind)] | None = Field(None, description="Only drills of this")
    state: Annotated[str, OneOf(State)] | None = Field(None, description="Only in this state")


@router.get("/drills", response={200: PageOf[DrillOut], **PROBLEMS}, summary="演练列表")
def drill_list(request: ApiRequest, asked: Query[DrillQuery]) -> PageOf[DrillOut]:
    may_read(request.actor, Drill)
    rows = visible(Drill, request.actor).select_related("record__unit")
    rows = narrowed(rows, asked, changed="record__updated_at")
    if asked.type:
        rows = rows.filter(kind=asked.type)
    if asked.state:
        rows = rows.filter(record__state=asked.state)
    return page_of(rows, asked, order=["-record_id"], to=DrillOut.of)


@router.get("/drills/{uuid:pk}", response={200: DrillOut, **PROBLEMS}, summary="一次演练")
def drill_one(request: ApiRequest, pk: uuid.UUID) -> DrillOut:
    may_read(request.actor, Drill)
    return DrillOut.of(get_visible(Drill, request.actor, pk=pk, select=("record__unit",)))


@router.get(
    "/drills/{uuid:pk}/times", response={200: TimesOut, **PROBLEMS}, summary="演练各环节时刻"
)
def drill_times(request: ApiRequest, pk: uuid.UUID) -> TimesOut:
    may_read(request.actor, Drill)
    drill = get_visible(Drill, request.actor, pk=pk)
    taken = moments_of(drill)
    steps = [
        TimeOut(step=mark.step, label=mark.label, at=mark.at, by=mark.by_name)
        for mark in sorted(taken.values(), key=lambda mark: mark.at)
    ]
    return TimesOut(id=drill.pk, seconds=seconds_of(sheet_of(drill), taken), steps=steps)


@router.get(
    "/drill-programmes", response={200: PageOf[ProgrammeOut], **PROBLEMS}, summary="演练计划"
)
def programme_list(request: ApiRequest, asked: Query[Synced]) -> PageOf[ProgrammeOut]:
    may_read(request.actor, Programme)
    rows = visible(Programme, request.actor).select_related("record__unit")
    rows = narrowed(rows, asked, changed="record__updated_at").prefetch_related("entries")
    return page_of(rows, asked, order=["-record_id"], to=ProgrammeOut.of)


@router.post("/drills", response={(200, 201): DrillOut, **PROBLEMS}, summary="记录或计划演练")
def drill_post(request: ApiRequest, body: DrillIn) -> Status[DrillOut]:
    unit = unit_for(request, body.unit)
    status = status_of(body, unit, "drill")
    names = PLANNED if body.planned else (*PLANNED, *HELD)
    facts: dict[str, Any] = {name: getattr(body, name) for name in names if name != "kind"}
    facts["kind"] = body.type
    if body.planned:
        drill = plan_drill(unit, by=request.actor, on=body.on, record_id=body.id, **facts)
    else:
        drill = record_drill(
            unit, by=request.actor, on=body.on, record_id=body.id, file_ids=body.file_ids,
            problems=[problem.dict() for problem in body.problems], **facts,
        )  # fmt: skip
    return Status(status, DrillOut.of(drill))


@router.put(
    "/drills/{uuid:pk}", response={(200, 201): DrillOut, **PROBLEMS}, summary="按编号记录演练"
)
def drill_put(request: ApiRequest, pk: uuid.UUID, body: DrillIn) -> Status[DrillOut]:
    numbered(body, pk)
    return drill_post(request, body)
