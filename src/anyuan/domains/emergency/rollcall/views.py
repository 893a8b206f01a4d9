"""Pages of who commands: the list, starting, following live, ending; whose class is whose."""

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
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.rollcall import queries
from anyuan.domains.emergency.rollcall.forms import FilterForm, StartForm, TeacherForm
from anyuan.domains.emergency.rollcall.freezing import in_order
from anyuan.domains.emergency.rollcall.models import RollCall, SchoolClass, State
from anyuan.domains.emergency.rollcall.services import running
from anyuan.domains.emergency.rollcall.teachers import colleagues, school_key, teachers_of
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission
from anyuan.org.queries import units_of

SITES = ("school", "campus")


def may_run(request: AuthedRequest) -> bool:
    return request.actor.may(Permission.ROLLCALL_RUN) and queries.sees_names(request.actor)


def _needs_run(request: AuthedRequest) -> None:
    if not may_run(request):
        raise Forbidden(_("您的岗位不能进行此项操作。清点由校长和安全干部发起。"))


@require_GET
@signed_in
def call_list(request: AuthedRequest) -> HttpResponse:
    """What runs now, and what was; the levels above see how many."""
    by = request.actor
    if not (queries.sees_names(by) or by.may(Permission.ROLLCALL_RUN)):
        raise Forbidden(_("您的岗位不能查看清点。"))
    form = FilterForm(request.GET)
    form.is_valid()
    rows = queries.calls_of(by, form.cleaned_data).filter(ended_at__isnull=False)
    page = keyset_page(rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=20)
    facts = {
        "running": queries.running(by, most=50),
        "page": page,
        "form": form,
        "runs": may_run(request),
        "names": queries.sees_names(by),
    }
    return render(request, "rollcall/list.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def call_new(request: AuthedRequest) -> HttpResponse:
    """One press for the whole school; what is special stands below."""
    _needs_run(request)
    by = request.actor
    sites = list(units_of(by).filter(kind__in=SITES).order_by("key"))
    key = request.POST.get("unit") or request.GET.get("unit") or by.unit_key
    classes = in_order(visible(SchoolClass, by).filter(unit_id=key, active=True))
    form = StartForm(
        request.POST or None, units=[(one.key, one.name) for one in sites], classes=classes,
        initial={"about": request.GET.get("about"), "unit": key},
    )  # fmt: skip
    about = _about(request)
    if request.method == "POST" and form.is_valid():
        unit: Unit = get_visible(Unit, by, key=form.cleaned_data["unit"])
        try:
            call = running.start_roll_call(
                unit, by=by, about=about, record_id=form.once(), **form.facts()
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已发起清点，全体教职工已收到通知。"))
            return redirect("rollcall:detail", call.pk)
    facts = {
        "form": form, "classes": classes, "about": about, "sites": sites, "key": key,
        "pupils": sum(one.pupils for one in classes), "running": queries.running(by),
    }  # fmt: skip
    return render(request, "rollcall/new.html", facts, status=422 if form.errors else 200)


def _about(request: AuthedRequest) -> Record | None:
    """The drill or incident that it belongs to, where one was given."""
    key = request.POST.get("about") or request.GET.get("about") or ""
    if not key:
        return None
    found: Record = get_visible(Record, request.actor, pk=uuid_or_missing(key))
    return found


@require_GET
@signed_in
def call_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The commander's page; the levels above see how many, no names."""
    call = queries.one(request.actor, pk)
    return render(request, "rollcall/detail.html", _going(request, call))


@require_GET
@signed_in
def call_going(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The part that changes, for its own renewal."""
    call = queries.one(request.actor, pk)
    return render(request, "rollcall/parts/going.html", _going(request, call))


def _going(request: AuthedRequest, call: RollCall) -> dict[str, Any]:
    by = request.actor
    names = queries.sees_names(by)
    groups = queries.groups_of(call, by)
    waiting = [group for group in groups if group.taken_at is None]
    return {
        "call": call,
        "figures": queries.summary(call),
        "names": names,
        "runs": may_run(request),
        "alive": call.record.state != State.VOID,
        "groups": groups,
        "waiting": waiting,
        "mine": [group for group in groups if group.teacher_id == by.person_id and by.person_id],
        "people": queries.open_members(call, by) if names else {},
        "searches": queries.searches(call, by) if names and not call.running else [],
        "self": queries.own_member(call, by) if names and call.running else None,
        "seconds": int((timezone.now() - call.started_at).total_seconds()),
    }


@require_POST
@signed_in
def call_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """End it, or withdraw one that was started by mistake."""
    call = queries.one(request.actor, pk)
    try:
        if step == "end":
            running.end_roll_call(call, by=request.actor, note=request.POST.get("note", ""))
            messages.success(request, _("清点已经结束。"))
        elif step == "void":
            running.void_roll_call(call, by=request.actor, reason=request.POST.get("reason", ""))
            messages.success(request, _("清点已经撤销。"))
        else:
            raise Missing
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        fresh = queries.one(request.actor, pk)
        facts = _going(request, fresh) | {"refused": refusal.sentence, "refused_step": step}
        status = 409 if isinstance(refusal, Conflict) else 422
        return render(request, "rollcall/detail.html", facts, status=status)
    return redirect("rollcall:detail", call.pk)


@require_GET
@signed_in
def class_teachers(request: AuthedRequest) -> HttpResponse:
    """Every class with the colleague who will be asked to count it."""
    _needs_run(request)
    by = request.actor
    rows = visible(SchoolClass, by).filter(active=True).select_related("unit", "teacher")
    classes = in_order(rows[:500])
    found = teachers_of(classes, colleagues(by.unit_key))
    lines = [(one, found.get(one.pk)) for one in classes]
    facts = {"lines": lines, "without": sum(1 for _class, who in lines if who is None)}
    return render(request, "rollcall/classes.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def class_teacher(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose the account of a class teacher."""
    one: SchoolClass = get_visible(SchoolClass, request.actor, pk=pk, select=("unit",))
    _needs_run(request)
    people = [(who.person_id, who.name) for who in colleagues(school_key(one.unit))]
    form = TeacherForm(request.POST or None, people=people, initial={"person": one.teacher_id})
    if request.method == "POST" and form.is_valid():
        running.choose_teacher(one, by=request.actor, person_id=form.cleaned_data["person"])
        messages.success(request, _("已保存%(name)s的班主任账号。") % {"name": one.name})
        return redirect("rollcall:classes")
    facts = {"form": form, "one": one}
    return render(request, "rollcall/class_teacher.html", facts, status=422 if form.errors else 200)
