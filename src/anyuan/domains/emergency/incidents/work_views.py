"""The commander's work: lines of the timeline, telephone calls, changed facts, tasks."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents import forms, queries
from anyuan.domains.emergency.incidents.models import TaskState
from anyuan.domains.emergency.incidents.services import commanding, reporting
from anyuan.domains.emergency.incidents.views import show_incident
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission


@require_POST
@signed_in
def entry_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Write a line of the timeline."""
    incident = queries.one(request.actor, pk)
    form = forms.EntryForm(request.POST)
    if form.is_valid():
        try:
            reporting.add_note(incident, by=request.actor, **form.cleaned_data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录。"))
            return redirect("incidents:detail", incident.pk)
    return show_incident(request, incident, bound=("entry", form), status=422)


@require_http_methods(["GET", "POST"])
@signed_in
def facts_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """New figures, place and time put right."""
    incident = queries.one(request.actor, pk)
    _ask(request, Permission.INCIDENT_MANAGE)
    names = ("hurt", "injured", "serious", "dead", "missing", "place", "happened_at")
    form = forms.FactsForm(request.POST or None, initial=reporting.facts_of(incident, names))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            facts = {"place": data["place"], **form.figures()}
            if "happened_at" in form.changed_data:
                facts["happened_at"] = data["happened_at"]
            reporting.update_facts(
                incident, by=request.actor, hurt=data["hurt"], note=data["note"], **facts
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已更新，有关上级已收到通知。"))
            return redirect("incidents:detail", incident.pk)
    return _form_page(request, incident, form, _("更新情况"), "incidents/facts.html")


@require_http_methods(["GET", "POST"])
@signed_in
def phone_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """It was reported by telephone."""
    incident = queries.one_near(request.actor, pk)
    _ask(request, Permission.INCIDENT_REPORT)
    form = forms.PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reporting.note_phone(incident, by=request.actor, **form.cleaned_data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录电话报告。"))
            return redirect("incidents:note", incident.pk)
    return _form_page(request, incident, form, _("记录电话报告"))


@require_http_methods(["GET", "POST"])
@signed_in
def task_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Give somebody something to do."""
    incident = queries.one(request.actor, pk)
    _ask(request, Permission.INCIDENT_MANAGE)
    form = forms.TaskForm(request.POST or None, people=queries.people_at(incident.unit))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            commanding.add_task(
                incident, by=request.actor, text=data["text"], owner_id=data["owner"],
                owner_name=data["owner_name"], due_at=data["due_at"], task_id=form.once(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("任务已下达。"))
            return redirect("incidents:detail", incident.pk)
    return _form_page(request, incident, form, _("下达任务"))


@require_POST
@signed_in
def task_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A task is done, or dropped."""
    task = queries.task_of(request.actor, pk)
    commanding.end_task(
        task, by=request.actor, state=request.POST.get("state", TaskState.DONE),
        result=request.POST.get("result", ""),
    )  # fmt: skip
    messages.success(request, _("已办结。"))
    if request.actor.may(Permission.INCIDENT_READ):
        return redirect("incidents:detail", task.incident_id)
    return redirect("incidents:mine")


def _ask(request: AuthedRequest, permission: Permission) -> None:
    """A form is shown only to who may send it."""
    if not request.actor.may(permission):
        raise Forbidden(_("您的岗位不能进行此项操作。"))


def _form_page(
    request: AuthedRequest, incident: Any, form: Any, title: str, template: str = "incidents/form.html"
) -> HttpResponse:  # fmt: skip
    facts = {"incident": incident, "form": form, "title": title, "now": timezone.localtime()}
    return render(request, template, facts, status=422 if form.errors else 200)
