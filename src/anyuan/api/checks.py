"""Checklists and inspections."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Amount, Day, OneOf, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.api.writing import Sent, numbered, status_of
from anyuan.core.refused import Missing, Refused
from anyuan.engines.checks.models import CheckItem, Checklist, Inspection, Version
from anyuan.engines.checks.queries import answers_of, checklists_for, filtered
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import submit_inspection
from anyuan.org.pages import get_visible

router = Router(tags=["检查"])
SELECT = ("record__unit", "version__checklist")


class ChecklistOut(Schema):
    """A checklist in use."""

    key: str = Field(description="Lasting name", examples=["daily_patrol"])
    title: str = Field(description="Title")
    purpose: str = Field(description="What it is for")
    where: list[str] = Field(description="Facts that a school must have; empty: every school")


class ItemOut(Schema):
    """One question."""

    key: str = Field(description="Its name in `answers`")
    group: str = Field(description="Heading it stands under")
    text: str = Field(description="What to look at")
    kind: str = Field(description="pass, score, number, choice, text or photo")
    required: bool = Field(description="Whether it must be answered")
    measure: str = Field(description="Unit of a number")
    low: Decimal | None = Field(description="A number below fails")
    high: Decimal | None = Field(description="A number above fails")
    choices: list[str] = Field(description="Values that may be chosen")
    max_score: int = Field(description="Full mark of a scored item")
    basis: str = Field(description="Where it is laid down")
    veto: bool = Field(description="Whether failing it fails the whole inspection")

    @classmethod
    def of(cls, item: CheckItem) -> ItemOut:
        return cls(
            key=item.key, group=item.group, text=item.text, kind=item.kind,
            required=item.required, measure=item.measure, low=item.low, high=item.high,
            choices=[one["value"] for one in item.choices], max_score=item.max_score,
            basis=item.basis, veto=item.veto,
        )  # fmt: skip


class ChecklistWithItems(ChecklistOut):
    """A checklist with the questions of its current version."""

    version: int = Field(description="Number of the current version")
    items: list[ItemOut] = Field(description="Questions in order")


class AnswerIn(Schema):
    """The answer to one question; give what its kind asks."""

    result: Annotated[int, Field(ge=-1, le=1)] | None = Field(
        None, description="1 fine, 0 fails, -1 does not apply (any kind)"
    )
    number: Amount | None = Field(None, description="For number and score items")
    choice: Text = Field("", max_length=40, description="For choice items")
    text: Text = Field("", max_length=500, description="For text items, or a note")
    file_ids: list[uuid.UUID] = Field(
        default_factory=list, max_length=10, description="Photos uploaded before"
    )


class InspectionIn(Sent):
    """An inspection to hand in."""

    checklist: Text = Field(max_length=40, description="Key of the checklist")
    version: int | None = Field(
        None, ge=1, le=32767, description="The version answered; the current one if left out"
    )
    happened_on: Day | None = Field(None, description="The day; today if left out")
    place: Text = Field("", max_length=60, description="Where in the school")
    people: Text = Field("", max_length=120, description="Who inspected; the caller if left out")
    mode: Annotated[str, OneOf(Inspection.Mode)] | None = Field(
        None, description="Follows from who inspects; `cross` may be said"
    )
    answers: dict[Text, AnswerIn] = Field(
        max_length=200, description="By item key", examples=[{"exits": {"result": 1}}]
    )


class InspectionOut(Anchor):
    """An inspection with its outcome."""

    checklist: str = Field(description="Key of the checklist")
    version: int = Field(description="Version that was answered")
    mode: str = Field(description="self, district, city or cross")
    place: str = Field(description="Where in the school")
    people: str = Field(description="Who inspected")
    passed: int = Field(description="Items fine")
    failed: int = Field(description="Items that failed")
    skipped: int = Field(description="Items that did not apply")
    score: Decimal = Field(description="0 to 100")
    ok: bool = Field(description="Whether nothing failed")

    @classmethod
    def of(cls, done: Inspection) -> InspectionOut:
        return cls(
            **anchor(done.record), checklist=done.version.checklist.key,
            version=done.version.number, mode=done.mode, place=done.place, people=done.people,
            passed=done.passed, failed=done.failed, skipped=done.skipped, score=done.score,
            ok=done.ok,
        )  # fmt: skip


class AnswerOut(Schema):
    """One answer."""

    item: str = Field(description="Key of the question")
    text: str = Field(description="The question")
    result: int = Field(description="1 fine, 0 failed, -1 did not apply, 2 neither")
    number: Decimal | None = Field(description="The number given")
    choice: str = Field(description="The choice made")
    note: str = Field(description="Words given")


class InspectionWithAnswers(InspectionOut):
    """An inspection with its answers."""

    answers: list[AnswerOut] = Field(description="In the checklist's order")


class InspectionQuery(Synced):
    checklist: Text = Field("", max_length=40, description="Only by this checklist")
    mode: Annotated[str, OneOf(Inspection.Mode)] | None = Field(
        None, description="Only of this mode"
    )
    ok: bool | None = Field(None, description="Only those that are (not) wholly fine")


def _checklist(key: str) -> Checklist:
    found = next((one for one in checklists_for(None) if one.key == key), None)
    if found is None:
        raise Missing
    return found


def _brief(one: Checklist) -> dict[str, Any]:
    return {"key": one.key, "title": one.title, "purpose": one.purpose, "where": one.where}


@router.get("/checklists", response={200: list[ChecklistOut], **PROBLEMS}, summary="检查表")
def checklist_list(request: ApiRequest) -> list[ChecklistOut]:
    may_read(request.actor, Inspection)
    return [ChecklistOut(**_brief(one)) for one in checklists_for(None)]


@router.get(
    "/checklists/{slug:key}", response={200: ChecklistWithItems, **PROBLEMS}, summary="一张检查表"
)
def checklist_one(request: ApiRequest, key: str) -> ChecklistWithItems:
    may_read(request.actor, Inspection)
    checklist = _checklist(key)
    version: Version = checklist.current  # type: ignore[assignment]  # those in use have one
    items = [ItemOut.of(item) for item in version.items.all()]
    return ChecklistWithItems(**_brief(checklist), version=version.number, items=items)


@router.get("/inspections", response={200: PageOf[InspectionOut], **PROBLEMS}, summary="检查列表")
def inspection_list(request: ApiRequest, asked: Query[InspectionQuery]) -> PageOf[InspectionOut]:
    may_read(request.actor, Inspection)
    ok = "" if asked.ok is None else str(int(asked.ok))
    rows = filtered(request.actor, {"checklist": asked.checklist, "mode": asked.mode, "ok": ok})
    rows = narrowed(rows.select_related(*SELECT), asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=InspectionOut.of)


@router.get(
    "/inspections/{uuid:pk}", response={200: InspectionWithAnswers, **PROBLEMS}, summary="一次检查"
)
def inspection_one(request: ApiRequest, pk: uuid.UUID) -> InspectionWithAnswers:
    may_read(request.actor, Inspection)
    done = get_visible(Inspection, request.actor, pk=pk, select=SELECT)
    answers = [
        AnswerOut(item=one.item.key, text=one.item.text, result=one.result, number=one.number,
                  choice=one.choice, note=one.text)
        for one in answers_of(done)
    ]  # fmt: skip
    return InspectionWithAnswers(**InspectionOut.of(done).dict(), answers=answers)


@router.post("/inspections", response={(200, 201): InspectionOut, **PROBLEMS}, summary="提交检查")
def inspection_post(request: ApiRequest, body: InspectionIn) -> Status[InspectionOut]:
    unit = unit_for(request, body.unit)
    status = status_of(body, unit, "inspection")
    given = {
        key: Given(result=one.result, number=one.number, choice=one.choice, text=one.text)
        for key, one in body.answers.items()
    }
    done = submit_inspection(
        unit, by=request.actor, version=_version(body), answers=given,
        files={key: one.file_ids for key, one in body.answers.items() if one.file_ids},
        happened_on=body.happened_on, place=body.place, people=body.people,
        mode=body.mode or "", record_id=body.id,
    )  # fmt: skip
    return Status(status, InspectionOut.of(done))


def _version(body: InspectionIn) -> Version:
    """The version answered: a phone that was away may send an older one."""
    checklist = next((one for one in checklists_for(None) if one.key == body.checklist), None)
    if checklist is None:
        raise Refused("没有这张检查表。", field="checklist")
    if body.version is None:
        return checklist.current  # type: ignore[return-value]
    version = checklist.versions.filter(number=body.version).first()
    if version is None:
        raise Refused("没有这个版本的检查表。", field="version")
    return version


@router.put(
    "/inspections/{uuid:pk}",
    response={(200, 201): InspectionOut, **PROBLEMS},
    summary="按编号提交检查",
)
def inspection_put(request: ApiRequest, pk: uuid.UUID, body: InspectionIn) -> Status[InspectionOut]:
    numbered(body, pk)
    return inspection_post(request, body)
