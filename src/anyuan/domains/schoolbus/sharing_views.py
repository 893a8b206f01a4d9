"""Pages of sharing: what is offered in the city, an offer, a request, each party's page of a sharing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.schoolbus.models import BusOffer, BusSide, Party, SharingState
from anyuan.domains.schoolbus.queries import offers_of, sides_of, trips_by_month
from anyuan.domains.schoolbus.services.sharing import (
    accept_sharing,
    ask_sharing,
    close_offer,
    confirm_cost,
    consent_sharing,
    decline_sharing,
    end_sharing,
    object_sharing,
    offer_bus,
    permit_sharing,
    write_cost,
)
from anyuan.domains.schoolbus.shared import offer_open, offers_open
from anyuan.domains.schoolbus.sharing_forms import (
    AcceptForm,
    AskForm,
    CostForm,
    OfferForm,
    PermitForm,
)
from anyuan.domains.schoolbus.views import school_of
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission

NOT_YOURS = "您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"


@require_GET
@signed_in
def sharing_home(request: AuthedRequest) -> HttpResponse:
    """What the city's schools offer, and the sharings that concern the actor's units."""
    by, text = request.actor, request.GET.get("q", "").strip()[:30]
    page = keyset_page(sides_of(by), order=["-record_id"], cursor=request.GET.get("after", ""), size=30)  # fmt: skip
    context = {
        "q": text,
        "offers": [one for one in offers_open(text=text) if one.unit_key != by.unit_key],
        "own": list(offers_of(by)[:20]),
        "page": page,
        "may_write": by.may(Permission.BUS_WRITE),
        "supervises": by.is_supervisor,
    }
    return render(request, "schoolbus/sharing_home.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def offer_new(request: AuthedRequest) -> HttpResponse:
    unit = school_of(request)
    form = OfferForm(request.POST or None, by=request.actor, unit_key=unit.key)
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "form_id"}
        try:
            offer = offer_bus(unit, by=request.actor, record_id=form.once(), **facts)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已公布，全市学校都能看到。"))
            return redirect("schoolbus:offer", offer.pk)
    context = {"form": form, "unit": unit, "title": _("提供校车余座"), "button": _("公布")}
    return render(request, "schoolbus/form.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def offer_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The provider's page of an offer, with the requests for it."""
    offer: Any = get_visible(BusOffer, request.actor, pk=pk, select=("unit", "record", "bus"))
    sides = sides_of(request.actor).filter(sharing__offer_id=offer.pk, party=Party.PROVIDER)
    context = {"offer": offer, "sides": sides, "may_write": request.actor.may(Permission.BUS_WRITE)}
    return render(request, "schoolbus/offer.html", context)


@require_POST
@signed_in
def offer_close(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    offer: Any = get_visible(BusOffer, request.actor, pk=pk, select=("unit", "record"))
    close_offer(offer, by=request.actor)
    messages.success(request, _("已结束，不再接受新的申请。"))
    return redirect("schoolbus:offer", offer.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def offer_ask(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for seats that another school offers to all."""
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_(NOT_YOURS))
    unit, offer = school_of(request), offer_open(pk)
    initial = {"since": offer.since, "until": offer.until}
    form = AskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "form_id"}
        try:
            side = ask_sharing(unit, by=request.actor, offer_id=pk, record_id=form.once(), **facts)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已向%(school)s提出申请。") % {"school": offer.school})
            return redirect("schoolbus:side", side.pk)
    hint = _("%(school)s %(plate)s，可提供 %(seats)s 座，%(times)s，%(area)s") % {
        "school": offer.school, "plate": offer.plate, "seats": offer.seats, "times": offer.times, "area": offer.area}  # fmt: skip
    context = {"form": form, "unit": unit, "title": _("申请共享校车"), "hint": hint, "button": _("提出申请")}  # fmt: skip
    return render(request, "schoolbus/form.html", context, status=422 if form.errors else 200)


def _side(request: AuthedRequest, pk: uuid.UUID) -> Any:
    return get_visible(BusSide, request.actor, pk=pk, select=("unit", "record", "sharing"))


@require_GET
@signed_in
def side_page(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _page(request, _side(request, pk))


def _page(
    request: AuthedRequest, side: Any, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """One party's page of a sharing: the facts, how far it is, the next step where it is theirs."""
    by, sharing = request.actor, side.sharing
    writes = by.may(Permission.BUS_WRITE)
    given = sharing.provider_consent_at if side.party == Party.PROVIDER else sharing.borrower_consent_at  # fmt: skip
    step = _step(side, by=by, writes=writes, consented=given is not None)
    cost = isinstance(form, CostForm)
    context = {
        "side": side,
        "sharing": sharing,
        "step": step,
        "form": form if not cost else None,
        "cost_form": form if cost else CostForm(),
        "costs": list(sharing.costs.order_by("month")),
        "trips": trips_by_month(sharing.pk, by) if sharing.permit_no else [],
        "writes_cost": writes and side.party == Party.BORROWER and bool(sharing.permit_no),
        "confirms": writes and side.party == Party.PROVIDER,
        "may_end": writes and sharing.state == SharingState.PERMITTED,
        "may_decline": writes and sharing.state in {SharingState.ASKED, SharingState.ACCEPTED, SharingState.CONSENTED},
        "may_object": by.may(Permission.BUS_CONSENT)
        and sharing.state in {SharingState.ACCEPTED, SharingState.CONSENTED, SharingState.PERMITTED},
    }  # fmt: skip
    if form is None and step == "accept":
        context["form"] = AcceptForm(by=by, unit_key=side.unit_id)
    elif form is None and step == "permit":
        context["form"] = PermitForm(initial={"since": sharing.since, "until": sharing.until})
    return render(request, "schoolbus/side.html", context, status=status)


def _step(side: Any, *, by: Any, writes: bool, consented: bool) -> str:
    """What the actor can do next: accept | consent | permit, or nothing."""
    state = side.sharing.state
    if state == SharingState.ASKED and side.party == Party.PROVIDER and writes:
        return "accept"
    if state == SharingState.ACCEPTED and by.may(Permission.BUS_CONSENT) and not consented:
        return "consent"
    if state == SharingState.CONSENTED and side.party == Party.BORROWER and writes:
        return "permit"
    return ""


@require_POST
@signed_in
def side_accept(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    side = _side(request, pk)
    form = AcceptForm(request.POST, by=request.actor, unit_key=side.unit_id)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            accept_sharing(side, by=request.actor, driver=facts["driver"], fee=facts["fee"], duty=facts["duty"])  # fmt: skip
        except Refused as refusal:
            if refusal.status != 422:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已同意，请两地教育局审核。"))
            return redirect("schoolbus:side", side.pk)
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_(NOT_YOURS))
    return _page(request, side, form, status=422)


@require_POST
@signed_in
def side_permit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    side = _side(request, pk)
    form = PermitForm(request.POST, request.FILES)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            files = [keep_file(one, unit_id=side.unit_id, by=request.actor).pk for one in facts.pop("files")]  # fmt: skip
            permit_sharing(side, by=request.actor, file_ids=files, **facts)
        except Refused as refusal:
            if refusal.status != 422:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("临时许可已登记，现在可以用这辆车安排趟次。"))
            return redirect("schoolbus:side", side.pk)
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_(NOT_YOURS))
    return _page(request, side, form, status=422)


@require_POST
@signed_in
def side_cost(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A month's cost written down by who uses the bus."""
    side = _side(request, pk)
    form = CostForm(request.POST)
    if form.is_valid():
        try:
            write_cost(side, by=request.actor, **form.cleaned_data)
        except Refused as refusal:
            if refusal.status == 403:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("费用已登记，等提供方确认。"))
            return redirect("schoolbus:side", side.pk)
    if not request.actor.may(Permission.BUS_WRITE):
        raise Forbidden(_(NOT_YOURS))
    return _page(request, side, form, status=422)


@require_POST
@signed_in
def side_step(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Steps without a form of their own: consent, objection, declining, ending, confirming a cost."""
    side, by = _side(request, pk), request.actor
    what, why = request.POST.get("step", ""), request.POST.get("why", "")
    if what == "consent":
        consent_sharing(side, by=by)
    elif what == "object":
        object_sharing(side, by=by, why=why)
    elif what == "decline":
        decline_sharing(side, by=by, why=why)
    elif what == "end":
        end_sharing(side, by=by, why=why)
    elif what == "confirm":
        confirm_cost(side, by=by, cost_id=uuid_or_missing(request.POST.get("cost", "")))
    else:
        raise Refused(_("请选择要办理的事项。"))
    messages.success(request, _("已办理。"))
    return redirect("schoolbus:side", side.pk)
