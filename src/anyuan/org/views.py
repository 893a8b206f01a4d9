"""Pages of units and people."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Refused
from anyuan.org import queries
from anyuan.org.forms import CloseForm, MoveForm, PersonForm, ProfileForm, UnitForm
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Person, Post, Profile, Unit
from anyuan.org.pages import get_visible, keyset_page
from anyuan.org.permissions import Permission
from anyuan.org.services import (
    add_person,
    add_unit,
    close_unit,
    end_post,
    first_password,
    move_unit,
    reset_password,
    set_profile,
)


@require_GET
@signed_in
def unit_list(request: AuthedRequest) -> HttpResponse:
    """Units within the actor's own; search by name or code in the address."""
    text, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    rows = queries.units_of(request.actor, text=text, kind=kind if kind in Unit.Kind.values else "")
    page = keyset_page(rows, order=["key"], cursor=request.GET.get("after", ""), size=50)
    return render(
        request,
        "org/units.html",
        {
            "page": page,
            "q": text,
            "kind": kind,
            "kinds": Unit.Kind.choices,
            "may_demand": request.actor.may(Permission.PERSON_MANAGE)
            and request.actor.unit_key.count(".") == 1,
        },
    )


@require_GET
@signed_in
def unit_detail(request: AuthedRequest, key: str) -> HttpResponse:
    """One unit: facts, people, what is below it."""
    by = request.actor
    unit = get_visible(Unit, by, key=key, select=("parent", "location", "successor", "profile"))
    is_open = unit.state == Unit.State.ACTIVE
    may_staff = is_open and by.may(Permission.PERSON_MANAGE)
    context = {
        "unit": unit,
        "is_open": is_open,
        "profile": Profile.objects.filter(unit=unit).first(),
        "staff": queries.staff_of(unit) if may_staff else [],
        "children": Unit.objects.filter(parent=unit, state="active").order_by("kind", "key")[:200],
        "totals": queries.totals(unit),
        "may_staff": may_staff,
        "may_manage": is_open and by.may(Permission.UNIT_MANAGE),
        "may_profile": may_staff,
    }
    return render(request, "org/unit.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def unit_new(request: AuthedRequest, key: str) -> HttpResponse:
    """Add a unit below another."""
    parent = get_visible(Unit, request.actor, key=key)
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        school = data["kind"] in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}
        try:
            unit = add_unit(
                parent,
                by=request.actor,
                profile={"stages": ["primary"]} if school else None,
                **data,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已增加。请接着填写学校概况，任务按概况生成。"))
            return redirect("org:profile" if school else "org:unit", unit.key)
    context = {"form": form, "unit": parent, "title": _("增加下级单位")}
    return render(request, "org/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: AuthedRequest, key: str) -> HttpResponse:
    """A school's facts."""
    unit = get_visible(Unit, request.actor, key=key)
    row = get_visible(Profile, request.actor, unit=unit)
    form = ProfileForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            set_profile(unit, by=request.actor, **form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("概况已保存，任务已按新的概况调整。"))
            return redirect("org:unit", unit.key)
    context = {"form": form, "unit": unit, "title": _("学校概况")}
    return render(request, "org/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def person_new(request: AuthedRequest, key: str) -> HttpResponse:
    """A new account with its first post; the first password is shown once."""
    unit = get_visible(Unit, request.actor, key=key)
    if not request.actor.may(Permission.PERSON_MANAGE):
        raise Forbidden(_("您的岗位不能登记人员。"))
    form = PersonForm(request.POST or None, unit=unit)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        password = first_password(Person(username=data["username"], name=data["name"]))
        try:
            person = add_person(
                unit, by=request.actor, username=data["username"], name=data["name"], role=data["role"],
                phone=data["phone"] or None, until=data["until"], password=password,
            )  # fmt: skip
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return render(
                request, "org/password.html", {"person": person, "password": password, "unit": unit}
            )
    context = {"form": form, "unit": unit, "title": _("登记人员")}
    return render(request, "org/form.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def post_end(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The person leaves the post today."""
    post: Any = get_visible(Post, request.actor, pk=pk, select=("unit", "person"))
    end_post(post, by=request.actor, on=timezone.localdate())
    messages.success(request, _("已结束岗位，从明天起不能再办理这个单位的事。"))
    return redirect("org:unit", post.unit_id)


@require_POST
@signed_in
def password_reset(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A new first password for a person of one's own units."""
    post: Any = get_visible(Post, request.actor, pk=pk, select=("unit", "person"))
    password = reset_password(post, by=request.actor)
    return render(
        request,
        "org/password.html",
        {"person": post.person, "password": password, "unit": post.unit},
    )


@require_http_methods(["GET", "POST"])
@signed_in
def unit_change(request: AuthedRequest, key: str) -> HttpResponse:
    """Move a school to another district, or close or merge it; its history stays."""
    by = request.actor
    unit = get_visible(Unit, by, key=key)
    what = request.POST.get("what", "")
    sent = {name: request.POST if name == what else None for name in ("move", "close")}
    move = MoveForm(sent["move"], unit=unit, by=by, auto_id="move_%s")
    close = CloseForm(sent["close"], unit=unit, by=by, auto_id="close_%s")
    form: MoveForm | CloseForm = move if what == "move" else close
    if form.is_valid():
        target = form.cleaned_data["target"]
        try:
            if form is move:
                unit = move_unit(unit, by=by, parent=target)
            else:
                close_unit(unit, by=by, on=timezone.localdate(), successor=target)
            messages.success(request, _("已办理。"))
            return redirect("org:unit", unit.key)
        except Refused as refusal:
            show_refusal(form, refusal)
    context = {"unit": unit, "move": move, "close": close}
    status = 422 if request.method == "POST" else 200
    return render(request, "org/change.html", context, status=status)


@require_GET
@signed_in
def audit_log(request: AuthedRequest) -> HttpResponse:
    """Who signed in, exported, was refused, within the actor's units."""
    if not request.actor.may(Permission.AUDIT_READ):
        raise Forbidden(_("您的岗位不能查看审计记录。"))
    units = request.actor.units
    rows = Audit.objects.filter(unit_key__gte=units.lo, unit_key__lt=units.hi).select_related(
        "person"
    )
    wanted = request.GET.get("action", "")
    if wanted in Audit.Action.values:
        rows = rows.filter(action=wanted)
    page = keyset_page(rows, order=["-id"], cursor=request.GET.get("after", ""), size=50)
    return render(
        request, "org/audit.html", {"page": page, "actions": Audit.Action.choices, "action": wanted}
    )
