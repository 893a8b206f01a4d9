"""Pages of incidents: the list, the first report, the commander's page and its steps."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents import forms, queries
from anyuan.domains.emergency.incidents.acting import (
    cards_of,
    named,
    offered,
    plans_for,
    started,
)
from anyuan.domains.emergency.incidents.content import content
from anyuan.domains.emergency.incidents.exports import register
from anyuan.domains.emergency.incidents.models import Incident, Source
from anyuan.domains.emergency.incidents.ranks import is_desk
from anyuan.domains.emergency.incidents.services.commanding import step_incident
from anyuan.domains.emergency.incidents.services.people import why_sealed
from anyuan.domains.emergency.incidents.services.reporting import report_incident
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, stages
from anyuan.engines.notices.printing import XLSX, download
from anyuan.engines.notices.sides import files_of
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Person, Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission
from anyuan.org.queries import units_of

FOUND = 20  # schools offered for a name that a desk typed


@require_GET
@signed_in
def incident_list(request: AuthedRequest) -> HttpResponse:
    """All incidents one sees, as filtered in the address; newest first."""
    if not request.actor.may(Permission.INCIDENT_READ):
        if request.actor.may(Permission.INCIDENT_REPORT):
            return redirect("incidents:mine")
        raise Forbidden(_("您的岗位不能查看突发事件。"))
    form = forms.FilterForm(request.GET)
    form.is_valid()
    rows = queries.filtered(request.actor, form.cleaned_data)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    facts = {
        "page": page,
        "lines": [(row, queries.LATENESS.get(queries.lateness(row))) for row in page.rows],
        "form": form,
        "counts": queries.counts(request.actor),
        "states": registry.get("incident").states,
        "may_report": request.actor.may(Permission.INCIDENT_REPORT),
        "may_export": request.actor.may(Permission.EXPORT_RUN),
    }
    return render(request, "incidents/list.html", facts)


@require_GET
@signed_in
def incident_export(request: AuthedRequest) -> HttpResponse:
    """The list as a workbook, exactly as filtered."""
    if not request.actor.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    form = forms.FilterForm(request.GET)
    form.is_valid()
    return download(
        register(request.actor, form.cleaned_data, request=request), "突发事件.xlsx", XLSX
    )


@require_http_methods(["GET", "POST"])
@signed_in
def incident_new(request: AuthedRequest) -> HttpResponse:
    """The first report: what, where, hurt, one line."""
    unit = _unit_of(request)
    kind = forms.DeskForm if is_desk(request.actor) else forms.QuickForm
    form = kind(request.POST or None, request.FILES or None, initial=_initial(request))
    if unit is not None and request.method == "POST" and form.is_valid():
        try:
            incident = _report(request, unit, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已报告，上级已收到通知。请继续救助，拨打急救电话。"))
            return redirect("incidents:note", incident.pk)
    facts = {
        "form": form, "unit": unit, "units": _sites(request), "kinds": content().kinds.values(),
        "chosen": form["kind"].value(), "offered": _offered(request) if unit is None else [],
    }  # fmt: skip
    return render(request, "incidents/new.html", facts, status=422 if form.errors else 200)


def _initial(request: AuthedRequest) -> dict[str, Any]:
    """A school's person is their own contact; a desk asks for the school's."""
    facts: dict[str, Any] = {"kind": request.GET.get("type"), "source": Source.SCHOOL}
    if not is_desk(request.actor) and isinstance(request.user, Person):
        facts |= {"contact": request.user.name, "contact_phone": request.user.phone or ""}
    return facts


def _sites(request: AuthedRequest) -> list[Unit]:
    """The school and its campuses; a desk looks for the school by name."""
    if request.actor.is_supervisor:
        return []
    rows = units_of(request.actor).filter(kind__in=["school", "campus"])
    return list(rows.order_by("key"))


def _offered(request: AuthedRequest) -> list[Unit]:
    words = request.GET.get("school", "").strip()
    if not words:
        return []
    rows = units_of(request.actor, text=words).filter(kind__in=["school", "campus"])
    return list(rows.order_by("key")[:FOUND])


def _unit_of(request: AuthedRequest) -> Unit | None:
    key = request.POST.get("unit") or request.GET.get("unit") or ""
    if not key and not request.actor.is_supervisor:
        key = request.actor.unit_key
    unit: Unit | None = get_visible(Unit, request.actor, key=key) if key else None
    return unit


def _report(request: AuthedRequest, unit: Unit, form: forms.QuickForm) -> Incident:
    facts = form.facts()
    if not request.actor.may(Permission.INCIDENT_REPORT):
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    files = [
        keep_file(one, unit_id=unit.key, by=request.actor).pk for one in form.cleaned_data["files"]
    ]
    return report_incident(unit, by=request.actor, file_ids=files, record_id=form.once(), **facts)


@require_GET
@signed_in
def incident_mine(request: AuthedRequest) -> HttpResponse:
    """What one reported, and what one is asked to do."""
    if not request.actor.may(Permission.INCIDENT_REPORT):
        raise Forbidden(_("您的岗位不能报告突发事件。"))
    return render(request, "incidents/mine.html", queries.mine(request.actor))


@require_GET
@signed_in
def incident_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return show_incident(request, queries.one(request.actor, pk))


@require_POST
@signed_in
def incident_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    incident = queries.one(request.actor, pk)
    step = registry.get("incident").transition(transition)
    if step is None:
        raise Missing
    form = (
        step.form(request.POST, initial=_known(incident, plans_for(incident)))
        if step.form
        else None
    )
    if form is None or form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            step_incident(
                incident, by=request.actor, transition=transition,
                data=dict(form.cleaned_data) if form else {}, seen=int(seen) if seen.isdigit() else None,
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            if form is None:
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("incidents:detail", incident.pk)
    fresh = queries.one(request.actor, pk)
    return show_incident(request, fresh, bound=(transition, form), status=422)


def show_incident(
    request: AuthedRequest, incident: Incident, *, bound: tuple[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The commander's page; `bound` is a form that was refused, by its step or part."""
    by, case = request.actor, incident.record.case
    lines, broken = queries.timeline_of(incident)
    manages = by.may(Permission.INCIDENT_MANAGE)
    plans = plans_for(incident)
    plan = started(incident, plans)
    facts = {
        "incident": incident,
        "plan": plan,
        "cards": cards_of(plan),
        "may_plan": by.may(Permission.RECORD_READ),
        "case": case,
        "state": case.state_spec,
        "level": incident.level_spec,
        "stages": stages(case),
        "actions": _actions(incident, request, bound, _known(incident, plans)),
        "lateness": queries.LATENESS.get(queries.lateness(incident)),
        "marks": queries.marks(incident),
        "lines": lines,
        "broken": broken,
        "tasks": queries.tasks_of(incident),
        "reports": queries.reports_of(incident),
        "people": queries.people_count(incident),
        "why_sealed": why_sealed(incident, by),
        "manages": manages,
        "desk": is_desk(by),
        "alive": incident.record.state != "void",
        "entry_form": bound[1] if bound and bound[0] == "entry" else forms.EntryForm(),
        "photos": [file for file in files_of(incident.record) if file.is_image],
    }
    return render(request, "incidents/detail.html", facts, status=status)


def _actions(
    incident: Incident, request: AuthedRequest, bound: tuple[str, Any] | None, known: dict[str, Any]
) -> list[tuple[Any, Any, str]]:
    """What may be done now: the step that was refused first, what one may not do left out."""
    open_to = [
        one for one in choices(incident.record.case, incident, request.actor) if not one.why_not
    ]
    if bound:
        open_to.sort(key=lambda choice: choice.transition.key != bound[0])
    found = []
    for choice in open_to:
        step = choice.transition
        form = step.form(initial=known) if step.form else None
        if bound and bound[0] == step.key:
            form = bound[1]
        found.append((choice, form, reverse("incidents:act", args=[incident.pk, step.key])))
    return found


def _known(incident: Incident, plans: list[Any]) -> dict[str, Any]:
    return {
        "offered": [named(one, incident) for one in offered(plans)],
        "level": incident.level or incident.proposed,
        "plan": incident.plan,
        "cause": incident.cause,
        "lessons": incident.lessons,
    }
