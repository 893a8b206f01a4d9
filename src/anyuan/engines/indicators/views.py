"""The page of all indicators of one's own unit."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anyuan.core.refused import Forbidden, Refused
from anyuan.engines.indicators.queries import Rate, targets_of, trend
from anyuan.engines.indicators.rollup import month_after, month_of
from anyuan.engines.indicators.services import set_target
from anyuan.engines.indicators.spec import COUNT, MEDIAN, RATIO, Indicator, all_indicators
from anyuan.engines.obligations.models import Rule
from anyuan.engines.obligations.queries import current_policy
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

MONTHS = 12


@dataclasses.dataclass(frozen=True)
class Line:
    """One indicator as shown: this month, the month before, the aim, the last twelve months."""

    key: str
    label: str
    point: int
    measure: str
    kind: str
    now: Rate | None
    before: Rate | None
    target: Decimal | None
    months: list[Rate | None]
    better: str
    rows_url: str

    def value(self, rate: Rate | None) -> float | None:
        """The figure of one month: a share in percent, a count, a median."""
        if rate is None:
            return None
        if self.kind == RATIO:
            return None if rate.rate is None else rate.rate * 100
        return float(rate.numerator) if self.kind == COUNT or rate.denominator else None

    @property
    def value_now(self) -> float | None:
        return self.value(self.now)

    @property
    def change(self) -> float | None:
        now, then = self.value_now, self.value(self.before)
        return None if now is None or then is None else now - then

    @property
    def reached(self) -> bool | None:
        """Whether the aim is reached; None without an aim or a figure."""
        if self.target is None or self.value_now is None:
            return None
        return (
            self.value_now >= self.target if self.better == "up" else self.value_now <= self.target
        )


@require_GET
@signed_in
def indicator_list(request: AuthedRequest) -> HttpResponse:
    """Every indicator of the actor's unit: figure, aim, change, trend; each opens its rows."""
    by = request.actor
    if not by.may(Permission.BOARD_READ):
        raise Forbidden(_("您的岗位不能查看指标。"))
    unit = get_visible(Unit, by, key=by.unit_key)
    month = month_of(timezone.localdate())
    shown = _shown()
    until = month_after(month)
    since = month.replace(year=month.year - 1)
    found = trend(by, unit.key, [one.key for one in shown], since, until)
    aims = targets_of(unit.key, month.year)
    months = _months(month)
    lines = [
        Line(
            one.key, one.label, one.point, one.measure, one.kind,
            found[one.key].get(month), found[one.key].get(months[-2]),
            aims.get(one.key, None if one.target is None else Decimal(str(one.target))),
            [found[one.key].get(m) for m in months], one.better,
            f"{one.rows_url}{'&' if '?' in one.rows_url else '?'}unit={unit.key}",
        )
        for one in shown
    ]  # fmt: skip
    context = {
        "unit": unit,
        "lines": [line for line in lines if line.now is not None or any(line.months)],
        "may_target": by.may(Permission.TARGET_MANAGE),
        "year": month.year,
        "MEDIAN": MEDIAN,
    }
    return render(request, "indicators/list.html", context)


def _shown() -> list[Indicator]:
    """The domains' indicators, then one for each rule in force."""
    rules = Rule.objects.filter(
        policy=current_policy(), ends_on__isnull=True, enabled=True
    ).select_related("point")
    of_rules = [
        Indicator(
            f"rule:{rule.key}",
            rule.title,
            rule.point.number,
            "%",
            "",
            (),
            rows_url=f"/obligations/?rule={rule.key}",
        )
        for rule in rules
    ]
    return [*sorted(all_indicators().values(), key=lambda one: one.point), *of_rules]


def _months(last: datetime.date) -> list[datetime.date]:
    """The twelve months up to `last`, the oldest first."""
    found = [last]
    while len(found) < MONTHS:
        found.insert(0, month_of(found[0] - datetime.timedelta(days=1)))
    return found


@require_POST
@signed_in
def target_set(request: AuthedRequest) -> HttpResponse:
    """Set the aim of an indicator for one's own unit and all below."""
    unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    try:
        value = Decimal(request.POST.get("value", ""))
    except ArithmeticError as error:
        raise Refused(_("目标值应填数字。"), field="value") from error
    year = timezone.localdate().year
    set_target(
        unit,
        by=request.actor,
        indicator=request.POST.get("indicator", "")[:80],
        year=year,
        value=value,
    )
    return redirect("indicators:list")
