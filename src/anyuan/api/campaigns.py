"""Special campaigns: the list, one with its links and figures, and the tasks of units."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf
from anyuan.api.paging import Listing, PageOf, Paging, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.domains.campaigns import progress, queries
from anyuan.domains.campaigns.models import Accepted, Campaign, Task
from anyuan.domains.campaigns.progress import Cell
from anyuan.org.actor import visible

router = Router(tags=["专项整治"])


class CampaignOut(Anchor):
    """A campaign of an office."""

    number: str = Field(description="Number of the document; may be empty")
    starts_on: datetime.date = Field(description="First day that counts")
    ends_on: datetime.date = Field(description="Last day that counts")
    running: bool = Field(description="Whether records count for it now")
    stages: list[str] = Field(description="School stages that take part; empty for all")
    areas: list[str] = Field(description="Units below that take part; empty for all")

    @classmethod
    def of(cls, campaign: Campaign) -> CampaignOut:
        return cls(**facts_of(campaign))


def facts_of(campaign: Campaign) -> dict[str, Any]:
    names = ("number", "starts_on", "ends_on", "running", "stages", "areas")
    return {**anchor(campaign.record), **{name: getattr(campaign, name) for name in names}}


class LinkOut(Schema):
    """A key link with the figures of the caller's units."""

    id: int = Field(description="The link")
    title: str = Field(description="What it is called")
    advice: str = Field(description="What is asked")
    due_on: datetime.date = Field(description="To be done by this day")
    suggested: bool = Field(
        description="True while no person has changed what the system suggested"
    )
    tasks: int = Field(description="Units that have to do it")
    done: int = Field(description="Units that have done it")
    accepted: int = Field(description="Units whose work the office accepted")
    found: int = Field(description="Problems found")
    fixed: int = Field(description="Problems fixed")
    overdue: int = Field(description="Problems not fixed in time")


class CampaignWhole(CampaignOut):
    """A campaign with its links."""

    links: list[LinkOut] = Field(description="In their order")


class TaskOut(Schema):
    """What one unit has to do for one link."""

    id: int = Field(description="The task")
    unit: str = Field(description="Key of the unit")
    link: int = Field(description="The link")
    title: str = Field(description="Name of the link")
    due_on: datetime.date = Field(description="To be done by this day")
    done_on: datetime.date | None = Field(description="Day of the record that did it; null if none")
    record: uuid.UUID | None = Field(description="That record")
    accepted: Annotated[str, OneOf(Accepted)] = Field(
        description="yes, back for given back, or empty"
    )
    reason: str = Field(description="Why it was given back")

    @classmethod
    def of(cls, task: Task) -> TaskOut:
        return cls(
            id=task.pk, unit=task.unit_id, link=task.link_id, title=task.link.title, due_on=task.due_on,
            done_on=task.done_on, record=task.done_by_id, accepted=task.accepted, reason=task.reason,
        )  # fmt: skip


@router.get("/campaigns", response={200: PageOf[CampaignOut], **PROBLEMS}, summary="专项整治列表")
def campaign_list(request: ApiRequest, asked: Query[Paging]) -> PageOf[CampaignOut]:
    may_read(request.actor, Campaign)
    return queries.read(
        request.actor,
        lambda rows: page_of(
            rows.select_related("record__unit"), asked, order=["-record_id"], to=CampaignOut.of
        ),
    )


@router.get(
    "/campaigns/{uuid:pk}", response={200: CampaignWhole, **PROBLEMS}, summary="一次专项整治"
)
def campaign_one(request: ApiRequest, pk: uuid.UUID) -> CampaignWhole:
    may_read(request.actor, Campaign)
    by = request.actor
    campaign = queries.one(by, pk)
    found = progress.cells(campaign, by.units, by.unit_key)
    links = []
    for link in campaign.links.all():
        cell = sum((cell for (key, _area), cell in found.items() if key == link.pk), Cell())
        links.append(
            LinkOut(
                id=link.pk, title=link.title, advice=link.advice, due_on=link.due_on, suggested=link.suggested,
                tasks=cell.units, done=cell.done, accepted=cell.accepted, found=cell.found, fixed=cell.fixed,
                overdue=cell.overdue,
            )
        )  # fmt: skip
    return CampaignWhole(**facts_of(campaign), links=links)


@router.get(
    "/campaigns/{uuid:pk}/tasks", response={200: PageOf[TaskOut], **PROBLEMS}, summary="各单位的环节任务"
)  # fmt: skip
def campaign_tasks(request: ApiRequest, pk: uuid.UUID, asked: Query[Listing]) -> PageOf[TaskOut]:
    may_read(request.actor, Task)
    campaign = queries.one(request.actor, pk)
    rows = visible(Task, request.actor).filter(campaign=campaign).select_related("link")
    return page_of(narrowed(rows, asked), asked, order=["id"], to=TaskOut.of)
