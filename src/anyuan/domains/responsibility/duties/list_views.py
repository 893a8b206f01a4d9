"""Pages of duty lists: the unit's lists, one with its holders, acknowledging one's own."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.duties import queries
from anyuan.domains.responsibility.duties.content import content, posts_at
from anyuan.domains.responsibility.duties.forms import (
    AssignForm,
    ListForm,
    lines_of,
    template_initial,
)
from anyuan.domains.responsibility.duties.services import lists as services
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of


@require_GET
@signed_in
def lists(request: AuthedRequest) -> HttpResponse:
    """One's own lists first, then the unit's, then the templates that are not used yet."""
    by = request.actor
    unit = queries.unit_in(by, by.unit_key)
    rows = list(queries.lists_of(by, unit)[:200])
    used = {one.post_key for one in rows}
    facts = {
        "unit": unit, "rows": rows, "mine": list(queries.my_lists(by)[:20]),
        "offered": [one for one in posts_at(unit.kind) if one.key not in used],
        "may_write": by.may(Permission.DUTY_WRITE),
    }  # fmt: skip
    return render(request, "duties/lists.html", facts)


@require_GET
@signed_in
def list_one(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A list, who holds it, and for a holder the button to acknowledge it."""
    by = request.actor
    found = queries.list_of(by, pk)
    holdings = queries.holdings_of(found)
    facts = {
        "list": found, "items": queries.items_of(found), "holdings": holdings,
        "mine": next((one for one in holdings if one.person_id == by.person_id), None),
        "may_write": by.may(Permission.DUTY_WRITE) and found.active,
    }  # fmt: skip
    return render(request, "duties/list.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def list_new(request: AuthedRequest) -> HttpResponse:
    """A list from a template (`post`) or an empty one."""
    _refuse_reader(request)
    by = request.actor
    unit = queries.unit_in(by, by.unit_key)
    template = content().posts.get(request.GET.get("post", ""))
    initial = template_initial(template) if template is not None else None
    form = ListForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said: Any = {name: form.cleaned_data[name] for name in ("title", "items", "post_key")}
        try:
            made = services.make_list(unit, by=by, record_id=form.once(), **said)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已建好，请选择责任人。"))
            return redirect("duties:list_assign", made.pk)
    facts = {"form": form, "unit": unit}
    return render(request, "duties/list_form.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def list_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Another wording: a new version that holders acknowledge anew."""
    found = queries.list_of(request.actor, pk)
    _refuse_reader(request)
    initial = {"title": found.title, "items": lines_of(queries.items_of(found)), "version": found.version}  # fmt: skip
    form = ListForm(request.POST or None, initial=initial)
    form.fields["title"].disabled = True
    if request.method == "POST" and form.is_valid():
        said = {"items": form.cleaned_data["items"], "version": form.cleaned_data["version"] or 0}
        try:
            services.change_list(found, by=request.actor, **said)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存为新的一版，已请责任人重新确认。"))
            return redirect("duties:list", pk)
    facts = {"form": form, "list": found, "unit": found.unit}
    return render(request, "duties/list_form.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def list_assign(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Who holds the post."""
    found = queries.list_of(request.actor, pk)
    _refuse_reader(request)
    staff = {
        post.person_id: f"{post.person.name}（{post.get_role_display()}）" for post in staff_of(found.unit)
    }  # fmt: skip
    held = [one.person_id for one in queries.holdings_of(found)]
    form = AssignForm(request.POST or None, people=list(staff.items()), initial={"people": held})
    if request.method == "POST" and form.is_valid():
        try:
            services.assign_list(found, by=request.actor, people=form.cleaned_data["people"])
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存，新的责任人会收到确认提醒。"))
            return redirect("duties:list", pk)
    facts = {"form": form, "list": found}
    return render(request, "duties/assign.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def list_acknowledge(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    found = queries.list_of(request.actor, pk)
    version = request.POST.get("version", "")
    try:
        services.acknowledge(
            found, by=request.actor, version=int(version) if version.isdigit() else 0
        )
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("已确认，感谢您认真阅读。"))
    return redirect("duties:list", pk)


@require_POST
@signed_in
def list_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    found = queries.list_of(request.actor, pk)
    try:
        services.end_list(found, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("已停用“%(title)s”的责任清单。") % {"title": found.title})
    return redirect("duties:lists")


def _refuse_reader(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.DUTY_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作，请联系本单位安全干部。"))
