"""Pages of results: one's own, item by item with how to get the points; scoring; objections."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.appraisal import documents, forms, queries
from anyuan.domains.responsibility.appraisal.services import scores as services
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission

ANSWERS, MANAGES = Permission.APPRAISAL_ANSWER, Permission.APPRAISAL_MANAGE


def demand(request: AuthedRequest, permission: Permission) -> None:
    if not request.actor.may(permission):
        raise Forbidden(_("您的岗位不能进行此项操作。"))


@require_GET
@signed_in
def appraisals(request: AuthedRequest) -> HttpResponse:
    """What one's own unit got, and the rounds and schemes of those who appraise."""
    actor = request.actor
    manages = actor.may(MANAGES)
    facts = {
        "own": queries.own_results(actor)[:20], "manages": manages,
        "rounds": queries.rounds(actor)[:30] if manages else [],
        "schemes": queries.schemes(actor) if manages else [], "ranks": actor.may(Permission.UNIT_RANK),
        "states": queries.STATES,
    }  # fmt: skip
    return render(request, "appraisal/list.html", facts)


@require_GET
@signed_in
def result(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One result, item by item."""
    actor = request.actor
    row = queries.result_of(actor, pk)
    lines = queries.lines_of(actor, row)
    shown = [line.shown for line in lines if line.shown is not None]
    own = actor.unit_key == row.unit_id and actor.may(ANSWERS)
    facts = {
        "row": row, "lines": lines, "state": queries.STATES[row.record.state], "own": own,
        "sofar": sum(shown), "vetoes": queries.vetoes_of(row), "inside": queries.appraises(actor, row),
        "ranks": actor.may(Permission.UNIT_RANK),
    }  # fmt: skip
    return render(request, "appraisal/result.html", facts)


@require_GET
@signed_in
def sheet(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The result as Word or PDF."""
    row = queries.result_of(request.actor, pk)
    if kind not in {"docx", "pdf"}:
        raise Missing
    if row.published_at is None:
        raise Refused(_("结果公布后才能下载结果表。"))
    paper = documents.result_sheet(request.actor, row)
    note(Audit.Action.EXPORT, paper.title, by=request.actor, request=request)
    return paper.answer(kind, paper.title)


def _files(request: AuthedRequest, unit_key: str, form: django_forms.Form) -> list[uuid.UUID]:
    found = form.cleaned_data.get("files") or []
    return [keep_file(one, unit_id=unit_key, by=request.actor).pk for one in found]


def _answered(
    request: AuthedRequest, form: django_forms.Form, act: Any, *, pk: Any, title: str, hint: str
) -> HttpResponse:
    """Show a small form; do `act` with it and go back to the result."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("appraisal:result", pk)
    facts = {"form": form, "title": title, "hint": hint, "pk": pk}
    return render(request, "appraisal/form.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def item_self(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The unit's own view of an item."""
    item = queries.item_of(request.actor, pk)
    demand(request, ANSWERS)
    start = {"points": item.self_points, "note": item.self_note}
    form = forms.SelfForm(request.POST or None, request.FILES or None, initial=start)

    def act(said: Any) -> None:
        services.assess_self(
            item, by=request.actor, points=said.cleaned_data["points"], note=said.cleaned_data["note"],
            file_ids=_files(request, item.unit_id, said),
        )  # fmt: skip

    hint = f"{item.code} {item.title}（{item.full} 分）{item.advice}"
    return _answered(request, form, act, pk=item.result_id, title=_("自评"), hint=hint)


@require_http_methods(["GET", "POST"])
@signed_in
def item_review(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A reviewer's points."""
    item = queries.item_of(request.actor, pk)
    demand(request, MANAGES)
    form = forms.PointsForm(request.POST or None, initial={"points": item.self_points})

    def act(said: Any) -> None:
        services.review_item(item, by=request.actor, **said.cleaned_data)

    own = f"；自评 {item.self_points} 分：{item.self_note}" if item.self_note else ""
    hint = f"{item.result.unit.name} · {item.code} {item.title}（{item.full} 分）{own}"
    return _answered(request, form, act, pk=item.result_id, title=_("评分"), hint=hint)


@require_http_methods(["GET", "POST"])
@signed_in
def item_object(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The unit objects to an item."""
    item = queries.item_of(request.actor, pk)
    demand(request, ANSWERS)
    form = forms.ObjectForm(request.POST or None, request.FILES or None)

    def act(said: Any) -> None:
        files = _files(request, item.unit_id, said)
        services.object_to(item, by=request.actor, text=said.cleaned_data["text"], file_ids=files)

    hint = f"{item.code} {item.title}：得 {item.points} 分，满分 {item.full} 分"
    return _answered(request, form, act, pk=item.result_id, title=_("申诉"), hint=hint)


@require_http_methods(["GET", "POST"])
@signed_in
def objection(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Decide an objection."""
    row = queries.objection_of(request.actor, pk)
    demand(request, MANAGES)
    form = forms.DecideForm(request.POST or None)

    def act(said: Any) -> None:
        facts = said.cleaned_data
        services.decide_objection(
            row, by=request.actor, upheld=facts["upheld"] == "yes", answer=facts["answer"],
            new_points=facts["new_points"],
        )  # fmt: skip

    hint = f"{row.item.code} {row.item.title}（{row.item.points}/{row.item.full} 分）：{row.text}"
    return _answered(request, form, act, pk=row.result_id, title=_("答复申诉"), hint=hint)


@require_http_methods(["GET", "POST"])
@signed_in
def veto(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Whether a veto stands."""
    row = queries.veto_of(request.actor, pk)
    demand(request, MANAGES)
    form = forms.VetoDecisionForm(request.POST or None)

    def act(said: Any) -> None:
        facts = said.cleaned_data
        services.decide_veto(
            row, by=request.actor, holds=facts["holds"] == "yes", reason=facts["reason"]
        )

    return _answered(request, form, act, pk=row.result_id, title=_("认定一票否决"), hint=row.title)
