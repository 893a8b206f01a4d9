"""Every declared ledger: what it holds, its rows, one row, adding, correcting, taking off."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf, Text
from anyuan.api.paging import PageOf, Synced, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.api.writing import Sent, numbered, status_of
from anyuan.core.refused import Missing
from anyuan.engines.ledgers import queries, registry
from anyuan.engines.ledgers.expiry import ExpiryState, Watch
from anyuan.engines.ledgers.models import Row
from anyuan.engines.ledgers.services import add_row, change_row, end_row, restore_row
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import kind_of

router = Router(tags=["台账"])

LONGEST = 2000
Key = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$", description="Key of the ledger")]
Value = Annotated[Text, Field(max_length=LONGEST)] | bool | int | float | None


class ChoiceOut(Schema):
    value: str = Field(description="What is sent and kept")
    label: str = Field(description="What people read")


class ColumnOut(Schema):
    """One column of a ledger."""

    name: str = Field(description="Name in `facts`", examples=["expires_on"])
    title: str = Field(description="Its head on the page and in Excel")
    kind: str = Field(description="text, long, whole, decimal, day, yes, choice or sealed")
    required: bool = Field(description="Whether a row cannot be without it")
    key: bool = Field(description="Whether it is part of what recognises a row in its unit")
    expires: bool = Field(description="Whether it is a date that people are warned of")
    choices: list[ChoiceOut] = Field(description="For kind `choice`")


class LedgerOut(Schema):
    """A ledger and its columns."""

    key: str = Field(description="Its name in addresses", examples=["fire_facility"])
    title: str = Field(description="Its name for people", examples=["消防器材"])
    columns: list[ColumnOut] = Field(description="What a row holds, in the ledger's order")

    @classmethod
    def of(cls, ledger: Ledger) -> LedgerOut:
        expires = {one.field for one in ledger.expiries}
        return cls(
            key=ledger.key,
            title=ledger.title,
            columns=[
                ColumnOut(
                    name=name, title=ledger.head(name), kind=kind_of(field),
                    required=ledger.required(name), key=name in ledger.key_fields,
                    expires=name in expires,
                    choices=[
                        ChoiceOut(value=str(value), label=str(label))
                        for value, label in getattr(field, "flatchoices", None) or []
                    ],
                )
                for name, field in ledger.fields.items()
            ],
        )  # fmt: skip


class RowOut(Anchor):
    """A row. Sealed columns (phone numbers) are never given out."""

    active: bool = Field(description="False once it was taken off the ledger")
    ended_why: str = Field(description="Why it was taken off")
    version: int = Field(description="Grows with each change; give it back with a correction")
    expiry: str = Field(description="expired, due, valid, or empty without dates")
    facts: dict[str, Value] = Field(description="Columns by name; days as 2026-03-01")


class RowIn(Sent):
    """A row to add."""

    facts: dict[str, Value] = Field(description="Columns by name", max_length=60)


class Correction(Schema):
    """Columns to correct; the others stay."""

    facts: dict[str, Value] = Field(description="Columns by name", max_length=60)
    version: int | None = Field(
        None, ge=1, le=2_000_000_000, description="What was read; refused where it has changed since"
    )  # fmt: skip


class Ending(Schema):
    why: Text = Field(min_length=1, max_length=200, description="Why", examples=["报废"])


class RowQuery(Synced):
    q: Text = Field("", max_length=60, description="Words or pinyin initials")
    expiry: Annotated[str, OneOf(ExpiryState)] | None = Field(None, description="By its dates")
    ended: bool = Field(False, description="Rows taken off instead of those on the ledger")


def _row(ledger: Ledger, watch: Watch, row: Row) -> RowOut:
    return RowOut(
        **anchor(row.record), active=row.active, ended_why=row.ended_why, version=row.version,
        expiry=watch.state_of(row), facts={n: _said(getattr(row, n)) for n in ledger.open_fields},
    )  # fmt: skip


def _said(value: Any) -> Any:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _ledger(request: ApiRequest, key: str) -> Ledger:
    return queries.readable(registry.find(key), request.actor)


def _one(request: ApiRequest, key: str, pk: uuid.UUID) -> tuple[Ledger, Row]:
    ledger, row = queries.one(request.actor, pk)
    if ledger.key != key:
        raise Missing
    return ledger, row


@router.get("/ledgers", response={200: list[LedgerOut], **PROBLEMS}, summary="有哪些台账")
def ledger_list(request: ApiRequest) -> list[LedgerOut]:
    return [LedgerOut.of(one) for one in queries.ledgers_of(request.actor)]


@router.get("/ledgers/{key}", response={200: PageOf[RowOut], **PROBLEMS}, summary="一份台账")
def row_list(request: ApiRequest, key: Key, asked: Query[RowQuery]) -> PageOf[RowOut]:
    ledger = _ledger(request, key)
    watch = Watch.of(ledger)
    wanted = queries.Wanted(q=asked.q.strip(), expiry=asked.expiry or "", ended=asked.ended)
    rows = queries.filtered(request.actor, ledger, wanted, watch).select_related("record__unit")
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=lambda row: _row(ledger, watch, row))


@router.get("/ledgers/{key}/{uuid:pk}", response={200: RowOut, **PROBLEMS}, summary="台账的一条")
def row_one(request: ApiRequest, key: Key, pk: uuid.UUID) -> RowOut:
    ledger, row = _one(request, key, pk)
    return _row(ledger, Watch.of(ledger), row)


@router.post("/ledgers/{key}", response={(200, 201): RowOut, **PROBLEMS}, summary="登记一条")
def row_post(request: ApiRequest, key: Key, body: RowIn) -> Status[RowOut]:
    ledger = _ledger(request, key)
    unit = unit_for(request, body.unit)
    status = status_of(body, unit, ledger.key)
    row = add_row(
        unit, by=request.actor, ledger=ledger, facts=body.facts, file_ids=body.file_ids, record_id=body.id
    )  # fmt: skip
    return Status(status, _row(ledger, Watch.of(ledger), row))


@router.put(
    "/ledgers/{key}/{uuid:pk}", response={(200, 201): RowOut, **PROBLEMS}, summary="按编号登记一条"
)
def row_put(request: ApiRequest, key: Key, pk: uuid.UUID, body: RowIn) -> Status[RowOut]:
    numbered(body, pk)
    return row_post(request, key, body)


@router.patch("/ledgers/{key}/{uuid:pk}", response={200: RowOut, **PROBLEMS}, summary="更正一条")
def row_patch(request: ApiRequest, key: Key, pk: uuid.UUID, body: Correction) -> RowOut:
    ledger, row = _one(request, key, pk)
    changed = change_row(row, by=request.actor, ledger=ledger, facts=body.facts, seen=body.version)
    return _row(ledger, Watch.of(ledger), changed)


@router.post("/ledgers/{key}/{uuid:pk}/end", response={200: RowOut, **PROBLEMS}, summary="移出一条")
def row_end(request: ApiRequest, key: Key, pk: uuid.UUID, body: Ending) -> RowOut:
    ledger, row = _one(request, key, pk)
    ended = end_row(row, by=request.actor, ledger=ledger, why=body.why)
    return _row(ledger, Watch.of(ledger), ended)


@router.post(
    "/ledgers/{key}/{uuid:pk}/restore", response={200: RowOut, **PROBLEMS}, summary="恢复一条"
)
def row_restore(request: ApiRequest, key: Key, pk: uuid.UUID) -> RowOut:
    ledger, row = _one(request, key, pk)
    restored = restore_row(row, by=request.actor, ledger=ledger)
    return _row(ledger, Watch.of(ledger), restored)
