"""Pages of hot work: the list, asking, one permit with its steps."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.fire.forms import HotWorkForm
from anyuan.domains.fire.models import HotWork
from anyuan.domains.fire.numbers import longest_work
from anyuan.domains.fire.services import ask_hot_work, step_hot_work
from anyuan.domains.fire.views import kept, site_of, write
from anyuan.engines.cases import registry
from anyuan.engines.cases.queries import choices, stages, steps_of
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def hot_list(request: AuthedRequest) -> HttpResponse:
    still_open = request.GET.get("all") != "1"
    rows = visible(HotWork, request.actor).select_related("unit", "record__case")
    if still_open:
        rows = rows.filter(record__case__closed_at__isnull=True)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    by = request.actor
    may_ask = by.may(Permission.HAZARD_REPORT) and not by.is_supervisor
    context = {"page": page, "still_open": still_open, "may_ask": may_ask, "now": timezone.now()}
    return render(request, "fire/hot_works.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def hot_new(request: AuthedRequest) -> HttpResponse:
    unit = site_of(request)
    form = HotWorkForm(request.POST or None, request.FILES or None)

    def save(files: list[uuid.UUID]) -> Any:
        return ask_hot_work(
            unit, by=request.actor, file_ids=files, record_id=form.once(), **form.facts()
        )

    hours = int(longest_work().total_seconds() // 3600)
    hint = _("由另一位负责人批准后才能动火；一张许可最长 %(n)s 小时，到期作废。") % {"n": hours}
    return write(
        request, unit, form, title=_("申请动火"), hint=hint, page="fire:hot_work", save=save
    )


def _one(request: AuthedRequest, pk: uuid.UUID) -> HotWork:
    found: HotWork = get_visible(
        HotWork, request.actor, pk=pk, select=("unit", "asked_by", "record__case")
    )
    return found


@require_GET
@signed_in
def hot_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    return _detail(request, _one(request, pk))


@require_POST
@signed_in
def hot_act(request: AuthedRequest, pk: uuid.UUID, transition: str) -> HttpResponse:
    """One step of the loop; errors come back at their fields."""
    work = _one(request, pk)
    step = registry.get("hot_work").transition(transition)
    if step is None or step.form is None:
        raise Refused(_("没有这个操作，请刷新页面。"))
    form: Any = step.form(request.POST, request.FILES)
    if form.is_valid():
        data = dict(form.cleaned_data)
        data.pop("files", None)
        seen = request.POST.get("seen", "")
        try:
            step_hot_work(
                work, by=request.actor, transition=transition, data=data,
                file_ids=kept(request, work.unit_id, form),
                seen=int(seen) if seen.isdigit() else None,
            )  # fmt: skip
        except Forbidden:
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(label)s。") % {"label": step.label})
            return redirect("fire:hot_work", work.pk)
    return _detail(request, work, bound=(transition, form), status=422)


def _detail(
    request: AuthedRequest,
    work: HotWork,
    *,
    bound: tuple[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    case: Any = work.record.case  # type: ignore[attr-defined]  # reverse of a one-to-one
    actions = []
    for choice in choices(case, work, request.actor):
        step = choice.transition
        blank = step.form() if step.form else None
        form = bound[1] if bound and bound[0] == step.key else blank
        actions.append((choice, form, reverse("fire:hot_act", args=[work.pk, step.key])))
    context = {
        "work": work, "case": case, "state": case.state_spec, "stages": stages(case),
        "steps": steps_of(case), "actions": actions,
        "expired": case.is_open and timezone.now() >= work.ends_at,
    }  # fmt: skip
    return render(request, "fire/hot_work.html", context, status=status)
