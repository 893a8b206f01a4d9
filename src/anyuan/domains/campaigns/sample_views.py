"""Pages of a sample: drawing it, who was drawn and why, sending somebody to check, the results."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Refused
from anyuan.domains.campaigns import progress, queries
from anyuan.domains.campaigns.content import number
from anyuan.domains.campaigns.forms import AssignForm, DrawForm
from anyuan.domains.campaigns.models import Draw
from anyuan.domains.campaigns.services.work import assign_sample, draw_sample
from anyuan.domains.campaigns.views import needs_office, show_form
from anyuan.engines.checks.models import Checklist
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Post, Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

MOST_LOTS = 100


@require_http_methods(["GET", "POST"])
@signed_in
def draw_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Draw a sample for spot checks."""
    by = request.actor
    campaign = queries.one(by, pk)
    needs_office(by)
    taking = len(progress.units_of(campaign, by.units))
    offered = max(1, taking * number("sample_percent", campaign.template) // 100)
    form = DrawForm(request.POST or None, initial={"size": offered})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        unit = get_visible(Unit, by, key=by.unit_key)
        try:
            made = draw_sample(
                unit, by=by, campaign=campaign, size=data["size"], seed=data["seed"],
                draw_id=form.once(),
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已抽取，权重和种子已存档。"))
            return redirect("campaigns:draw_one", campaign.pk, made.pk)
    context = {
        "form": form, "title": _("按风险抽取学校"), "send": _("抽取"), "campaign": campaign,
        "hint": _("逾期隐患多、环节没做完、没有记录的学校更容易被抽中。参加学校 %(taking)s 所。")
        % {"taking": taking},
    }  # fmt: skip
    return show_form(request, context)


@require_http_methods(["GET", "POST"])
@signed_in
def draw_one(request: AuthedRequest, pk: uuid.UUID, draw: uuid.UUID) -> HttpResponse:
    """Who was drawn, with weights and seed; assigning the checks; their results."""
    by = request.actor
    campaign = queries.one(by, pk)
    row = get_visible(Draw, by, pk=draw, campaign=campaign)
    lots = list(row.lots.select_related("target").order_by("-drawn", "-weight", "target_id"))
    done = progress.checks_of(row.pk)
    today = timezone.localdate()
    posts = Post.objects.filter(unit_id=row.unit_id, since__lte=today).filter(
        Q(until__isnull=True) | Q(until__gte=today)
    )
    form = AssignForm(
        request.POST or None,
        checklists=Checklist.objects.filter(active=True, current__isnull=False),
        posts=posts.select_related("person").order_by("person__name"),
        initial={"due_on": campaign.ends_on},
    )
    if request.method == "POST":
        needs_office(by)
        if form.is_valid():
            try:
                assign_sample(row, by=by, campaign=campaign, **form.cleaned_data)
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("已交办，检查人会收到消息。"))
                return redirect("campaigns:draw_one", campaign.pk, row.pk)
    whole = sum(lot.weight for lot in lots)
    context = {
        "campaign": campaign, "draw": row, "form": form, "all": len(lots), "whole": whole,
        "drawn": [(lot, done.get(lot.target_id)) for lot in lots if lot.drawn],
        "others": [lot for lot in lots if not lot.drawn][:MOST_LOTS],
        "may_assign": not done and campaign.running and by.may(Permission.CAMPAIGN_MANAGE),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "campaigns/draw.html", context, status=status)
