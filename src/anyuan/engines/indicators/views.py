"""Pages of indicators: the list of one unit's figures, and setting an aim."""

from __future__ import annotations

import contextlib
import datetime

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.indicators.figures import duty_indicators, figures_of
from anyuan.engines.indicators.forms import TargetForm
from anyuan.engines.indicators.rollup import month_after, month_of
from anyuan.engines.indicators.services import set_target
from anyuan.engines.indicators.spec import all_indicators
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def month_asked(query: QueryDict) -> datetime.date:
    """The month in the address (`at`, YYYY-MM), never a coming one; nonsense gives this month."""
    this = month_of(timezone.localdate())
    with contextlib.suppress(ValueError):
        return min(this, datetime.date.fromisoformat(f"{query.get('at', '')}-01"))
    return this


@require_GET
@signed_in
def indicator_list(request: AuthedRequest) -> HttpResponse:
    """All figures of one unit in one month."""
    by = request.actor
    if not by.may(Permission.BOARD_READ):
        raise Forbidden(_("您的岗位没有指标。"))
    unit = get_visible(Unit, by, key=request.GET.get("unit") or by.unit_key)
    month = month_asked(request.GET)
    figures = figures_of(unit, by, month)
    later = month_after(month)
    context = {
        "unit": unit,
        "month": month,
        "duties": [one for one in figures if not one.indicator.sql],
        "others": [one for one in figures if one.indicator.sql],
        "earlier": month_of(month - datetime.timedelta(days=1)),
        "later": later if later <= timezone.localdate() else None,
        "may_aim": by.may(Permission.TARGET_MANAGE),
    }
    return render(request, "indicators/list.html", context)


@require_POST
@signed_in
def indicator_target(request: AuthedRequest) -> HttpResponse:
    """Set the aim of a unit and those below it."""
    unit = get_visible(Unit, request.actor, key=request.POST.get("unit", ""))
    form = TargetForm(request.POST)
    known = set(all_indicators()) | {one.key for one in duty_indicators()}
    if request.POST.get("indicator") not in known:
        raise Missing
    if form.is_valid():
        try:
            set_target(unit, by=request.actor, **form.cleaned_data)
        except Forbidden:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("目标已保存。"))
    else:
        messages.error(request, str(next(iter(form.errors.values()))[0]))
    query = {"unit": unit.key, "at": request.POST.get("at", "")}
    return redirect(f"{reverse('indicators:list')}?{urlencode(query)}")
