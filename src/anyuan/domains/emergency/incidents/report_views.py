"""Written reports: writing one, reading it, its papers, and that the desk has it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents import documents, queries
from anyuan.domains.emergency.incidents.forms import ReportForm
from anyuan.domains.emergency.incidents.models import Incident, ReportKind
from anyuan.domains.emergency.incidents.ranks import is_desk
from anyuan.domains.emergency.incidents.services.reporting import facts_of
from anyuan.domains.emergency.incidents.services.reports import receive_report, send_report
from anyuan.engines.notices.printing import DOCX, PDF, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission, Role

FACTS = (
    "happened_at", "place", "hurt", "injured", "serious", "dead", "missing", "contact", "contact_phone", "cause",
)  # fmt: skip
LAST = ("what", "people", "measures", "cause", "opinion", "next_steps", "contact", "contact_phone", "approved_by")  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def report_new(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """Write and send a report; what is known, and what the last one said, stands in it."""
    incident = queries.one(request.actor, pk)
    if kind not in ReportKind.values:
        raise Missing
    if not request.actor.may(Permission.INCIDENT_MANAGE):
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    form = ReportForm(request.POST or None, initial=_known(request, incident))
    if request.method == "POST" and form.is_valid():
        said = form.said()
        if "happened_at" not in form.changed_data:
            said["happened_at"] = incident.happened_at
        try:
            report = send_report(
                incident, by=request.actor, kind=kind, report_id=form.once(), **said
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("%(title)s已报送。") % {"title": report.title})
            return redirect("incidents:report", report.pk)
    facts = {"incident": incident, "form": form, "kind": kind, "title": ReportKind(kind).label}
    return render(request, "incidents/report_new.html", facts, status=422 if form.errors else 200)


def _known(request: AuthedRequest, incident: Incident) -> dict[str, Any]:
    known = dict(facts_of(incident, FACTS))
    known["what"] = incident.summary
    if request.actor.role == Role.PRINCIPAL:
        known["approved_by"] = request.actor.name
    if last := queries.last_report(incident):
        known |= {name: getattr(last, name) for name in LAST}
    return known


@require_GET
@signed_in
def report_one(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One report as it was sent."""
    report = queries.report_of(request.actor, pk)
    facts = {
        "report": report, "rows": documents.facts(report), "title": documents.title_of(report),
        "may_receive": is_desk(request.actor) and request.actor.may(Permission.INCIDENT_MANAGE),
    }  # fmt: skip
    return render(request, "incidents/report.html", facts)


@require_GET
@signed_in
def report_paper(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The report as Word or PDF."""
    report = queries.report_of(request.actor, pk)
    if kind not in {"docx", "pdf"}:
        raise Missing
    body = documents.docx(report) if kind == "docx" else documents.pdf(report)
    name = f"{documents.title_of(report)} {report.incident.number}"
    note(Audit.Action.EXPORT, name, by=request.actor, request=request)
    return download(body, f"{name}.{kind}", DOCX if kind == "docx" else PDF)


@require_POST
@signed_in
def report_receive(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The desk signs for a report."""
    report = queries.report_of(request.actor, pk)
    receive_report(report, by=request.actor)
    messages.success(request, _("已签收。"))
    return redirect("incidents:report", report.pk)
