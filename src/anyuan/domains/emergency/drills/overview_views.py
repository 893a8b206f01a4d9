"""The calendar, its address for other programs, and the overview of a level above."""

from __future__ import annotations

import calendar as months
import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anyuan.core.refused import Forbidden
from anyuan.domains.emergency.drills import feeds, ical, overview
from anyuan.domains.emergency.drills.models import Kind
from anyuan.domains.emergency.drills.services.feeds import end_feed, renew_feed
from anyuan.domains.emergency.drills.services.overseeing import nudge
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_IN_MONTH = 400
MOST_WAITING = 100


@require_GET
@signed_in
def calendar(request: AuthedRequest) -> HttpResponse:
    """A month: the drills of a school, or for a level above how many a day."""
    first = _month(request.GET.get("month", ""))
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    since, until = weeks[0][0], weeks[-1][-1]
    by = request.actor
    many = by.is_supervisor
    days: dict[datetime.date, Any] = {}
    if many:
        days = dict(overview.days_of(by, since, until))
    else:
        for drill in overview.drills_between(by, since, until, MOST_IN_MONTH):
            days.setdefault(drill.record.happened_on, []).append(drill)
    feed = feeds.own_feed(by)
    facts = {
        "first": first, "weeks": [[(day, days.get(day)) for day in week] for week in weeks], "many": many,
        "listed": [(day, shown) for day, shown in sorted(days.items()) if day.month == first.month],
        "before": first - datetime.timedelta(days=1), "after": first + datetime.timedelta(days=31),
        "today": timezone.localdate(), "feed": _address(request, "emergency:feed_file", feeds.token_of(feed)) if feed else "",
        "may_write": by.may(Permission.DRILL_WRITE) and not many,
    }  # fmt: skip
    return render(request, "emergency/calendar.html", facts)


@require_POST
@signed_in
def feed(request: AuthedRequest) -> HttpResponse:
    """A new address for one's own calendar, or none any more."""
    unit: Any = get_visible(Unit, request.actor, key=request.actor.unit_key)
    if request.POST.get("end"):
        end_feed(unit, by=request.actor)
        messages.success(request, _("日历地址已停用。"))
    else:
        renew_feed(unit, by=request.actor)
        messages.success(request, _("新地址已生成，以前的地址不再有效。"))
    return redirect("emergency:calendar")


@require_GET
def feed_file(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar for the program of the person who has the address."""
    by = feeds.reader_of(token)
    name, events = feeds.events_of(by, lambda page, value: _address(request, page, value))
    response = HttpResponse(
        ical.calendar(name, events), content_type="text/calendar; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'inline; filename="drills.ics"'
    response.headers["Cache-Control"] = "private, max-age=1800"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_GET
@signed_in
def overview_page(request: AuthedRequest) -> HttpResponse:
    """The quarter's rate, who has not drilled, the year by unit and kind."""
    by = request.actor
    if not by.may(Permission.UNIT_RANK):
        raise Forbidden(_("这一页是上级单位用的。"))
    today = timezone.localdate()
    year = _year(request.GET.get("year", ""), today)
    units = Unit.objects.within(by.units).filter(state="active", profile__is_site=True)
    page = keyset_page(units, order=["key"], cursor=request.GET.get("after", ""), size=50)
    held, owed = overview.quarter_rate(by, today)
    facts = {
        "year": year, "years": range(today.year, today.year - 3, -1), "kinds": Kind.labels, "page": page,
        "rows": overview.matrix(by, page.rows, year), "held": held, "owed": owed,
        "waiting": overview.not_drilled(by, today)[:MOST_WAITING], "more_waiting": owed - held - MOST_WAITING, "may_nudge": by.may(Permission.SUPERVISION_WRITE),
    }  # fmt: skip
    return render(request, "emergency/overview.html", facts)


@require_POST
@signed_in
def nudge_schools(request: AuthedRequest) -> HttpResponse:
    """Ask those who have not drilled this quarter."""
    unit: Any = get_visible(Unit, request.actor, key=request.actor.unit_key)
    count = nudge(unit, by=request.actor, units=request.POST.getlist("unit"))
    messages.success(request, _("已提醒 %(n)d 所学校；同一天只提醒一次。") % {"n": count})
    return redirect("emergency:overview")


def _address(request: HttpRequest, page: str, value: str) -> str:
    if page == "emergency:drills":
        return request.build_absolute_uri(f"{reverse(page)}?on={value}")
    return request.build_absolute_uri(reverse(page, args=[value]))


def _month(text: str) -> datetime.date:
    """The first of the month asked for as 2026-11; else of this month."""
    try:
        first = datetime.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 -- a month of the calendar
    except ValueError:
        first = timezone.localdate().replace(day=1)
    if not FIRST_YEAR <= first.year < LAST_YEAR:
        first = timezone.localdate().replace(day=1)
    return first


def _year(text: str, today: datetime.date) -> int:
    return int(text) if text.isdecimal() and FIRST_YEAR <= int(text) < LAST_YEAR else today.year
