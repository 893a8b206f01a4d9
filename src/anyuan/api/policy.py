"""Work points, their rules, and the duties that follow from them."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated

from ninja import Field, Path, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Day, Text, UnitKey
from anyuan.api.paging import PageOf, Paging, may_read, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.core.refused import Forbidden
from anyuan.engines.obligations.models import Obligation, Point, Rule
from anyuan.engines.obligations.queries import (
    DutyFilter,
    current_policy,
    evidence_of,
    obligations_of,
    rules_of,
)
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

router = Router(tags=["要点与任务"])
DutyId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the duty")]


class PointOut(Schema):
    """One numbered point of the year's work points."""

    number: int = Field(description="Number in the document", examples=[8])
    section: str = Field(description="Title of its section")
    title: str = Field(description="Title")
    summary: str = Field(description="What it is about, in our words")
    measures: list[str] = Field(description="What is to be done")

    @classmethod
    def of(cls, point: Point) -> PointOut:
        return cls(
            number=point.number, section=point.section.title, title=point.title,
            summary=point.summary, measures=point.measures,
        )  # fmt: skip


class RuleOut(Schema):
    """Who owes what, how often, and which record meets it."""

    key: str = Field(description="Lasting name", examples=["fire_drill_month"])
    point: int = Field(description="Number of its point")
    title: str = Field(description="What is owed")
    who: str = Field(description="city, district, school or site")
    kind: str = Field(description="Kind of record that meets it")
    tags: list[str] = Field(description="Facets that the record must have")
    period: str = Field(description="day, week, month, quarter, term, year …")
    needed: int = Field(description="Records needed in a period")
    source: str = Field(description="Where it is laid down")

    @classmethod
    def of(cls, rule: Rule) -> RuleOut:
        return cls(
            key=rule.key, point=rule.point.number, title=rule.title, who=rule.who, kind=rule.kind,
            tags=rule.tags, period=rule.period, needed=rule.needed, source=rule.source,
        )  # fmt: skip


class DutyOut(Schema):
    """What one unit owes for one period."""

    id: int = Field(description="Number of the duty")
    unit: str = Field(description="Key of the unit that owes it")
    unit_name: str = Field(description="Name of that unit")
    rule: str = Field(description="Key of the rule")
    title: str = Field(description="What is owed")
    point: int = Field(description="Number of the point")
    kind: str = Field(description="Kind of record that meets it")
    period_start: datetime.date = Field(description="First day of the period")
    period_end: datetime.date = Field(description="Last day of the period")
    due_on: datetime.date = Field(description="To be done by the end of this day")
    needed: int = Field(description="Records needed")
    done: int = Field(description="Records that count")
    state: str = Field(description="open, overdue, met, late or waived")
    met_on: datetime.date | None = Field(description="The day of the last record needed")

    @classmethod
    def of(cls, duty: Obligation) -> DutyOut:
        return cls(
            id=duty.pk, unit=duty.unit_id, unit_name=duty.unit.name, rule=duty.rule.key,
            title=duty.rule.title, point=duty.point, kind=duty.kind,
            period_start=duty.period_start, period_end=duty.period_end, due_on=duty.due_on,
            needed=duty.needed, done=duty.done, state=duty.shown_state, met_on=duty.met_on,
        )  # fmt: skip


class DutyWithRecords(DutyOut):
    """A duty with the records that count for it."""

    records: list[uuid.UUID] = Field(description="Records that count, the first first")


class DutyQuery(Paging):
    unit: UnitKey | None = Field(None, description="Only this unit and all below it")
    state: Annotated[str, Field(pattern="^(open|overdue|met|late|waived)?$")] = Field(
        "", description="Only these; empty for all"
    )
    point: int | None = Field(None, ge=1, le=999, description="Only of this point")
    kind: Text = Field("", max_length=40, description="Only met by this kind of record")
    rule: Text = Field("", max_length=60, description="Only of this rule")
    due_from: Day | None = Field(None, description="Due on or after this day")
    due_to: Day | None = Field(None, description="Due on or before this day")


def _may_read_policy(request: ApiRequest) -> None:
    if not request.actor.may(Permission.POLICY_READ):
        raise Forbidden("没有查看这类内容的权限。")


@router.get("/points", response={200: list[PointOut], **PROBLEMS}, summary="现行要点")
def point_list(request: ApiRequest) -> list[PointOut]:
    _may_read_policy(request)
    policy = current_policy()
    points = policy.points.select_related("section") if policy else ()
    return [PointOut.of(point) for point in points]


@router.get("/rules", response={200: list[RuleOut], **PROBLEMS}, summary="现行规则")
def rule_list(request: ApiRequest) -> list[RuleOut]:
    _may_read_policy(request)
    policy = current_policy()
    return [RuleOut.of(rule) for rule in rules_of(policy)] if policy else []


@router.get("/obligations", response={200: PageOf[DutyOut], **PROBLEMS}, summary="任务列表")
def obligation_list(request: ApiRequest, asked: Query[DutyQuery]) -> PageOf[DutyOut]:
    may_read(request.actor, Obligation)
    wanted = DutyFilter(
        state=asked.state, point=asked.point, kind=asked.kind, rule=asked.rule,
        unit=asked.unit or "", due_from=asked.due_from, due_to=asked.due_to,
    )  # fmt: skip
    rows = obligations_of(request.actor, wanted)
    return page_of(rows, asked, order=wanted.order, to=DutyOut.of)


@router.get("/obligations/{pk}", response={200: DutyWithRecords, **PROBLEMS}, summary="一项任务")
def obligation_one(request: ApiRequest, pk: DutyId) -> DutyWithRecords:
    may_read(request.actor, Obligation)
    duty = get_visible(Obligation, request.actor, pk=pk, select=("rule", "unit"))
    found = [evidence.record_id for evidence in evidence_of(duty, request.actor)]
    return DutyWithRecords(**DutyOut.of(duty).dict(), records=found)
