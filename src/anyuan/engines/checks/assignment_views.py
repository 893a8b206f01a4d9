"""Pages of assigned checks: assigning, how far they are, and filling one in at another school."""

from __future__ import annotations

import random
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.engines.checks import queries
from anyuan.engines.checks.assigned import one_for
from anyuan.engines.checks.assignment_forms import PERSON, AssignForm, Pairs, ring
from anyuan.engines.checks.assignment_services import (
    assign_checks,
    postpone_checks,
    submit_assigned,
    withdraw_checks,
)
from anyuan.engines.checks.forms import read_files
from anyuan.engines.checks.models import CheckAssignment, Inspection
from anyuan.engines.checks.views import Sent, fill_in
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission

MODES = dict(Inspection.Mode.choices)


@require_GET
@signed_in
def rounds(request: AuthedRequest) -> HttpResponse:
    """Batches of assigned checks, newest first, with how far each is."""
    page = keyset_page(
        queries.rounds(request.actor),
        order=["-batch"],
        cursor=request.GET.get("after", ""),
        size=30,
    )
    context = {
        "page": page,
        "rows": [(row, MODES.get(row.mode, "")) for row in page.rows],
        "may_assign": request.actor.may(Permission.INSPECTION_SUPERVISE),
    }
    return render(request, "checks/rounds.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def round_new(request: AuthedRequest) -> HttpResponse:
    """Assign a checklist for schools: to each other in a ring, or to one person."""
    if not request.actor.may(Permission.INSPECTION_SUPERVISE):
        raise Forbidden(_("您的岗位不能交办检查。"))
    unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    areas = list(Unit.objects.filter(parent_id=unit.key, kind="district", state="active"))
    area = request.POST.get("area") or request.GET.get("area") or (areas[0].key if areas else "")
    sites = queries.sites_of(request.actor, "" if area == unit.key else area)
    today = timezone.localdate()
    lists = queries.checklists_for(None)
    posts = queries.colleagues(unit, today) + queries.checkers(
        {_school(one) for one in sites}, today
    )
    form = AssignForm(request.POST or None, checklists=lists, sites=sites, posts=posts)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            batch = assign_checks(
                unit, by=request.actor, pairs=_pairs(form, sites, posts),
                checklist=next(one for one in lists if one.key == data["checklist"]),
                due_on=data["due_on"], remark=data["remark"], batch=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已交办，检查人已收到消息。"))
            return redirect("checks:round", batch)
    context = {"form": form, "unit": unit, "areas": areas, "area": area, "sites": sites}
    return render(request, "checks/round_new.html", context, status=422 if form.errors else 200)


def _school(site: Unit) -> str:
    return site.parent_key if site.kind == Unit.Kind.CAMPUS else site.key


def _pairs(form: AssignForm, sites: list[Unit], posts: list[Any]) -> Pairs:
    """The chosen schools with who checks each."""
    data = form.cleaned_data
    wanted = set(data["targets"])
    targets = [one for one in sites if one.key in wanted]
    if data["how"] == PERSON:
        post = next(one for one in posts if str(one.pk) == data["post"])
        return [(target, post) for target in targets]
    return ring(targets, posts, random.SystemRandom())


@require_GET
@signed_in
def one_round(request: AuthedRequest, batch: uuid.UUID) -> HttpResponse:
    """One batch: each school with who checks it, its state and its result."""
    return _round(request, batch)


def _round(request: AuthedRequest, batch: uuid.UUID, errors: str = "") -> HttpResponse:
    rows = queries.round_rows(request.actor, batch)
    states = [row.state for row in rows]
    context = {
        "batch": batch,
        "rows": rows,
        "first": rows[0],
        "counts": [
            (state, label, states.count(state)) for state, label in CheckAssignment.State.choices
        ],
        "waiting": states.count("open") + states.count("overdue"),
        "may_assign": request.actor.may(Permission.INSPECTION_SUPERVISE),
        "error": errors,
        "today": timezone.localdate().isoformat(),
    }
    return render(request, "checks/round.html", context, status=422 if errors else 200)


@require_POST
@signed_in
def withdraw(request: AuthedRequest, batch: uuid.UUID) -> HttpResponse:
    """Take back one assignment (`pk`) or all that is open of the batch."""
    unit = queries.round_rows(request.actor, batch)[0].unit
    one = request.POST.get("pk", "")
    ids = [uuid_or_missing(one)] if one else None
    try:
        many = withdraw_checks(unit, by=request.actor, batch=batch, ids=ids)
    except Refused as refusal:
        if isinstance(refusal, Forbidden):
            raise
        return _round(request, batch, refusal.sentence)
    messages.success(request, _("已撤回 %(n)s 所学校的检查，检查人已收到消息。") % {"n": many})
    return redirect("checks:round", batch)


@require_POST
@signed_in
def postpone(request: AuthedRequest, batch: uuid.UUID) -> HttpResponse:
    """Another due day for what is open of the batch."""
    unit = queries.round_rows(request.actor, batch)[0].unit
    try:
        day = parse_date(request.POST.get("due_on", ""))
    except ValueError:
        day = None
    try:
        if day is None and request.actor.may(Permission.INSPECTION_SUPERVISE):
            raise Refused(_("请填写新的截止日期。"), field="due_on")
        postpone_checks(unit, by=request.actor, batch=batch, due_on=day or timezone.localdate())
    except Refused as refusal:
        if isinstance(refusal, Forbidden):
            raise
        return _round(request, batch, refusal.sentence)
    messages.success(request, _("已改期，检查人已收到消息。"))
    return redirect("checks:round", batch)


@require_http_methods(["GET", "POST"])
@signed_in
def assigned(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The form of one's own assignment, for a school outside one's own units."""
    held = one_for(request.actor, pk)
    if held.state != CheckAssignment.State.OPEN or not held.checklist.active:
        if held.inspection_id and str(held.inspection_id) == request.POST.get("form_id"):
            return redirect("checks:assigned", held.pk)  # sent again because the answer was lost
        status = 409 if request.method == "POST" else 200
        context = {"assignment": held, "home": reverse("checks:list")}
        return render(request, "checks/assigned_closed.html", context, status=status)

    def send(sent: Sent) -> HttpResponse:
        done = submit_assigned(
            request.actor.unit_key, by=request.actor, assignment=held, version=sent.version,
            answers=sent.answers, uploads=read_files(sent.items, request.FILES),
            happened_on=sent.head["happened_on"], place=sent.head["place"], people=sent.head["people"],
            record_id=sent.record_id,
        )  # fmt: skip
        messages.success(
            request,
            _(
                "已提交：%(school)s，得分 %(score)s，不合格 %(failed)s 项。不合格的项目已转为该校的隐患。"
            )
            % {"school": held.target.name, "score": f"{done.score:g}", "failed": done.failed}
            if done.failed
            else _("已提交：%(school)s，全部合格。") % {"school": held.target.name},
        )
        return redirect("checks:assigned", held.pk)

    people = f"{request.actor.name}（{request.post.unit.short_name}）"  # type: ignore[attr-defined]
    return fill_in(
        request, held.target, held.checklist, send, people=people, extra={"assignment": held}
    )
