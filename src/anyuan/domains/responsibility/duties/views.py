"""Pages of the duty network: a unit's chart, its seats, what is missing in the units below."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.duties import queries
from anyuan.domains.responsibility.duties.forms import SeatForm, seat_initial
from anyuan.domains.responsibility.duties.models import Seat
from anyuan.domains.responsibility.duties.services import network as services
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of


@require_GET
@signed_in
def network(request: AuthedRequest) -> HttpResponse:
    """The own unit's network; a campus shows its school's where it may."""
    return _chart(request, queries.unit_in(request.actor, request.actor.unit_key))


@require_GET
@signed_in
def network_of(request: AuthedRequest, key: str) -> HttpResponse:
    """A unit's network."""
    return _chart(request, queries.unit_in(request.actor, key))


def _chart(request: AuthedRequest, unit: Unit) -> HttpResponse:
    by = request.actor
    if not by.may(Permission.RECORD_READ):
        raise Forbidden(_("您的岗位不能查看责任网络。"))
    facts = {
        "unit": unit, "chart": queries.chart_of(by, unit),
        "may_write": by.may(Permission.DUTY_WRITE) and unit.state == Unit.State.ACTIVE,
        "own": unit.key == by.unit_key,
    }  # fmt: skip
    return render(request, "duties/network.html", facts)


@require_GET
@signed_in
def below(request: AuthedRequest) -> HttpResponse:
    """The units below: who lacks a head, a holder, a leader's duty."""
    if not request.actor.is_supervisor:
        raise Forbidden(_("由市或辖市区查看下属单位的责任网络。"))
    lacking, text = request.GET.get("lacking") == "1", request.GET.get("q", "").strip()
    rows = queries.below(request.actor, lacking=lacking, text=text)
    page = keyset_page(rows, order=["key"], cursor=request.GET.get("after", ""), size=50)
    facts = {"page": page, "lacking": lacking, "q": text}
    return render(request, "duties/below.html", facts)


@require_POST
@signed_in
def start(request: AuthedRequest, key: str) -> HttpResponse:
    """Begin with the usual seats."""
    unit = queries.unit_in(request.actor, key)
    try:
        services.start_network(unit, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("已按常见分工建好，请逐项补上责任人。"))
    return redirect("duties:network_of", unit.key)


@require_http_methods(["GET", "POST"])
@signed_in
def seat_new(request: AuthedRequest, key: str) -> HttpResponse:
    unit = queries.unit_in(request.actor, key)
    _refuse_reader(request)
    form = _form(request, unit, None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_seat(
                unit, by=request.actor, seat_id=form.once(), parent=_parent(form, request), **form.facts()
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已添加。"))
            return redirect("duties:network_of", unit.key)
    facts = {"form": form, "unit": unit}
    return render(request, "duties/seat.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def seat_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    seat = get_visible(Seat, request.actor, pk=pk, select=("unit",))
    _refuse_reader(request)
    form = _form(request, seat.unit, seat)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_seat(
                seat, by=request.actor, parent=_parent(form, request), **form.facts()
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("duties:network_of", seat.unit_id)
    facts = {"form": form, "unit": seat.unit, "seat": seat}
    return render(request, "duties/seat.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def seat_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    seat = get_visible(Seat, request.actor, pk=pk, select=("unit",))
    try:
        services.end_seat(seat, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(
            request, _("已删去“%(title)s”，原来的记录保留在历史中。") % {"title": seat.title}
        )
    return redirect("duties:network_of", seat.unit_id)


def _refuse_reader(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.DUTY_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作，请联系本单位安全干部。"))


def _form(request: AuthedRequest, unit: Unit, seat: Seat | None) -> SeatForm:
    people = {
        post.person_id: f"{post.person.name}（{post.get_role_display()}）"
        for post in staff_of(unit)
    }
    rows = queries.seats_of(request.actor, unit)
    seats = [(str(one.pk), one.title) for one in rows if seat is None or one.pk != seat.pk]
    initial: Any = seat_initial(seat) if seat is not None else None
    return SeatForm(
        request.POST or None, unit=unit, people=list(people.items()), seats=seats, initial=initial
    )


def _parent(form: SeatForm, request: AuthedRequest) -> Seat | None:
    chosen = form.cleaned_data["parent"]
    return get_visible(Seat, request.actor, pk=chosen) if chosen else None
