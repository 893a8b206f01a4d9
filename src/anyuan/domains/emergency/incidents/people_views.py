"""The injured behind their seal, the hand-over note, and the school's rescue card."""

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
from anyuan.domains.emergency.incidents import documents, queries
from anyuan.domains.emergency.incidents.acting import cards_of, offered, plans_for, started
from anyuan.domains.emergency.incidents.forms import CardForm, InjuredForm
from anyuan.domains.emergency.incidents.models import Incident
from anyuan.domains.emergency.incidents.services.people import (
    add_injured,
    change_injured,
    save_card,
    why_sealed,
)
from anyuan.engines.notices.printing import PDF, download
from anyuan.org.audit import read_sensitive
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


@require_POST
@signed_in
def people(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The list of the injured with their names; each opening is logged."""
    incident = queries.one(request.actor, pk)
    _ask(request, incident)
    read_sensitive(f"查看突发事件 {incident.number} 的伤者名单", by=request.actor)
    rows = queries.people_of(incident)
    return render(request, "incidents/people.html", {"incident": incident, "rows": rows})


@require_http_methods(["GET", "POST"])
@signed_in
def person_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Put down somebody who is hurt."""
    incident = queries.one(request.actor, pk)
    _ask(request, incident)
    form = InjuredForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_injured(incident, by=request.actor, person_id=form.once(), **form.facts())
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记，姓名和伤情加密保存。"))
            return redirect("incidents:detail", incident.pk)
    return _person_page(request, incident, form, _("登记伤者"))


@require_http_methods(["GET", "POST"])
@signed_in
def person_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """How somebody is now; opening it shows the name, and is logged."""
    person = queries.injured_one(request.actor, pk)
    incident = person.incident
    _ask(request, incident)
    if request.method == "GET":
        read_sensitive(f"查看突发事件 {incident.number} 的一名伤者", by=request.actor)
    form = InjuredForm(request.POST or None, initial=InjuredForm.known(person))
    if request.method == "POST" and form.is_valid():
        try:
            change_injured(person, by=request.actor, **form.facts())
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已更新。"))
            return redirect("incidents:detail", incident.pk)
    return _person_page(request, incident, form, _("更新伤者情况"))


def _ask(request: AuthedRequest, incident: Incident) -> None:
    if why := why_sealed(incident, request.actor):
        raise Forbidden(why)


def _person_page(request: AuthedRequest, incident: Incident, form: Any, title: str) -> HttpResponse:
    facts = {"incident": incident, "form": form, "title": title}
    return render(request, "incidents/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def hand_over(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """What to say to 110, 119 and 120, in big letters, with the numbers to dial."""
    incident = queries.one_near(request.actor, pk)
    card = queries.card_of(incident.unit)
    # Right after the report nobody has started a plan: the one that fits tells what to do first.
    plans = plans_for(incident)
    plan = started(incident, plans) if incident.plan else next(iter(offered(plans)), None)
    facts = {
        "plan": plan, "cards": cards_of(plan), "may_plan": request.actor.may(Permission.RECORD_READ),
        "incident": incident, "card": card, "note": documents.hand_over(incident, card),
        "may_read": request.actor.may(Permission.INCIDENT_READ),
        "may_write": request.actor.may(Permission.INCIDENT_MANAGE),
        "may_phone": request.actor.may(Permission.INCIDENT_REPORT),
    }  # fmt: skip
    return render(request, "incidents/note.html", facts)


@require_GET
@signed_in
def hand_over_pdf(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The same on one page for printing."""
    incident = queries.one_near(request.actor, pk)
    body = documents.hand_over_pdf(incident, queries.card_of(incident.unit))
    return download(body, f"突发事件交接单 {incident.number}.pdf", PDF)


@require_http_methods(["GET", "POST"])
@signed_in
def card(request: AuthedRequest, key: str) -> HttpResponse:
    """A school's rescue card: read by everybody there, written by who commands."""
    unit: Unit = get_visible(Unit, request.actor, key=key)
    found = queries.card_of(unit)
    own = found if found and found.unit_id == unit.key else None
    writes = request.actor.may(Permission.INCIDENT_MANAGE)
    known = CardForm.known(found) if found else {}
    form = CardForm(request.POST or None, initial=known)
    if request.method == "POST" and not writes:
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    if request.method == "POST" and form.is_valid():
        try:
            save_card(unit, by=request.actor, **form.cleaned_data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("救援信息卡已保存。"))
            return redirect("incidents:card", unit.key)
    facts = {"unit": unit, "card": found, "own": own, "form": form, "writes": writes}
    return render(request, "incidents/card.html", facts, status=422 if form.errors else 200)
