"""要点看板: the board of a unit, of the bureau's own schools, of one point; the map."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anyuan.core.refused import Forbidden, Missing
from anyuan.domains.hazards.queries import open_counts
from anyuan.engines.cases.models import Case
from anyuan.engines.indicators.queries import NOTHING, facts_version, rates, trend
from anyuan.engines.indicators.spec import RATIO, all_indicators
from anyuan.engines.obligations.models import Point, Rule
from anyuan.engines.obligations.queries import current_policy, today_of
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Profile, Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission
from anyuan.org.today import cards_of
from anyuan.web import boards
from anyuan.web.boards import PERIODS, Span, board_of, span_of
from anyuan.web.menu import tiles

KEPT_SECONDS = 300
MAP_FILE = Path(__file__).parent / "static" / "anyuan" / "geo" / "320400.json"


def _needs_board(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.BOARD_READ):
        raise Forbidden("您的岗位没有看板。")


@require_GET
@signed_in
def board(request: AuthedRequest, key: str = "") -> HttpResponse:
    """The board of the actor's own unit or of one below."""
    _needs_board(request)
    unit = get_visible(Unit, request.actor, key=key or request.actor.unit_key)
    span = span_of(request.GET)
    return render(
        request,
        "web/board.html",
        {"unit": unit, "span": span, "periods": PERIODS, "body": _body(request, unit, span)},
    )


def _body(request: AuthedRequest, unit: Unit, span: Span) -> str:
    """The board itself, kept until a month of it is rolled up again (or five minutes)."""
    version = facts_version(span.since, span.until)
    by = request.actor
    name = f"board:{unit.key}:{span.key}:{span.since}:{version}:{by.may(Permission.UNIT_RANK)}:{by.units.lo}"
    kept: str | None = cache.get(name)
    if kept is None:
        context = board_of(unit, by, span) | {
            "hazards": open_counts(by) if unit.key == by.unit_key else None
        }
        kept = render_to_string("web/board_body.html", context, request=request)
        cache.set(name, kept, KEPT_SECONDS)
    return mark_safe(kept)  # noqa: S308 -- rendered by our own template just now


@require_GET
@signed_in
def board_direct(request: AuthedRequest) -> HttpResponse:
    """The schools directly under the bureau, in a list."""
    _needs_board(request)
    span = span_of(request.GET)
    schools = list(
        Unit.objects.filter(
            parent_id=request.actor.unit_key, kind="school", state="active"
        ).order_by("key")
    )
    found = rates(request.actor, [one.key for one in schools], ["point:0"], span.since, span.until)
    rows = [(one, found.get((one.key, "point:0"), NOTHING)) for one in schools]
    return render(request, "web/board_direct.html", {"rows": rows, "span": span})


@require_GET
@signed_in
def board_point(request: AuthedRequest, number: int) -> HttpResponse:
    """One point: what it asks, its rules with their rates, the units below, the trend."""
    _needs_board(request)
    point = (
        Point.objects.filter(policy=current_policy(), number=number)
        .select_related("section")
        .first()
    )
    if point is None:
        raise Missing
    span, by = span_of(request.GET), request.actor
    rules = list(Rule.objects.filter(point=point, ends_on__isnull=True, enabled=True))
    below = list(Unit.objects.filter(parent_id=by.unit_key, state="active").order_by("kind", "key"))
    figures = [
        one for one in all_indicators().values() if one.point == number and one.kind == RATIO
    ]
    names = [*(f"rule:{rule.key}" for rule in rules), *(one.key for one in figures)]
    found = rates(by, [by.unit_key], names, span.since, span.until)
    units = rates(by, [one.key for one in below], [f"point:{number}"], span.since, span.until)
    months = [boards.shift(span.until, n - boards.TREND_MONTHS) for n in range(boards.TREND_MONTHS)]
    line = trend(by, by.unit_key, [f"point:{number}"], months[0], span.until)[f"point:{number}"]
    context = {
        "point": point,
        "span": span,
        "periods": PERIODS,
        "rules": [(rule, found.get((by.unit_key, f"rule:{rule.key}"), NOTHING)) for rule in rules],
        "tiles": tiles(by, number),
        "figures": [(one, found.get((by.unit_key, one.key), NOTHING)) for one in figures],
        "units": [(one, units.get((one.key, f"point:{number}"), NOTHING)) for one in below[:60]],
        "trend": [(f"{month.month}月", line.get(month, NOTHING)) for month in months],
    }
    return render(request, "web/board_point.html", context)


@require_GET
@signed_in
def city_map(request: AuthedRequest) -> HttpResponse:
    """The city with its divisions coloured by rate, and the schools of one's own units: for who supervises."""
    _needs_board(request)
    if not request.actor.is_supervisor:
        raise Forbidden(_("地图供市和辖市区使用，学校请看本单位的看板。"))
    span, by = span_of(request.GET), request.actor
    units = list(Unit.objects.within(by.units).filter(kind="district", state="active"))
    found = rates(by, [one.key for one in units], ["point:0"], span.since, span.until)
    rows = [(one, found.get((one.key, "point:0"), NOTHING)) for one in units]
    return render(
        request, "web/map.html", {"span": span, "rows": rows, "data": map_data(request, span, rows)}
    )


def map_data(request: AuthedRequest, span: Span, rows: list[Any]) -> dict[str, Any]:
    """What the map's module reads: divisions with their rate, sites with theirs."""
    by = request.actor
    sites = list(
        visible(Profile, by)
        .filter(is_site=True, lon__isnull=False, unit__state="active")
        .values_list("unit_id", "unit__name", "lon", "lat")
    )
    rate = rates(by, [site[0] for site in sites], ["point:0"], span.since, span.until)
    return {
        "borders": borders(),
        "districts": {
            one.code: {
                "name": one.short_name,
                "rate": r.rate,
                "tone": boards.tone_of(r.rate),
                "url": f"/board/{one.key}/",
            }
            for one, r in rows
        },
        "sites": [
            [
                float(lat),
                float(lon),
                name,
                boards.tone_of(rate.get((key, "point:0"), NOTHING).rate),
                f"/board/{key}/",
            ]
            for key, name, lon, lat in sites
        ],
    }


@lru_cache(maxsize=1)
def borders() -> dict[str, Any]:
    """Borders of the divisions (made from the open administrative divisions by `anyuan.config.borders`)."""
    found: dict[str, Any] = json.loads(MAP_FILE.read_text("utf-8"))
    return found


@require_GET
@signed_in
def today(request: AuthedRequest) -> HttpResponse:
    """今日: what is late, due and waiting for me."""
    by = request.actor
    mine = today_of(by)
    waiting = _waiting(request)
    context = {"today": mine, "waiting": waiting, "cards": cards_of(by)}
    return render(request, "web/today.html", context)


@require_GET
@signed_in
def today_more(request: AuthedRequest) -> HttpResponse:
    """The cards of 今日 that may wait a moment: a part of that page, fetched after it."""
    return render(request, "web/_today_more.html", {"cards": cards_of(request.actor, later=True)})


def _waiting(request: AuthedRequest) -> list[Any]:
    """Hazards that wait for this post's next step, the oldest due day first."""
    by = request.actor
    states = []
    if by.may(Permission.HAZARD_GRADE):
        states += ["reported", "graded"]
    if by.may(Permission.HAZARD_VERIFY):
        states += ["applied", "postponing"]
    if by.may(Permission.HAZARD_RECTIFY):
        states += ["rectifying", "returned"]
    rows = visible(Case, by).filter(loop="hazard", state__in=states, closed_at__isnull=True)
    return list(rows.select_related("record", "unit").order_by("due_on", "record_id")[:12])
