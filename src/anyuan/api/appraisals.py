"""Appraisals: published results. What is not published yet is nobody's but the reviewers'."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

from ninja import Field, Query, Router

from anyuan.api.callers import ApiRequest
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.domains.responsibility.appraisal.models import Result
from anyuan.domains.responsibility.appraisal.queries import published, results

router = Router(tags=["考核"])


class ResultOut(Anchor):
    """What a unit got."""

    since: datetime.date = Field(description="First month of the period")
    until: datetime.date = Field(description="The month after the last one")
    scheme_version: int = Field(description="Version of the scheme")
    score: Decimal = Field(description="As published, out of 100")
    final_score: Decimal | None = Field(
        None, description="After objections; empty until it is final"
    )
    grade: str = Field(description="excellent, good, passing or failing")
    published_at: datetime.datetime = Field(description="When it was published")
    final_at: datetime.datetime | None = Field(description="When it became final")

    @classmethod
    def of(cls, row: Result) -> ResultOut:
        names = (
            "since", "until", "scheme_version", "score", "final_score", "grade", "published_at", "final_at",
        )  # fmt: skip
        return cls(**anchor(row.record), **{name: getattr(row, name) for name in names})


@router.get(
    "/appraisals", response={200: PageOf[ResultOut], **PROBLEMS}, summary="已公布的考核结果"
)
def appraisal_list(request: ApiRequest, asked: Query[Synced]) -> PageOf[ResultOut]:
    may_read(request.actor, Result)
    rows = narrowed(results(request.actor), asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=ResultOut.of)


@router.get("/appraisals/{uuid:pk}", response={200: ResultOut, **PROBLEMS}, summary="一份考核结果")
def appraisal_one(request: ApiRequest, pk: uuid.UUID) -> ResultOut:
    may_read(request.actor, Result)
    return ResultOut.of(published(request.actor, pk))
