"""Warnings: brought in as CAP 1.2, read, and given out as CAP with a feed of links."""

from __future__ import annotations

import datetime
import uuid
from http import HTTPStatus
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpResponse
from ninja import Field, Query, Router, Schema, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.core.refused import Missing
from anyuan.domains.emergency.warnings import outgoing, queries
from anyuan.domains.emergency.warnings.cap.reading import LARGEST
from anyuan.domains.emergency.warnings.cap.writing import MEDIA_TYPE, write_message
from anyuan.domains.emergency.warnings.models import Origin, WarningSignal
from anyuan.domains.emergency.warnings.services.incoming import take_message

router = Router(tags=["预警"])
ATOM = "application/atom+xml"


def _gives(media_type: str) -> dict[str, Any]:
    """What the schema says of an operation that gives a file."""
    body = {"description": "OK", "content": {media_type: {"schema": {"type": "string"}}}}
    return {"responses": {HTTPStatus.OK: body}}


class WarningOut(Anchor):
    """A warning and where it stands."""

    number: str = Field(description="Number on papers", examples=["YJ-320400-20260701-01"])
    status: str = Field(description="Actual, Exercise or Test")
    type: str = Field(description="Kind, such as rainstorm; empty until a person chose it")
    colour: str = Field(description="red, orange, yellow or blue; empty until a person chose it")
    level: str = Field(description="Level of response that was decided: I, II, III or IV")
    words: str = Field(description="What is warned of")
    source: str = Field(description="Who published it")
    area: str = Field(description="Where, in words")
    published_at: datetime.datetime = Field(description="When it was published")
    expires_at: datetime.datetime = Field(description="Until when it holds")
    issued_at: datetime.datetime | None = Field(description="When it was passed on to schools")
    ended_at: datetime.datetime | None = Field(description="When it ended")
    end_reason: str = Field(description="cancel, expired, hand or replaced")

    @classmethod
    def of(cls, signal: WarningSignal) -> WarningOut:
        names = (
            "number", "status", "colour", "level", "words", "source", "published_at", "expires_at", "issued_at",
            "ended_at", "end_reason",
        )  # fmt: skip
        facts = {name: getattr(signal, name) for name in names}
        return cls(**anchor(signal.record), **facts, type=signal.kind, area=signal.area_words)


class WarningQuery(Synced):
    state: Annotated[str, Field(pattern="^(open|pending|running|ended|void)?$")] = Field(
        "", description="A state, or `open` for all not ended"
    )
    type: Text = Field("", max_length=16, description="Only of this kind")


class CapIn(Schema):
    """A CAP 1.2 message."""

    cap: str = Field(min_length=1, max_length=LARGEST, description="The message, XML")


class CapOut(Schema):
    """What became of a message."""

    id: uuid.UUID = Field(description="The message's number here")
    new: bool = Field(description="False where the same message had come before")
    result: str = Field(description="What was done, for people")
    warning: uuid.UUID | None = Field(description="The warning that it made, changed or ended")


@router.get("/warnings", response={200: PageOf[WarningOut], **PROBLEMS}, summary="预警列表")
def warning_list(request: ApiRequest, asked: Query[WarningQuery]) -> PageOf[WarningOut]:
    may_read(request.actor, WarningSignal)
    rows = queries.filtered(request.actor, {"state": asked.state, "kind": asked.type})
    rows = narrowed(rows.select_related("record__unit"), asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=WarningOut.of)


@router.post(
    "/warnings/cap", response={(200, 201): CapOut, **PROBLEMS}, summary="推送一条预警（CAP 1.2）"
)
def cap_post(request: ApiRequest, body: CapIn) -> Status[CapOut]:
    unit = unit_for(request, None)
    raw = body.cap.encode("utf-8", "replace")
    taken = take_message(unit, by=request.actor, raw=raw, origin=Origin.API)
    said = CapOut(id=taken.message.pk, new=taken.new, result=taken.message.result, warning=taken.signal_id)  # fmt: skip
    return Status(HTTPStatus.CREATED if taken.new else HTTPStatus.OK, said)


@router.get(
    "/warnings/feed", response=PROBLEMS, openapi_extra=_gives(ATOM), summary="下发的预警（Atom）"
)
def cap_feed(request: ApiRequest) -> HttpResponse:
    may_read(request.actor, WarningSignal)
    unit = unit_for(request, None)
    base = f"{settings.PUBLIC_URL}/api/v1/warnings"

    def address(signal: WarningSignal, part: str) -> str:
        return f"{base}/{signal.pk}/cap" + ("/cancel" if part == "cancel" else "")

    body = outgoing.feed_of(unit, queries.published(request.actor), address=address, own=f"{base}/feed")  # fmt: skip
    return HttpResponse(body, content_type=ATOM)


@router.get("/warnings/{uuid:pk}", response={200: WarningOut, **PROBLEMS}, summary="一条预警")
def warning_one(request: ApiRequest, pk: uuid.UUID) -> WarningOut:
    may_read(request.actor, WarningSignal)
    return WarningOut.of(queries.one(request.actor, pk))


@router.get(
    "/warnings/{uuid:pk}/cap", response=PROBLEMS, openapi_extra=_gives(MEDIA_TYPE),
    summary="一条下发的预警（CAP 1.2）",
)  # fmt: skip
def cap_one(request: ApiRequest, pk: uuid.UUID) -> HttpResponse:
    may_read(request.actor, WarningSignal)
    signal = queries.published_one(request.actor, pk)
    return HttpResponse(outgoing.file_of(signal), content_type=MEDIA_TYPE)


@router.get(
    "/warnings/{uuid:pk}/cap/cancel", response=PROBLEMS, openapi_extra=_gives(MEDIA_TYPE),
    summary="一条预警的解除（CAP 1.2）",
)  # fmt: skip
def cap_cancel(request: ApiRequest, pk: uuid.UUID) -> HttpResponse:
    may_read(request.actor, WarningSignal)
    message = outgoing.cancel_of(queries.published_one(request.actor, pk))
    if message is None:
        raise Missing
    return HttpResponse(write_message(message), content_type=MEDIA_TYPE)
