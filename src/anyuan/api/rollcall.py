"""Roll calls: how many, for every level; classes and taking them, for the school itself. Names stay on the pages."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf, Since, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.domains.emergency.rollcall.models import Group, RollCall, State
from anyuan.domains.emergency.rollcall.queries import calls_of, group_of, groups_of, one, summary
from anyuan.domains.emergency.rollcall.services import send_sheet

router = Router(tags=["清点"])


class Counted(Schema):
    """`expected` is `present`, `elsewhere` and `missing` together."""

    expected: int = Field(description="Who should be there, as it stood at the start")
    present: int = Field(description="Who is there")
    elsewhere: int = Field(description="Who is known to be elsewhere")
    missing: int = Field(description="Who is looked for or was not counted yet")


class RollCallOut(Anchor, Counted):
    """A roll call in figures."""

    about: uuid.UUID | None = Field(description="Record of the drill or incident it belongs to")
    real: bool = Field(description="A real event, not a drill")
    started_at: datetime.datetime = Field(description="When it began")
    ended_at: datetime.datetime | None = Field(description="When it was ended")
    groups: int = Field(description="How many classes and other groups are counted")
    taken: int = Field(description="How many of them are counted already")
    seconds: int | None = Field(description="From the start until all groups were counted")
    safe_seconds: int | None = Field(description="From the start until nobody was missing")

    @classmethod
    def of(cls, call: RollCall) -> RollCallOut:
        found = summary(call)
        return cls(
            **anchor(call.record), about=call.about_id, real=call.real, started_at=call.started_at,
            ended_at=call.ended_at, expected=found.expected, present=found.present, elsewhere=found.elsewhere,
            missing=found.missing, groups=found.groups, taken=found.taken, seconds=found.seconds,
            safe_seconds=found.safe_seconds,
        )  # fmt: skip


class GroupOut(Counted):
    """A class, the staff, or the visitors of a roll call; read at the school itself only."""

    id: uuid.UUID = Field(description="Number of the group in this roll call")
    kind: str = Field(description="class, staff or visitor")
    name: str = Field(description="Name of the class")
    named: bool = Field(description="Whether it is counted person by person")
    teacher: str = Field(description="Name of the class teacher")
    taken_at: datetime.datetime | None = Field(description="When it was counted")

    @classmethod
    def of(cls, group: Group) -> GroupOut:
        return cls(
            id=group.pk, kind=group.kind, name=group.name, named=group.named, teacher=group.teacher_name,
            taken_at=group.taken_at, expected=group.expected, present=group.present, elsewhere=group.elsewhere,
            missing=group.absent,
        )  # fmt: skip


class SheetIn(Schema):
    """A group's count. One by names: `rest` says that all not spoken of yet are there."""

    id: uuid.UUID | None = Field(
        None, description="UUIDv7 made by the sender: sent again, it counts once"
    )
    at: Since | None = Field(None, description="When it was counted; now if left out")
    rest: bool = Field(False, description="By names: everybody not spoken of yet is there")
    present: Annotated[int, Field(ge=0, le=30000)] | None = Field(
        None, description="By numbers: how many are there"
    )
    elsewhere: Annotated[int, Field(ge=0, le=30000)] = Field(
        0, description="By numbers: how many are known to be elsewhere"
    )
    note: Text = Field("", max_length=200, description="A remark")


class RollCallQuery(Synced):
    state: Annotated[str, OneOf(State)] | None = Field(None, description="Only in this state")
    real: bool | None = Field(None, description="Only real ones, or only drills")


@router.get("/rollcalls", response={200: PageOf[RollCallOut], **PROBLEMS}, summary="清点列表")
def call_list(request: ApiRequest, asked: Query[RollCallQuery]) -> PageOf[RollCallOut]:
    may_read(request.actor, RollCall)
    rows = calls_of(request.actor, {"state": asked.state or ""}).select_related("record__unit")
    if asked.real is not None:
        rows = rows.filter(real=asked.real)
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=RollCallOut.of)


@router.get("/rollcalls/{uuid:pk}", response={200: RollCallOut, **PROBLEMS}, summary="一次清点")
def call_one(request: ApiRequest, pk: uuid.UUID) -> RollCallOut:
    may_read(request.actor, RollCall)
    return RollCallOut.of(one(request.actor, pk))


@router.get(
    "/rollcalls/{uuid:pk}/groups", response={200: list[GroupOut], **PROBLEMS}, summary="各班清点情况"
)  # fmt: skip
def call_groups(request: ApiRequest, pk: uuid.UUID) -> list[GroupOut]:
    """For the school itself; the levels above have the totals alone."""
    may_read(request.actor, Group)
    call = one(request.actor, pk)
    return [GroupOut.of(group) for group in groups_of(call, request.actor)]


@router.post(
    "/rollcalls/groups/{uuid:pk}/sheet", response={200: GroupOut, **PROBLEMS}, summary="上报一个班的清点"
)  # fmt: skip
def group_sheet(request: ApiRequest, pk: uuid.UUID, body: SheetIn) -> GroupOut:
    may_read(request.actor, Group)
    group = group_of(request.actor, pk)
    send_sheet(
        group, by=request.actor, rest=body.rest, present=body.present, elsewhere=body.elsewhere,
        note=body.note, at=body.at, sheet_id=body.id,
    )  # fmt: skip
    return GroupOut.of(group_of(request.actor, pk))
