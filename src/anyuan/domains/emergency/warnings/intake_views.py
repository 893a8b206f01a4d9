"""Pages through which warnings come in: by hand, from a file, from addresses that are looked at."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.warnings import forms, queries
from anyuan.domains.emergency.warnings.cap.reading import LARGEST
from anyuan.domains.emergency.warnings.content import content
from anyuan.domains.emergency.warnings.models import Origin, Status
from anyuan.domains.emergency.warnings.polling import look
from anyuan.domains.emergency.warnings.services.incoming import enter_warning, say, take_message
from anyuan.domains.emergency.warnings.services.sources import add_source, switch_source
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def _desk(request: AuthedRequest) -> Unit:
    if not request.actor.may(Permission.WARNING_MANAGE):
        raise Forbidden(_("您的岗位不能进行此项操作。预警由市或辖市区教育部门接收和下发。"))
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    return unit


@require_http_methods(["GET", "POST"])
@signed_in
def warning_new(request: AuthedRequest) -> HttpResponse:
    """By hand, in under a minute; weighed on the next page."""
    unit = _desk(request)
    form = forms.HandForm(
        request.POST or None, areas=queries.choosable(unit, ()), initial={"units": [unit.key]}
    )
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        status = Status.EXERCISE if found["exercise"] else Status.ACTUAL
        names = ("kind", "colour", "words", "units", "expires_at", "source")
        try:
            signal = enter_warning(
                unit, by=request.actor, status=status, record_id=form.once(),
                **{name: found[name] for name in names},
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("warnings:issue", signal.pk)
    facts = {"form": form, "kinds": content().kinds.values(), "colours": content().colours}
    return render(request, "warnings/new.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def warning_import(request: AuthedRequest) -> HttpResponse:
    """A CAP file, and the addresses that are looked at."""
    unit = _desk(request)
    form = forms.FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            raw = form.cleaned_data["file"].read(LARGEST + 1)
            taken = take_message(unit, by=request.actor, raw=raw, origin=Origin.FILE)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, say(taken))
            if taken.signal_id is not None:
                return redirect("warnings:detail", taken.signal_id)
            return redirect("warnings:import")
    return _page(request, form, forms.SourceForm(), status=422 if form.errors else 200)


def _page(request: AuthedRequest, form: forms.FileForm, new: forms.SourceForm, *, status: int = 200) -> HttpResponse:  # fmt: skip
    facts = {
        "form": form, "new": new, "sources": queries.sources_of(request.actor),
        "received": queries.messages_of(request.actor),
    }  # fmt: skip
    return render(request, "warnings/import.html", facts, status=status)


@require_POST
@signed_in
def source_new(request: AuthedRequest) -> HttpResponse:
    unit = _desk(request)
    form = forms.SourceForm(request.POST)
    if form.is_valid():
        try:
            add_source(unit, by=request.actor, **form.cleaned_data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已添加，一分钟内开始查看。"))
            return redirect("warnings:import")
    return _page(request, forms.FileForm(), form, status=422)


@require_POST
@signed_in
def source_switch(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    source = queries.source_of(request.actor, pk)
    held = switch_source(source, by=request.actor, on=not source.is_on)
    messages.success(request, _("已启用。") if held.is_on else _("已停用。"))
    return redirect("warnings:import")


@require_POST
@signed_in
def source_look(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Look at once."""
    source = queries.source_of(request.actor, pk)
    held = look(source, by=request.actor)
    (messages.success if held.last_good else messages.error)(request, held.last_said)
    return redirect("warnings:import")
