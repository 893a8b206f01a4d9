"""Responsibility letters: the list, one with its text and whether it holds, how many are signed below."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf, Text, UnitKey
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.core.refused import Forbidden
from anyuan.domains.responsibility.duties.letter_queries import (
    filtered,
    matrix,
    may_see_others,
    one,
    signed,
    with_signatures,
)
from anyuan.domains.responsibility.duties.models import Letter, LetterState, Level, Signature
from anyuan.domains.responsibility.duties.models.letters import Turn

router = Router(tags=["责任书"])


class SignatureOut(Schema):
    """Who signed."""

    party: str = Field(description="`b` signs first, `a` countersigns")
    name: str = Field(description="Who signed")
    post: str = Field(description="In which post")
    unit_name: str = Field(description="Of which unit, as it was named then")
    at: datetime.datetime = Field(description="When")
    sha256: str = Field(description="Hash of the text that was signed")

    @classmethod
    def of(cls, row: Signature) -> SignatureOut:
        return cls(
            party="b" if row.turn == Turn.B else "a", name=row.name, post=row.post, unit_name=row.unit_name,
            at=row.at, sha256=row.sha256,
        )  # fmt: skip


class LetterOut(Anchor):
    """A letter of a unit or of a post. `unit` is party B's, or the school of the person who signs."""

    number: str = Field(description="Number on papers", examples=["320412责〔2026〕0001号"])
    level: str = Field(description="Who issues it: city, district or school")
    year: int = Field(description="The year it is for")
    party_a: str = Field(description="Key of the unit that issues it")
    a_name: str = Field(description="Party A")
    b_name: str = Field(description="Party B: a unit or a person")
    post: str = Field(description="Post of the person; empty where a unit signs")
    valid_from: datetime.date = Field(description="First day of its term")
    valid_to: datetime.date = Field(description="Last day of its term")
    due_on: datetime.date = Field(description="To be signed by this day")
    signed_at: datetime.datetime | None = Field(description="When both had signed; null before")
    reason: str = Field(description="Why it was sent back, withdrawn or ended")
    previous: uuid.UUID | None = Field(description="The letter that this one follows")
    signatures: list[SignatureOut] = Field(description="Who has signed so far, party B first")

    @classmethod
    def facts(cls, letter: Letter, signatures: list[Signature]) -> dict[str, Any]:
        names = (
            "number", "level", "year", "a_name", "b_name", "valid_from", "valid_to", "due_on", "signed_at",
        )  # fmt: skip
        return {
            **anchor(letter.record), **{name: getattr(letter, name) for name in names},
            "party_a": letter.party_a_id, "post": letter.post_title, "reason": letter.why,
            "previous": letter.previous_id, "signatures": [SignatureOut.of(one) for one in signatures],
        }  # fmt: skip

    @classmethod
    def of(cls, letter: Letter) -> LetterOut:
        return cls(**cls.facts(letter, list(letter.signatures.all())))


class LetterWhole(LetterOut):
    """One letter with what it says."""

    text: str = Field(description="The whole text, frozen when it was issued")
    sha256: str = Field(description="SHA-256 of the text")
    sm3: str = Field(description="SM3 of the text; empty where the machine has none")
    wrong: str = Field(description="What does not hold any more, in words; empty where all does")


class LetterQuery(Synced):
    year: int | None = Field(None, ge=2010, le=2100, description="Only of this year")
    level: Annotated[str, OneOf(Level)] | None = Field(
        None, description="Only issued by this level"
    )
    state: Annotated[str, OneOf(LetterState)] | None = Field(None, description="Only in this state")
    q: Text = Field("", max_length=60, description="Part of party B, post or number")


class Signed(Schema):
    """How far a level is."""

    level: str = Field(description="Who issued them: city, district or school")
    asked: int = Field(description="Letters issued that were not withdrawn or ended")
    signed: int = Field(description="Those signed by both")


class UnitCounts(Schema):
    """A unit right below: its own letter, and those within it."""

    unit: str = Field(description="Key of the unit")
    unit_name: str = Field(description="Name of the unit")
    own: str = Field(description="State of its letter with the unit above; empty where none is")
    levels: list[Signed] = Field(description="Letters that it and its schools issued")


class Counts(Schema):
    """Who has signed under a unit in a year."""

    unit: str = Field(description="Key of the unit")
    year: int = Field(description="The year")
    levels: list[Signed] = Field(description="All together")
    below: list[UnitCounts] = Field(description="Each unit right below")


class CountsQuery(Schema):
    unit: UnitKey | None = Field(None, description="The unit; the caller's own if left out")
    year: int | None = Field(None, ge=2010, le=2100, description="The year; this one if left out")


@router.get("/letters", response={200: PageOf[LetterOut], **PROBLEMS}, summary="责任书列表")
def letter_list(request: ApiRequest, asked: Query[LetterQuery]) -> PageOf[LetterOut]:
    may_read(request.actor, Letter)
    names = ("year", "level", "state", "q")
    rows: Any = filtered(request.actor, {name: getattr(asked, name) for name in names})
    rows = with_signatures(rows).select_related("record__unit")
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=LetterOut.of)


@router.get("/letters/counts", response={200: Counts, **PROBLEMS}, summary="责任书签订情况")
def letter_counts(request: ApiRequest, asked: Query[CountsQuery]) -> Counts:
    by = request.actor
    may_read(by, Letter)
    if not may_see_others(by):
        raise Forbidden("没有查看这类内容的权限。")
    unit, year = unit_for(request, asked.unit), asked.year or timezone.localdate().year
    lines, sums = matrix(by, unit, year)
    below = [
        UnitCounts(unit=line.key, unit_name=line.name, own=line.own or "", levels=_levels(line.cells))
        for line in lines
    ]  # fmt: skip
    return Counts(unit=unit.key, year=year, levels=_levels(sums), below=below)


@router.get("/letters/{uuid:pk}", response={200: LetterWhole, **PROBLEMS}, summary="一份责任书")
def letter_one(request: ApiRequest, pk: uuid.UUID) -> LetterWhole:
    may_read(request.actor, Letter)
    letter = one(request.actor, pk)
    signatures, wrong = signed(letter)
    body: Any = getattr(letter, "body", None)
    said: dict[str, Any] = {name: getattr(body, name, "") for name in ("text", "sha256", "sm3")}
    return LetterWhole(**LetterOut.facts(letter, signatures), **said, wrong=wrong)


def _levels(cells: dict[str, tuple[int, int]]) -> list[Signed]:
    return [
        Signed(level=level, asked=cells[level][0], signed=cells[level][1])
        for level in Level.values
        if level in cells
    ]
