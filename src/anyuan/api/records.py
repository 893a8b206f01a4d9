"""Records of every kind: what happened at a unit, whatever made it."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Day, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.core.kinds import all_kinds, record_url
from anyuan.core.models import Record
from anyuan.org.actor import visible
from anyuan.org.pages import get_visible

router = Router(tags=["记录"])


class Anchor(Schema):
    """What every record has, whatever its kind."""

    id: uuid.UUID = Field(description="UUIDv7, made by whoever sent it")
    kind: str = Field(description="drill, filing, hazard, inspection …", examples=["drill"])
    unit: str = Field(description="Key of the unit it is about")
    unit_name: str = Field(description="Name of that unit")
    done_by: str = Field(description="Key of the unit that did it")
    happened_on: datetime.date = Field(description="The day on which it happened")
    title: str = Field(description="What it is in a line")
    state: str = Field(description="Where it stands; `void` once it is withdrawn")
    counts: bool = Field(description="Whether it meets duties; a withdrawn or planned one does not")
    tags: list[str] = Field(description="Facets that rules match", examples=[["type:fire"]])
    created_at: datetime.datetime = Field(description="When it was written down")
    updated_at: datetime.datetime = Field(description="When it was last corrected or withdrawn")
    url: str = Field(description="Its page, for people")


def anchor(record: Record) -> dict[str, Any]:
    """Anchor's fields; `record.unit` is read."""
    known = record.kind in all_kinds()
    return {
        "id": record.pk, "kind": record.kind, "unit": record.unit_id, "unit_name": record.unit.name,
        "done_by": record.done_by_id, "happened_on": record.happened_on, "title": record.title,
        "state": record.state, "counts": record.counts, "tags": record.tags,
        "created_at": record.created_at, "updated_at": record.updated_at,
        "url": record_url(record.kind, record.pk) if known else "",
    }  # fmt: skip


class RecordQuery(Synced):
    kind: Text = Field("", max_length=40, description="Only of this kind")
    since: Day | None = Field(None, description="Happened on or after this day")
    until: Day | None = Field(None, description="Happened on or before this day")


def _out(record: Record) -> Anchor:
    return Anchor(**anchor(record))


@router.get("/records", response={200: PageOf[Anchor], **PROBLEMS}, summary="各类记录")
def record_list(request: ApiRequest, asked: Query[RecordQuery]) -> PageOf[Anchor]:
    may_read(request.actor, Record)
    rows = visible(Record, request.actor).select_related("unit")
    rows = narrowed(rows, asked, changed="updated_at")
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.since:
        rows = rows.filter(happened_on__gte=asked.since)
    if asked.until:
        rows = rows.filter(happened_on__lte=asked.until)
    return page_of(rows, asked, order=["-id"], to=_out)


@router.get("/records/{uuid:pk}", response={200: Anchor, **PROBLEMS}, summary="一份记录")
def record_one(request: ApiRequest, pk: uuid.UUID) -> Anchor:
    may_read(request.actor, Record)
    return _out(get_visible(Record, request.actor, pk=pk, select=("unit",)))
