"""Pages of a campaign's units: who stands where, one unit with its acceptance, problems, weekly note, nudge."""

from __future__ import annotations

import datetime
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.keys import subtree
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.campaigns import progress, queries
from anyuan.domains.campaigns.content import number
from anyuan.domains.campaigns.forms import AcceptForm, NoteForm
from anyuan.domains.campaigns.models import CampaignNote, Link, Task
from anyuan.domains.campaigns.services.work import accept_task, nudge_stalled, write_note
from anyuan.domains.campaigns.tasks import monday_of
from anyuan.domains.campaigns.views import MANAGE, needs_office, show_form
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

SIZE = 50


def page_number(request: AuthedRequest) -> int:
    """The page asked for; the first where the address says nonsense."""
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


@require_GET
@signed_in
def unit_list(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Units that take part, the slowest first: all, of an area, without a link's task done, or stalled."""
    campaign = queries.one(request.actor, pk)
    units = request.actor.units
    if area := request.GET.get("area", ""):
        units = subtree(get_visible(Unit, request.actor, key=area).key)
    rows = progress.units_of(campaign, units)
    since = timezone.localdate() - datetime.timedelta(
        days=number("stalled_days", campaign.template)
    )
    link = None
    if request.GET.get("link", "").isdecimal():
        link = get_object_or_404(Link, pk=request.GET["link"], campaign=campaign)
        undone = set(
            visible(Task, request.actor).filter(link=link, done_on__isnull=True)
            .values_list("unit_id", flat=True)
        )  # fmt: skip
        rows = [row for row in rows if row.key in undone]
    if request.GET.get("stalled"):
        rows = [row for row in rows if progress.is_stalled(row, campaign, since)]
    page = page_number(request)
    context = {
        "campaign": campaign, "rows": rows[(page - 1) * SIZE : page * SIZE], "all": len(rows), "link": link,
        "next": page + 1 if len(rows) > page * SIZE else 0, "stalled": request.GET.get("stalled"),
    }  # fmt: skip
    return render(request, "campaigns/units.html", context)


@require_GET
@signed_in
def unit_one(request: AuthedRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """One unit: its links with the records that did them, acceptance, its problems and notes."""
    by = request.actor
    campaign = queries.one(by, pk)
    unit = get_visible(Unit, by, key=key)
    tasks = queries.tasks_of(campaign, unit.key, by)
    if not tasks:
        raise Missing
    notes = visible(CampaignNote, by).filter(campaign=campaign, unit=unit).order_by("-monday")[:8]
    context = {
        "campaign": campaign, "unit": unit, "tasks": tasks, "notes": list(notes),
        "findings": progress.findings(campaign, subtree(unit.key)),
        "may_accept": by.may(MANAGE) and campaign.running,
    }  # fmt: skip
    return render(request, "campaigns/unit.html", context)


@require_POST
@signed_in
def accept(request: AuthedRequest, pk: uuid.UUID, key: str, task: int) -> HttpResponse:
    """A link of a unit is accepted, or given back with the reason."""
    campaign = queries.one(request.actor, pk)
    unit = get_visible(Unit, request.actor, key=key)
    row = get_visible(Task, request.actor, pk=task, unit=unit, campaign=campaign)
    form = AcceptForm(request.POST)
    needs_office(request.actor)
    if not form.is_valid():
        raise Refused(_("请选择通过或退回；原因不超过 200 字。"))
    passed = form.cleaned_data["passed"] == "1"
    try:
        accept_task(
            unit, by=request.actor, campaign=campaign, task=row, passed=passed,
            reason=form.cleaned_data["reason"],
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已通过验收。") if passed else _("已退回，并通知学校。"))
    return redirect("campaigns:unit", campaign.pk, unit.key)


@require_GET
@signed_in
def finding_list(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The 销号 list: problem, measure, responsible person, time limit, and how it stands."""
    campaign = queries.one(request.actor, pk)
    only = request.GET.get("only", "")
    rows = progress.findings(campaign, request.actor.units, only=only)
    page = page_number(request)
    context = {
        "campaign": campaign, "rows": rows[(page - 1) * SIZE : page * SIZE], "all": len(rows),
        "only": only, "next": page + 1 if len(rows) > page * SIZE else 0,
        "may_export": request.actor.may(Permission.EXPORT_RUN),
    }  # fmt: skip
    return render(request, "campaigns/findings.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def note_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The week's note: money and words; all other figures are computed."""
    by = request.actor
    campaign = queries.one(by, pk)
    if not by.may(Permission.CAMPAIGN_WRITE) or by.is_supervisor:
        raise Forbidden(_("由参加的学校填写本周进展。"))
    unit = get_visible(Unit, by, key=by.unit_key)
    kept = visible(CampaignNote, by).filter(
        campaign=campaign, unit=unit, monday=monday_of(timezone.localdate())
    ).first()  # fmt: skip
    known = {"funds": kept.funds, "words": kept.words} if kept else {}
    form = NoteForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            write_note(
                unit, by=by, campaign=campaign, funds=data["funds"], words=data["words"],
                record_id=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("本周进展已保存。"))
            return redirect("campaigns:detail", campaign.pk)
    context = {"form": form, "title": _("本周进展"), "send": _("保存"), "campaign": campaign}
    return show_form(request, context)


@require_GET
@signed_in
def note_one(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One weekly note."""
    note = get_visible(CampaignNote, request.actor, pk=pk, select=("record", "unit"))
    campaign = queries.one(request.actor, note.campaign_id)
    return render(request, "campaigns/note.html", {"note": note, "campaign": campaign})


@require_POST
@signed_in
def nudge(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Remind the units where nothing moves."""
    by = request.actor
    campaign = queries.one(by, pk)
    unit = get_visible(Unit, by, key=by.unit_key)
    told = nudge_stalled(unit, by=by, campaign=campaign)
    messages.success(
        request,
        _("已提醒 %(told)s 人。") % {"told": told} if told else _("今天已经提醒过，不再重复。"),
    )
    return redirect("campaigns:detail", campaign.pk)
