"""Filings: choose a topic, write it down, read, correct and withdraw it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.models import Record
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.obligations import filings, queries
from anyuan.engines.obligations.forms import FilingForm, ReasonForm, filled
from anyuan.engines.obligations.models import Filing, Obligation, Topic
from anyuan.org.actor import Actor, visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def filing_list(request: AuthedRequest) -> HttpResponse:
    """Filings of the actor's units, the newest first; `?topic=` one topic, `?unit=` one unit."""
    rows = visible(Record, request.actor).filter(kind=filings.KIND).select_related("unit")
    topics = list(queries.topics_offered())
    chosen = next((t for t in topics if t.slug == request.GET.get("topic")), None)
    if chosen:
        rows = rows.filter(tags__contains=[f"topic:{chosen.slug}"])
    if unit := request.GET.get("unit"):
        rows = rows.filter(unit_id=unit)
    page = keyset_page(
        rows.select_related("created_by"),
        order=["-happened_on", "-id"],
        cursor=request.GET.get("after", ""),
    )
    facts = {
        "page": page,
        "topics": topics,
        "chosen": chosen,
        "may_file": request.actor.may(Permission.FILING_WRITE),
    }
    return render(request, "obligations/filings.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def filing_new(request: AuthedRequest) -> HttpResponse:
    """Choose a topic (`?topic=`), then write; `?obligation=` says which duty led here."""
    if not request.actor.may(Permission.FILING_WRITE):
        raise Forbidden(_("您的岗位不能填报工作记录。"))
    topic = queries.topics_offered().filter(slug=request.GET.get("topic", "")).first()
    if topic is None:
        topics = list(queries.topics_offered())
        return render(request, "obligations/topics.html", {"topics": topics})
    duty = _duty_asked(request)
    form = _form(request, topic, duty)
    if request.method == "POST" and form.is_valid():
        try:
            filing = filings.file_work(
                form.cleaned_data["unit"],
                by=request.actor,
                topic=topic,
                work=form.work(),
                files=form.cleaned_data["files"],
                file_ids=_file_ids(request),
                record_id=form.once(),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已填报，页面上列出了它完成的任务。"))
            return redirect("obligations:filing", filing.pk)
    facts = {"form": form, "topic": topic, "duty": duty}
    return render(
        request, "obligations/filing_form.html", facts, status=422 if form.errors else 200
    )


@require_GET
@signed_in
def filing(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row = _filing(request, pk)
    facts = {
        "filing": row,
        "record": row.record,
        "may_correct": filings.may_correct(request.actor, row),
        "withdraw_form": ReasonForm(),
    }
    return render(request, "obligations/filing.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def filing_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row = _filing(request, pk)
    if not filings.may_correct(request.actor, row):
        raise Forbidden(_("这份记录不能由您修改，请联系填报人或安全干部。"))
    form = FilingForm(
        request.POST or None,
        request.FILES or None,
        topic=row.topic,
        units=[row.unit],
        day=row.record.happened_on,
        initial=filled(row),
    )
    if request.method == "POST" and form.is_valid():
        try:
            filings.correct_filing(
                row,
                by=request.actor,
                work=form.work(),
                files=form.cleaned_data["files"],
                file_ids=_file_ids(request),
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已修改。"))
            return redirect("obligations:filing", row.pk)
    facts = {"form": form, "topic": row.topic, "filing": row}
    return render(
        request, "obligations/filing_form.html", facts, status=422 if form.errors else 200
    )


@require_POST
@signed_in
def filing_withdraw(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    row = _filing(request, pk)
    filings.withdraw_filing(row, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("已撤销，相关任务已恢复为待办。"))
    return redirect("obligations:filing", row.pk)


def _filing(request: AuthedRequest, pk: uuid.UUID) -> Filing:
    select = ["record__created_by", "record__done_by", "topic", "unit"]
    return get_visible(Filing, request.actor, select=select, record_id=pk)


def _form(request: AuthedRequest, topic: Topic, duty: Obligation | None) -> FilingForm:
    units = _units(request.actor)
    day = timezone.localdate()
    if duty is not None:
        units.sort(key=lambda unit: unit.key != duty.unit_id)
        day = max(duty.period_start, min(day, duty.counts_until))
    return FilingForm(
        request.POST or None,
        request.FILES or None,
        topic=topic,
        units=units,
        day=min(day, timezone.localdate()),
    )


def _units(by: Actor) -> list[Unit]:
    """The units whose work the actor may write down: the own one, for a school its campuses too."""
    rows = visible(Unit, by).filter(state=Unit.State.ACTIVE)
    if by.is_supervisor:
        rows = rows.filter(key=by.unit_key)
    found = list(rows.order_by("key"))
    if not found:
        raise Missing
    return found


def _duty_asked(request: AuthedRequest) -> Obligation | None:
    asked = request.GET.get("obligation", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return visible(Obligation, request.actor).filter(pk=asked).select_related("rule").first()


def _file_ids(request: AuthedRequest) -> list[uuid.UUID]:
    return [uuid_or_missing(text) for text in request.POST.getlist("file_ids")]
