"""The caller's own messages."""

from __future__ import annotations

import datetime
import uuid

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.paging import PageOf, Paging, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.core.refused import Forbidden
from anyuan.engines.notices.kinds import find
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.queries import inbox

router = Router(tags=["消息"])


class MessageOut(Schema):
    """One message to the person who calls."""

    id: uuid.UUID = Field(description="Number of the message")
    kind: str = Field(description="What it is about", examples=["obligation.reminder"])
    kind_label: str = Field(description="The kind in words", examples=["任务提醒"])
    urgent: bool = Field(description="Whether it passes quiet hours")
    title: str = Field(description="Title")
    body: str = Field(description="Text")
    url: str = Field(description="Page it leads to")
    at: datetime.datetime = Field(description="When it was told")
    read_at: datetime.datetime | None = Field(description="When it was read; null if not yet")

    @classmethod
    def of(cls, one: Notification) -> MessageOut:
        kind = find(one.kind)
        return cls(
            id=one.pk, kind=one.kind, kind_label=kind.label, urgent=kind.urgent, title=one.title, body=one.body, url=one.url, at=one.at,
            read_at=one.read_at,
        )  # fmt: skip


class MessageQuery(Paging):
    unread: bool = Field(False, description="Only those not read yet")
    kind: str = Field("", max_length=40, description="Only those of a kind", examples=["gate"])


@router.get("/notifications", response={200: PageOf[MessageOut], **PROBLEMS}, summary="我的消息")
def message_list(request: ApiRequest, asked: Query[MessageQuery]) -> PageOf[MessageOut]:
    if request.actor.person_id is None:
        raise Forbidden("系统令牌没有自己的消息，请使用个人令牌。")
    rows = inbox(request.actor, unread_only=asked.unread, kind=asked.kind)
    return page_of(rows, asked, order=["-at", "-id"], to=MessageOut.of)
