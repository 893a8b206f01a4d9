"""Pages of campaigns: list, new, the board of one, its steps, links, summary and papers."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.keys import depth
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.campaigns import documents, progress, queries
from anyuan.domains.campaigns.content import templates
from anyuan.domains.campaigns.forms import DraftForm, LinkForm, SummaryForm, in_half_a_year
from anyuan.domains.campaigns.models import Accepted, Campaign, Draw, Link, Task
from anyuan.domains.campaigns.progress import Cell
from anyuan.domains.campaigns.services.running import (
    change_link,
    draft_campaign,
    step_campaign,
    write_summary,
)
from anyuan.engines.cases import registry
from anyuan.engines.cases.findings import new_url_name
from anyuan.engines.cases.queries import choices, stages, steps_of
from anyuan.engines.notices.printing import XLSX, download
from anyuan.org.actor import Actor, visible
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.models.unit import Stage
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

MANAGE = Permission.CAMPAIGN_MANAGE


def manages(by: Actor, campaign: Campaign) -> bool:
    """Whether the actor's office made it, or is above the one that did."""
    return by.may(MANAGE) and by.units.holds(campaign.unit_id)


def needs_office(by: Actor) -> None:
    if not by.may(MANAGE):
        raise Forbidden(_("由教育局组织专项整治。"))


def refuse_ended(campaign: Campaign) -> None:
    """No form opens that could not be saved."""
    if campaign.record.case.closed_at:
        raise Conflict(_("这次专项整治已经结束，不能再修改。"))


@require_GET
@signed_in
def campaign_list(request: AuthedRequest) -> HttpResponse:
    """All campaigns that concern the reader."""
    rows = queries.campaigns_of(request.actor)
    context = {"rows": rows, "may_make": request.actor.may(MANAGE)}
    return render(request, "campaigns/list.html", context)


def show_form(request: AuthedRequest, context: dict[str, Any]) -> HttpResponse:
    """A form, or again what was typed with the sentences beside the fields."""
    status = 422 if context["form"].errors else 200
    return render(request, "campaigns/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def campaign_new(request: AuthedRequest) -> HttpResponse:
    """A new campaign from a template."""
    needs_office(request.actor)
    unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    below = Unit.objects.within(request.actor.units).filter(parent_id=unit.key, state="active")
    today = timezone.localdate()
    form = DraftForm(
        request.POST or None,
        templates=[(one.key, one.title) for one in templates().values()],
        stages=Stage.choices,
        areas=list(below.order_by("key").values_list("key", "name")),
        initial={
            "starts_on": today, "ends_on": in_half_a_year(today),
            "name": next(iter(templates().values())).title,
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("form_id", None)
        try:
            made = draft_campaign(unit, by=request.actor, record_id=form.once(), **data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("方案已建好。核对重点环节后再启动。"))
            return redirect("campaigns:detail", made.pk)
    return show_form(request, {"form": form, "title": _("新建专项整治"), "send": _("建立方案")})


@require_GET
@signed_in
def campaign_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The board for an office; for a school what is left to do."""
    campaign = queries.one(request.actor, pk)
    if not request.actor.is_supervisor:
        return _school(request, campaign)
    return _board(request, campaign)


def is_over(task: Task) -> bool:
    """Nothing left to do: there is a record, and the office did not give the link back."""
    return task.done_on is not None and task.accepted != Accepted.BACK


def _school(request: AuthedRequest, campaign: Campaign) -> HttpResponse:
    by = request.actor
    tasks = queries.tasks_of(campaign, queries.school_of(by), by)
    found = progress.findings(campaign, by.units)
    may_do = by.may(Permission.CAMPAIGN_WRITE) and campaign.running
    ways = queries.ways(campaign, by.unit_key) if may_do else {}
    context = {
        "campaign": campaign, "state": campaign.record.case.state_spec,
        "left": [(task, ways.get(task.link_id, [])) for task in tasks if not is_over(task)],
        "done": [task for task in tasks if is_over(task)],
        "open": [one for one in found if not one.closed_at], "found": len(found),
        "phases": list(campaign.phases.all()), "new_finding": new_url_name(),
        "may_do": may_do, "may_write": may_do and by.unit_key == queries.school_of(by),
    }  # fmt: skip
    return render(request, "campaigns/school.html", context)


@dataclasses.dataclass(frozen=True)
class Line:
    """A row of the matrix: a link with the areas' cells in their order."""

    link: Link
    cells: list[tuple[str, Cell]]
    whole: Cell


def matrix(campaign: Campaign, by: Actor) -> tuple[list[tuple[str, str]], list[Line], Cell]:
    """(areas, lines, sum): the links × the units right below the reader's."""
    found = progress.cells(campaign, by.units, by.unit_key)
    keys = sorted({area for _link, area in found})
    names = dict(
        Unit.objects.within(by.units).filter(key__in=keys).values_list("key", "short_name")
    )
    lines = [
        Line(
            link,
            [(key, found.get((link.pk, key), Cell())) for key in keys],
            sum((found.get((link.pk, key), Cell()) for key in keys), Cell()),
        )
        for link in campaign.links.all()
    ]
    return [(key, names.get(key, "")) for key in keys], lines, progress.whole(found)


def _board(
    request: AuthedRequest, campaign: Campaign, *, bound: tuple[str, Any] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    by = request.actor
    case = campaign.record.case
    areas, lines, whole = matrix(campaign, by)
    frozen = progress.weeks(campaign, by.units)
    mine = manages(by, campaign)
    actions = [
        (
            one,
            bound[1] if bound and bound[0] == one.transition.key
            else one.transition.form() if one.transition.form else None,
            reverse("campaigns:act", args=[campaign.pk, one.transition.key]),
        )
        for one in (choices(case, campaign, by) if mine else [])
    ]  # fmt: skip
    context = {
        "campaign": campaign, "case": case, "state": case.state_spec, "stages": stages(case),
        "steps": steps_of(case) if mine else [], "actions": actions, "manages": mine,
        # A district's columns would be its schools: too many, so its matrix has one column.
        "areas": areas if depth(by.unit_key) == 1 else [], "lines": lines, "whole": whole,
        "weeks": [(f"{day:%m-%d}", cell) for day, cell in frozen],
        "stalled": progress.stalled(campaign, by.units)[:30] if campaign.running else [],
        "funds": progress.funds(campaign, by.units), "phases": list(campaign.phases.all()),
        "draws": list(visible(Draw, by).filter(campaign=campaign).order_by("-drawn_at")[:10]),
        "may_run": by.may(MANAGE) and campaign.running, "may_bulletin": by.may(MANAGE),
        "may_export": by.may(Permission.EXPORT_RUN),
    }  # fmt: skip
    return render(request, "campaigns/board.html", context, status=status)


@require_POST
@signed_in
def campaign_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop."""
    campaign = queries.one(request.actor, pk)
    step = registry.get("campaign").transition(transition)
    if step is None:
        raise Refused(_("没有这个操作，请刷新页面。"))
    needs_office(request.actor)
    form = step.form(request.POST) if step.form else None
    if form is None or form.is_valid():
        seen = request.POST.get("seen", "")
        step_campaign(
            campaign, by=request.actor, transition=transition,
            data=dict(form.cleaned_data) if form else {}, seen=int(seen) if seen.isdecimal() else None,
        )  # fmt: skip
        messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
        return redirect("campaigns:detail", campaign.pk)
    return _board(request, campaign, bound=(transition, form), status=422)


@require_http_methods(["GET", "POST"])
@signed_in
def link_edit(request: AuthedRequest, pk: uuid.UUID, link: int) -> HttpResponse:
    """A key link in the office's own words."""
    campaign = queries.one(request.actor, pk)
    if not manages(request.actor, campaign):
        raise Forbidden(_("由发起的教育局修改重点环节。"))
    refuse_ended(campaign)
    row = get_object_or_404(Link, pk=link, campaign=campaign)
    form = LinkForm(
        request.POST or None,
        initial={
            "title": row.title, "advice": row.advice, "items": "\n".join(row.items),
            "categories": row.categories, "due_on": row.due_on,
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            change_link(campaign, by=request.actor, link=row, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("campaigns:detail", campaign.pk)
    context = {"form": form, "title": _("修改重点环节"), "send": _("保存"), "campaign": campaign}
    return show_form(request, context)


@require_http_methods(["GET", "POST"])
@signed_in
def summary_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The words of the summary."""
    campaign = queries.one(request.actor, pk)
    if not manages(request.actor, campaign):
        raise Forbidden(_("由发起的教育局写总结。"))
    refuse_ended(campaign)
    names = ("done_words", "problem_words", "next_words", "standing")
    form = SummaryForm(
        request.POST or None, initial={name: getattr(campaign, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        try:
            write_summary(campaign, by=request.actor, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。数字和图表由系统生成。"))
            return redirect("campaigns:detail", campaign.pk)
    context = {"form": form, "title": _("写总结"), "send": _("保存"), "campaign": campaign}
    return show_form(request, context)


@require_GET
@signed_in
def paper(request: AuthedRequest, pk: uuid.UUID, paper: str, form: str) -> HttpResponse:
    """总结 and 通报 as Word or PDF, 月报表 and 四张清单 as workbooks; each is logged."""
    by = request.actor
    campaign = queries.one(by, pk)
    if not by.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    sheets = {
        "lists": ("四张清单", documents.lists_xlsx), "month": ("月报表", documents.month_xlsx),
    }  # fmt: skip
    words = {"summary": ("总结", documents.summary), "bulletin": ("督查通报", documents.bulletin)}
    if paper in sheets and form == "xlsx":
        name, make = sheets[paper]
        note(Audit.Action.EXPORT, f"{campaign.title} {name}", by=by, request=request)
        return download(make(campaign, by), f"{campaign.title}{name}.xlsx", XLSX)
    if paper not in words or form not in {"docx", "pdf"}:
        raise Missing
    if not (manages(by, campaign) if paper == "summary" else by.may(MANAGE)):
        raise Forbidden(_("由教育局出具这份文书。"))
    name, write = words[paper]
    note(Audit.Action.EXPORT, f"{campaign.title} {name}", by=by, request=request)
    unit = get_visible(Unit, by, key=by.unit_key)
    return write(campaign, unit, by).answer(form, f"{campaign.title}{name}")
