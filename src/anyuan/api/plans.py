"""Emergency plans: the list, and one with its text. Telephone numbers of people are never given out."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.domains.emergency.plans.models import PlanVersion, State
from anyuan.domains.emergency.plans.queries import own_version, with_parts
from anyuan.org.actor import visible

router = Router(tags=["预案"])


class PlanOut(Anchor):
    """One version of a plan and where it stands."""

    plan: uuid.UUID = Field(description="The same for all versions of a plan")
    type: str = Field(description="Kind of plan", examples=["evacuation"])
    number: int = Field(description="1 for the first version")
    reason: str = Field(description="Why it was revised")
    issue_number: str = Field(description="Number on papers")
    effective_on: datetime.date | None = Field(description="The day from which it holds")
    review_due: datetime.date | None = Field(description="It is to be looked at again by this day")
    published_at: datetime.datetime | None = Field(description="When it was published")

    @classmethod
    def of(cls, version: PlanVersion) -> PlanOut:
        return cls(**_facts(version))


class SectionOut(Schema):
    key: str = Field(description="The same in all versions")
    title: str = Field(description="Its heading")
    text: str = Field(description="Its words")


class RoleOut(Schema):
    name: str = Field(description="What they are in an emergency")
    duty: str = Field(description="What they answer for")
    person_name: str = Field(description="Who it is; empty where nobody is named")


class LevelOut(Schema):
    level: str = Field(description="I, II, III or IV", examples=["II"])
    when: str = Field(description="When it begins")
    measures: list[str] = Field(description="What is done, in order")


class CardOut(Schema):
    role: str = Field(description="Whose card it is")
    steps: list[str] = Field(description="What they do, in order")


class PlanText(PlanOut):
    """A version with its whole text."""

    sections: list[SectionOut] = Field(description="The text")
    roles: list[RoleOut] = Field(description="Who answers for what")
    levels: list[LevelOut] = Field(description="Response levels that the plan has")
    cards: list[CardOut] = Field(description="What each one does")

    @classmethod
    def whole(cls, version: PlanVersion) -> PlanText:
        """Of a version whose parts are loaded."""
        sections, roles, levels, cards = (
            list(getattr(version, name).all())
            for name in ("plansections", "planroles", "planlevels", "plancards")
        )
        return cls(
            **_facts(version),
            sections=[SectionOut(key=one.key, title=one.title, text=one.text) for one in sections],
            roles=[RoleOut(name=x.name, duty=x.duty, person_name=x.person_name) for x in roles],
            levels=[LevelOut(level=x.level, when=x.when, measures=x.lines) for x in levels],
            cards=[CardOut(role=one.role, steps=one.lines) for one in cards],
        )


def _facts(version: PlanVersion) -> dict[str, Any]:
    return {
        **anchor(version.record), "plan": version.plan_id, "type": version.plan.kind,
        "number": version.number, "reason": version.reason, "issue_number": version.issue_number,
        "effective_on": version.effective_on, "review_due": version.review_due,
        "published_at": version.published_at,
    }  # fmt: skip


class PlanQuery(Synced):
    type: Text = Field("", max_length=24, description="Only plans of this kind")
    state: Annotated[str, OneOf(State)] | None = Field(
        None, description="Only in this state; `published` for those in force"
    )


@router.get("/plans", response={200: PageOf[PlanOut], **PROBLEMS}, summary="应急预案列表")
def plan_list(request: ApiRequest, asked: Query[PlanQuery]) -> PageOf[PlanOut]:
    may_read(request.actor, PlanVersion)
    rows = visible(PlanVersion, request.actor).select_related("record__unit", "plan")
    rows = narrowed(rows, asked, changed="record__updated_at")
    if asked.type:
        rows = rows.filter(plan__kind=asked.type)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return page_of(rows, asked, order=["-record_id"], to=PlanOut.of)


@router.get("/plans/{uuid:pk}", response={200: PlanText, **PROBLEMS}, summary="一份应急预案")
def plan_one(request: ApiRequest, pk: uuid.UUID) -> PlanText:
    may_read(request.actor, PlanVersion)
    return PlanText.whole(with_parts(own_version(request.actor, pk)))
