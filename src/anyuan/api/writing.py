"""What every writing of a record shares: its number from the sender, and 201 or 200."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from ninja import Field, Schema

from anyuan.api.fields import UnitKey
from anyuan.core.refused import Conflict
from anyuan.org.models import Unit
from anyuan.org.records import already

NUMBER = "UUIDv7 made by the sender: the same one sent again makes nothing new"


class Sent(Schema):
    """What every record sent in has."""

    id: uuid.UUID | None = Field(
        None, description=NUMBER, examples=["01942f3e-8a6b-7c3d-9e4f-5a6b7c8d9e0f"]
    )
    unit: UnitKey | None = Field(
        None, description="The unit it is about; the caller's own if left out"
    )
    file_ids: list[uuid.UUID] = Field(
        default_factory=list, max_length=30, description="Files of the unit uploaded before"
    )


def numbered(body: Sent, pk: uuid.UUID) -> None:
    """For PUT: the address has the number; the body may repeat it, never differ."""
    if body.id not in {None, pk}:
        raise Conflict("地址中的编号与内容中的编号不一致。", field="id")
    body.id = pk


def status_of(body: Sent, unit: Unit, kind: str) -> int:
    """Asked before writing: 200 where this sending has been kept already, else 201."""
    kept = already(body.id, kind=kind, unit_id=unit.key)
    return HTTPStatus.OK if kept else HTTPStatus.CREATED
