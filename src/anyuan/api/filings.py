"""Filings 工作记录 and their topics."""

from __future__ import annotations

import uuid
from decimal import Decimal

from ninja import Field, Query, Router, Schema, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Amount, Day, Line, Long, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.api.writing import Sent, numbered, status_of
from anyuan.core.refused import Refused
from anyuan.engines.obligations.filings import Work, file_work
from anyuan.engines.obligations.models import Filing, Topic
from anyuan.engines.obligations.queries import topics_offered
from anyuan.org.actor import visible
from anyuan.org.pages import get_visible

router = Router(tags=["工作记录"])
SELECT = ("record__unit", "topic")


class Ask(Schema):
    """A number that a topic asks for."""

    key: str = Field(description="Its name in `numbers`", examples=["people"])
    title: str = Field(description="What is asked")
    measure: str = Field(description="Unit of measure", examples=["人"])
    required: bool = Field(description="Whether it must be given")


class TopicOut(Schema):
    """A subject of filings."""

    slug: str = Field(description="Lasting name")
    title: str = Field(description="Title")
    point: int = Field(description="Number of its point")
    asks: list[Ask] = Field(description="Numbers that are asked")

    @classmethod
    def of(cls, topic: Topic) -> TopicOut:
        asks = [
            Ask(key=one.key, title=one.title, measure=one.measure, required=one.required)
            for one in topic.asks.all()
        ]
        return cls(slug=topic.slug, title=topic.title, point=topic.point, asks=asks)


class FilingOut(Anchor):
    """A piece of work written down."""

    topic: str = Field(description="Slug of the topic")
    what: str = Field(description="What was done")
    people: int | None = Field(description="How many took part")
    attended: str = Field(description="Who took part")
    place: str = Field(description="Where")
    numbers: dict[str, Decimal] = Field(description="Numbers by the topic's keys")

    @classmethod
    def of(cls, filing: Filing) -> FilingOut:
        return cls(
            **anchor(filing.record), topic=filing.topic.slug, what=filing.what,
            people=filing.people, attended=filing.attended, place=filing.place,
            numbers={one.key: one.value for one in filing.numbers.all()},
        )  # fmt: skip


class FilingIn(Sent):
    """A piece of work to write down."""

    topic: Text = Field(max_length=60, description="Slug of a topic that is offered")
    happened_on: Day = Field(description="The day; not after today", examples=["2026-09-01"])
    what: Long = Field(min_length=1, description="What was done")
    numbers: dict[Text, Amount] = Field(
        default_factory=dict, max_length=30, description="Numbers that the topic asks for"
    )
    people: int | None = Field(None, ge=0, le=1_000_000, description="How many took part")
    attended: Line = Field("", description="Who took part")
    place: Text = Field("", max_length=120, description="Where")


@router.get("/topics", response={200: list[TopicOut], **PROBLEMS}, summary="可填报的主题")
def topic_list(request: ApiRequest) -> list[TopicOut]:
    return [TopicOut.of(topic) for topic in topics_offered()]


@router.get("/filings", response={200: PageOf[FilingOut], **PROBLEMS}, summary="工作记录列表")
def filing_list(request: ApiRequest, asked: Query[Synced]) -> PageOf[FilingOut]:
    may_read(request.actor, Filing)
    rows = visible(Filing, request.actor).select_related(*SELECT).prefetch_related("numbers")
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=FilingOut.of)


@router.get("/filings/{uuid:pk}", response={200: FilingOut, **PROBLEMS}, summary="一份工作记录")
def filing_one(request: ApiRequest, pk: uuid.UUID) -> FilingOut:
    may_read(request.actor, Filing)
    return FilingOut.of(get_visible(Filing, request.actor, pk=pk, select=SELECT))


@router.post("/filings", response={(200, 201): FilingOut, **PROBLEMS}, summary="填报工作记录")
def filing_post(request: ApiRequest, body: FilingIn) -> Status[FilingOut]:
    unit = unit_for(request, body.unit)
    status = status_of(body, unit, "filing")
    topic = topics_offered().filter(slug=body.topic).first()
    if topic is None:
        raise Refused("没有这个主题，请先读取可填报的主题。", field="topic")
    work = Work(
        happened_on=body.happened_on, what=body.what, numbers=body.numbers, people=body.people,
        attended=body.attended, place=body.place,
    )  # fmt: skip
    filing = file_work(
        unit, by=request.actor, topic=topic, work=work, file_ids=body.file_ids, record_id=body.id
    )
    return Status(status, FilingOut.of(filing))


@router.put(
    "/filings/{uuid:pk}", response={(200, 201): FilingOut, **PROBLEMS}, summary="按编号填报工作记录"
)
def filing_put(request: ApiRequest, pk: uuid.UUID, body: FilingIn) -> Status[FilingOut]:
    numbered(body, pk)
    return filing_post(request, body)
