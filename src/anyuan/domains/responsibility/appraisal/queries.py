"""Reading appraisals: rounds with how far they are, the table of a round, one result item by item."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from anyuan.core.refused import Missing
from anyuan.domains.responsibility.appraisal.models import (
    ItemScore,
    Objection,
    Result,
    Review,
    Round,
    Scheme,
    Source,
    Veto,
)
from anyuan.engines.indicators.spec import all_indicators
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

STATES = {
    "open": ("评分中", "azure", "progress"),
    "published": ("已公布，可申诉", "orange", "speakerphone"),
    "final": ("已定", "green", "circle-check"),
}


def rounds(by: Actor) -> QuerySet[Any]:
    """Rounds that the actor's level runs, the newest first, with what still waits."""
    rows = visible(Round, by).select_related("unit", "scheme")
    return rows.annotate(
        units=Count("results", distinct=True),
        objected=Count(
            "results__objections", filter=Q(results__objections__state="open"), distinct=True
        ),
    ).order_by("-made_at", "-pk")


def own_results(by: Actor) -> QuerySet[Any]:
    """Results of the actor's own unit."""
    rows = visible(Result, by).filter(unit_id=by.unit_key).select_related("record", "unit")
    return rows.order_by("-record_id")


def results(by: Actor) -> QuerySet[Any]:
    """Published results that the actor may see, for other systems."""
    rows = visible(Result, by).filter(published_at__isnull=False)
    return rows.select_related("unit", "record__unit", "record__done_by")


def published(by: Actor, pk: Any) -> Result:
    """One published result; Missing where there is none for the actor."""
    found: Result | None = results(by).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def schemes(by: Actor) -> QuerySet[Any]:
    rows = visible(Scheme, by).filter(unit_id=by.unit_key).annotate(count=Count("items"))
    return rows.order_by("audience", "title", "-version")


def scheme_of(by: Actor, pk: Any) -> Scheme:
    scheme: Scheme = get_visible(Scheme, by, pk=pk, select=("unit",))
    return scheme


def round_of(by: Actor, pk: Any) -> Round:
    found: Round = get_visible(Round, by, pk=pk, select=("unit", "scheme"))
    return found


def result_of(by: Actor, pk: Any) -> Result:
    found: Result = get_visible(Result, by, pk=pk, select=("unit", "record__done_by"))
    return found


def item_of(by: Actor, pk: Any) -> ItemScore:
    found: ItemScore = get_visible(ItemScore, by, pk=pk, select=("result__record", "result__unit"))
    return found


def veto_of(by: Actor, pk: Any) -> Veto:
    found: Veto = get_visible(Veto, by, pk=pk, select=("result__record",))
    return found


def objection_of(by: Actor, pk: Any) -> Objection:
    found: Objection = get_visible(Objection, by, pk=pk, select=("result__record", "item"))
    return found


def appraises(by: Actor, result: Result) -> bool:
    """Whether the actor scores this result: the level that appraises, or one above."""
    return by.may(Permission.APPRAISAL_MANAGE) and by.units.holds(result.record.done_by_id)


@dataclasses.dataclass(frozen=True)
class Row:
    """One unit in the table of a round; `points` by item code."""

    result: Result
    points: Mapping[str, Decimal | None]
    total: Decimal
    missing: int
    vetoes: tuple[str, ...]


def table(round_: Round) -> tuple[list[tuple[str, str]], list[Row]]:
    """(code, title) of the items and all units' points, the best first. Four queries."""
    heads: dict[str, tuple[str, str]] = {}
    points: dict[Any, dict[str, Decimal | None]] = {}
    rows = ItemScore.objects.filter(result__round=round_).order_by("position")
    for key, code, title, given in rows.values_list("result_id", "code", "title", "points"):
        heads[code] = (code, title)
        points.setdefault(key, {})[code] = given
    vetoes: dict[Any, list[str]] = {}
    for veto in Veto.objects.filter(result__round=round_).filter(Q(holds=True) | Q(found__gt=0)):
        vetoes.setdefault(veto.result_id, []).append(veto.title)
    found = Result.objects.filter(round=round_).select_related("unit", "record")
    lines = [
        Row(
            one, points.get(one.pk, {}), _total(one, points.get(one.pk, {})),
            sum(value is None for value in points.get(one.pk, {}).values()), tuple(vetoes.get(one.pk, ())),
        )
        for one in found
    ]  # fmt: skip
    lines.sort(key=lambda row: (row.result.rank or 0, -row.total, row.result.unit_id))
    return list(heads.values()), lines


def _total(result: Result, points: Mapping[str, Decimal | None]) -> Decimal:
    if result.shown_score is not None:
        return Decimal(result.shown_score)
    return sum((value for value in points.values() if value is not None), Decimal(0))


@dataclasses.dataclass(frozen=True)
class Line:
    """One item of a result as its page shows it."""

    item: ItemScore
    url: str
    reviews: list[Review]
    objection: Objection | None
    shown: Decimal | None


def lines_of(by: Actor, result: Result) -> list[Line]:
    """The items in order; reviewers' points are for those who appraise until they are published."""
    inside = appraises(by, result)
    reviews: dict[Any, list[Review]] = {}
    if inside:
        for review in visible(Review, by).filter(item__result=result).order_by("at"):
            reviews.setdefault(review.item_id, []).append(review)
    objections = {one.item_id: one for one in Objection.objects.filter(result=result)}
    found = []
    for item in ItemScore.objects.filter(result=result).order_by("position"):
        hidden = item.source == Source.REVIEW and not inside and result.published_at is None
        found.append(
            Line(
                item, _rows_url(item), reviews.get(item.pk, []), objections.get(item.pk),
                None if hidden else item.points,
            )
        )  # fmt: skip
    return found


def _rows_url(item: ItemScore) -> str:
    """Where the rows behind an item's evidence are."""
    for key in item.indicators:
        kind, _colon, name = key.partition(":")
        if kind in {"rule", "point"}:
            extra = "" if key == "point:0" else f"&{kind}={name}"
            return f"{reverse('obligations:list')}?unit={item.unit_id}{extra}"
        declared = all_indicators().get(key)
        if declared and declared.rows_url:
            join = "&" if "?" in declared.rows_url else "?"
            return f"{declared.rows_url}{join}unit={item.unit_id}"
    return ""


def offered(by: Actor, scheme_audience: str) -> QuerySet[Any]:
    """Units that may be appraised: districts, or the schools that the actor's unit manages itself."""
    rows = visible(Unit, by).filter(parent_id=by.unit_key, kind=scheme_audience, state="active")
    return rows.order_by("key")


def vetoes_of(result: Result) -> QuerySet[Any]:
    return Veto.objects.filter(result=result).order_by("id")


def objected(round_: Round) -> set[Any]:
    """Results of a round with an objection that waits for an answer."""
    rows = Objection.objects.filter(result__round=round_, state=Objection.State.OPEN)
    return set(rows.values_list("result_id", flat=True))
