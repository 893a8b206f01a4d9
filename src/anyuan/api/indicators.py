"""Indicators and their monthly facts."""

from __future__ import annotations

import datetime
from decimal import Decimal

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import Day, Text
from anyuan.api.paging import Listing, PageOf, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.spec import Indicator, all_indicators
from anyuan.org.actor import visible

router = Router(tags=["指标"])


class IndicatorOut(Schema):
    """What a figure means."""

    key: str = Field(description="Its name in facts")
    label: str = Field(description="Name")
    point: int = Field(description="Number of its point")
    measure: str = Field(description="Unit of measure", examples=["%"])
    kind: str = Field(description="ratio, count or median (then the numerator is the median)")
    better: str = Field(description="up or down")

    @classmethod
    def of(cls, one: Indicator) -> IndicatorOut:
        return cls(
            key=one.key, label=one.label, point=one.point, measure=one.measure, kind=one.kind,
            better=one.better,
        )  # fmt: skip


class FactOut(Schema):
    """One indicator of one unit in one month."""

    unit: str = Field(description="Key of the unit; a district's has all its schools in it")
    indicator: str = Field(description="Key: `rule:…`, `point:…` or a declared indicator")
    month: datetime.date = Field(description="First day of the month")
    numerator: Decimal = Field(description="Numerator")
    denominator: Decimal = Field(description="Denominator; 0 where there was nothing to do")
    on_time: Decimal = Field(description="Of the numerator, what was done in time")

    @classmethod
    def of(cls, fact: Fact) -> FactOut:
        return cls(
            unit=fact.unit_id, indicator=fact.indicator, month=fact.month,
            numerator=fact.numerator, denominator=fact.denominator, on_time=fact.on_time,
        )  # fmt: skip


class FactQuery(Listing):
    indicator: Text = Field("", max_length=80, description="Only this indicator")
    since: Day | None = Field(None, description="Months from this day on")
    until: Day | None = Field(None, description="Months that begin on or before this day")


@router.get("/indicators", response={200: list[IndicatorOut], **PROBLEMS}, summary="指标说明")
def indicator_list(request: ApiRequest) -> list[IndicatorOut]:
    may_read(request.actor, Fact)
    return [IndicatorOut.of(one) for one in all_indicators().values()]


@router.get("/facts", response={200: PageOf[FactOut], **PROBLEMS}, summary="各单位各月指标")
def fact_list(request: ApiRequest, asked: Query[FactQuery]) -> PageOf[FactOut]:
    may_read(request.actor, Fact)
    rows = narrowed(visible(Fact, request.actor), asked)
    if asked.indicator:
        rows = rows.filter(indicator=asked.indicator)
    if asked.since:
        rows = rows.filter(month__gte=asked.since)
    if asked.until:
        rows = rows.filter(month__lte=asked.until)
    return page_of(rows, asked, order=["id"], to=FactOut.of)
