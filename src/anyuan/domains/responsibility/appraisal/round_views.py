"""Pages of those who appraise: schemes, rounds, the table of a round."""

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
from anyuan.domains.responsibility.appraisal import documents, forms, queries
from anyuan.domains.responsibility.appraisal.models import WORTH, Scheme
from anyuan.domains.responsibility.appraisal.services import rounds as round_services
from anyuan.domains.responsibility.appraisal.services import schemes as services
from anyuan.domains.responsibility.appraisal.views import MANAGES, demand
from anyuan.engines.notices.printing import XLSX, download
from anyuan.org.audit import note
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible


@require_http_methods(["GET", "POST"])
@signed_in
def scheme_new(request: AuthedRequest) -> HttpResponse:
    """Take over one of the shipped schemes as a draft."""
    demand(request, MANAGES)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    form = forms.TakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            scheme = services.take_scheme(unit, by=request.actor, key=form.cleaned_data["key"])
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("appraisal:scheme", scheme.pk)
    facts = {"form": form, "title": _("建立考核方案"), "hint": unit.name}
    return render(request, "appraisal/form.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def scheme(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A scheme: a draft is edited here, a version in use is read."""
    row = queries.scheme_of(request.actor, pk)
    draft = row.state == Scheme.State.DRAFT
    items = list(row.items.order_by("position"))  # type: ignore[attr-defined]
    vetoes = list(row.vetoes.order_by("id"))  # type: ignore[attr-defined]
    facts: dict[str, Any] = {
        "scheme": row, "draft": draft, "items": items, "vetoes": vetoes,
        "total": sum(item.full for item in items),
    }  # fmt: skip
    if not draft:
        if request.method == "POST":
            raise Refused(_("这一版已经在使用，不能修改。请建立新版本。"))
        return render(request, "appraisal/scheme.html", facts)
    form, item_set, veto_set = _scheme_forms(request, row, items, vetoes)
    sets = (form, item_set, veto_set)
    wrong = request.method == "POST" and not _all_valid(sets)
    if request.method == "POST" and not wrong:
        try:
            services.change_scheme(
                row, by=request.actor, items=[f.facts() for f in _kept(item_set)],
                vetoes=[{**f.cleaned_data} for f in _kept(veto_set)], **form.cleaned_data,
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
            wrong = True
        else:
            messages.success(request, _("方案已保存。"))
            return redirect("appraisal:scheme", pk)
    facts |= {"form": form, "item_set": item_set, "veto_set": veto_set}
    return render(request, "appraisal/scheme_edit.html", facts, status=422 if wrong else 200)


def _all_valid(sets: Any) -> bool:
    """Every one is asked, so that all errors are shown at once."""
    answers = [one.is_valid() for one in sets]
    return all(answers)


def _scheme_forms(request: AuthedRequest, row: Scheme, items: Any, vetoes: Any) -> Any:
    data = request.POST or None
    start = {name: getattr(row, name) for name in services.LINES}
    rows = [
        {name: getattr(item, name) for name in WORTH} | {"indicators": ",".join(item.indicators)}
        for item in items
    ]
    stops = [{"key": v.key, "title": v.title, "indicator": v.indicator} for v in vetoes]
    return (
        forms.SchemeForm(data, initial=start), forms.ItemSet(data, initial=rows, prefix="i"),
        forms.VetoSet(data, initial=stops, prefix="v"),
    )  # fmt: skip


def _kept(rows: Any) -> list[Any]:
    """Filled-in rows that are not to be left out."""
    return [f for f in rows if f.cleaned_data.get("title") and not f.cleaned_data.get("DELETE")]


@require_POST
@signed_in
def scheme_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """Put a draft into use, or begin the next version."""
    row = queries.scheme_of(request.actor, pk)
    if step == "ready":
        services.ready_scheme(row, by=request.actor)
        messages.success(request, _("方案可以使用了。"))
    elif step == "renew":
        row = services.renew_scheme(row, by=request.actor)
        messages.success(request, _("已建立新版本草稿。"))
    else:
        raise Missing
    return redirect("appraisal:scheme", row.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def round_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Open a round by a scheme."""
    row = queries.scheme_of(request.actor, pk)
    demand(request, MANAGES)
    offered = list(queries.offered(request.actor, row.audience))
    form = forms.RoundForm(request.POST or None, offered=offered, initial={"title": row.title})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = set(said["units"])
        try:
            made = round_services.open_round(
                row.unit, by=request.actor, scheme=row, title=said["title"], since=said["since"],
                until=form.after(), units=[one for one in offered if not chosen or one.key in chosen],
                round_id=form.once(),
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("考核已开始，得分已从系统数据取来。"))
            return redirect("appraisal:round", made.pk)
    facts = {"form": form, "title": _("开始考核"), "hint": str(row)}
    return render(request, "appraisal/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def one_round(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The table of a round."""
    row = queries.round_of(request.actor, pk)
    heads, rows = queries.table(row)
    waiting_for = queries.objected(row)
    facts = {
        "round": row, "heads": heads, "state": queries.STATES[row.state],
        "rows": [(one, [(code, one.points.get(code)) for code, _title in heads]) for one in rows],
        "waiting": sum(bool(one.missing) for one in rows),
        "objections": [one.result for one in rows if one.result.pk in waiting_for],
    }  # fmt: skip
    return render(request, "appraisal/round.html", facts)


@require_POST
@signed_in
def round_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """Take the evidence anew, publish, make final."""
    row = queries.round_of(request.actor, pk)
    steps = {
        "refresh": (round_services.refresh_round, _("已重新取数。")),
        "publish": (round_services.publish_round, _("结果已公布，各单位已收到通知。")),
        "finish": (round_services.finish_round, _("结果已确定，不再变化。")),
    }
    if step not in steps:
        raise Missing
    act, said = steps[step]
    try:
        act(row, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, said)
    return redirect("appraisal:round", pk)


@require_GET
@signed_in
def round_table(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The whole table as a workbook."""
    row = queries.round_of(request.actor, pk)
    note(Audit.Action.EXPORT, f"考核总表：{row.title}", by=request.actor, request=request)
    return download(documents.whole_table(request.actor, row), f"{row.title} 总表.xlsx", XLSX)
