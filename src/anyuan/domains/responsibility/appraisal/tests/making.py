"""Rounds for tests: a scheme of three items with facts behind them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.responsibility.appraisal.models import ItemScore, Result, Round, Scheme
from anyuan.domains.responsibility.appraisal.services.rounds import open_round
from anyuan.domains.responsibility.appraisal.services.schemes import (
    change_scheme,
    ready_scheme,
    take_scheme,
)
from anyuan.domains.responsibility.appraisal.services.scores import review_item
from anyuan.engines.indicators.models import Fact

MONTH = timezone.localdate().replace(month=1, day=1)
UNTIL = MONTH.replace(year=MONTH.year + 1)
ITEMS: list[dict[str, Any]] = [
    {"code": "1", "group": "管理", "title": "任务", "full": Decimal(60), "source": "facts", "indicators": ["point:0"],
     "floor": 50, "target": 100},
    {"code": "2", "group": "处置", "title": "报告", "full": Decimal(20), "source": "missing",
     "indicators": ["incidents.in_time"], "each": 5},
    {"code": "3", "group": "评价", "title": "特色", "full": Decimal(20), "source": "review"},
]  # fmt: skip
VETOES = [
    {"key": "major", "title": "重大隐患逾期未整改", "indicator": "hazards.major_overdue"},
    {"key": "fake", "title": "弄虚作假"},
]


def fact(unit: Any, indicator: str, done: int, due: int, month: datetime.date = MONTH) -> None:
    with scope.everything():
        Fact.objects.update_or_create(
            unit=unit, indicator=indicator, month=month,
            defaults={"numerator": done, "denominator": due},
        )  # fmt: skip


def a_scheme(cast: Any, items: Any = None) -> Scheme:
    scheme = take_scheme(cast.wujin, by=cast.district, key="school_year")
    change_scheme(scheme, by=cast.district, items=items or ITEMS, vetoes=VETOES, title="学校考核")
    return ready_scheme(scheme, by=cast.district)


def a_round(cast: Any, **more: Any) -> Round:
    """Wujin appraises its one school."""
    facts = {
        "scheme": more.pop("scheme", None) or a_scheme(cast), "title": "年度考核", "since": MONTH, "until": UNTIL,
        "units": [cast.school],
    }  # fmt: skip
    return open_round(cast.wujin, by=cast.district, **(facts | more))


def result_in(cast: Any, round_: Round) -> Result:
    with scope.enter(cast.district.units):
        found: Result = Result.objects.select_related("record", "unit").get(round=round_)
    return found


def item_in(cast: Any, round_: Round, code: str) -> ItemScore:
    with scope.enter(cast.district.units):
        found: ItemScore = ItemScore.objects.get(result__round=round_, code=code)
    return found


def scored(cast: Any, points: int = 18) -> Round:
    round_ = a_round(cast)
    item = item_in(cast, round_, "3")
    review_item(item, by=cast.district, points=Decimal(points), reason="现场核查")
    return round_
