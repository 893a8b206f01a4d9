"""Pages of reunification: class by class who is still here, giving a child, taking a mistake back."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.rollcall import documents, handing, queries
from anyuan.domains.emergency.rollcall.forms import HandoverForm, UnlistedForm
from anyuan.domains.emergency.rollcall.models import Group, Handover, Member, RollCall
from anyuan.domains.emergency.rollcall.services import handing as services
from anyuan.engines.notices.printing import PDF, XLSX, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.permissions import Permission

SHOWN = 100


def call_of(request: AuthedRequest, pk: uuid.UUID) -> RollCall:
    """A roll call whose names this actor may read. Errors: Forbidden for the levels above."""
    call = queries.one(request.actor, pk)
    if not queries.sees_names(request.actor):
        raise Forbidden(_("名单只有本校教职工可以查看。"))
    return call


@require_GET
@signed_in
def handing_list(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Who is still here, class by class; one's own class first."""
    call = call_of(request, pk)
    return render(request, "rollcall/handing.html", _list(request, call))


@require_GET
@signed_in
def handing_going(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of it that changes."""
    call = call_of(request, pk)
    return render(request, "rollcall/parts/handing.html", _list(request, call))


def _list(request: AuthedRequest, call: RollCall) -> dict[str, Any]:
    by = request.actor
    lines = handing.class_lines(call, by)
    wanted = request.GET.get("group", "")
    chosen = next((one.group for one in lines if str(one.group.pk) == wanted), None)
    if chosen is None:
        own = [one.group for one in lines if one.group.teacher_id == by.person_id]
        chosen = own[0] if own else None
    return {
        "call": call,
        "lines": lines,
        "chosen": chosen,
        "members": handing.still_here(chosen, by) if chosen and chosen.named else [],
        "given": list(handing.handovers_of(call, by, chosen)[:SHOWN]),
        "here": sum(one.here for one in lines),
        "gone": sum(one.given for one in lines),
        "person_id": by.person_id,
        "exports": by.may(Permission.EXPORT_RUN),
    }


@require_http_methods(["GET", "POST"])
@signed_in
def hand(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a pupil to a guardian of the list."""
    member = queries.member_of(request.actor, pk)
    guardians = queries.guardians_of(member, request.actor)
    form = HandoverForm(request.POST or None, guardians=guardians)
    if request.method == "POST" and form.is_valid() and _done(request, form, member):
        return redirect(_back(member.group))
    facts = {"form": form, "member": member, "group": member.group, "call": member.roll_call,
             "guardians": guardians, "opened": []}  # fmt: skip
    return render(request, "rollcall/hand.html", facts, status=422 if form.errors else 200)


def _done(request: AuthedRequest, form: HandoverForm, member: Member) -> bool:
    try:
        made = services.hand_over(member, by=request.actor, **form.facts())
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    words = {"pupil": made.pupil_name, "who": made.guardian, "what": made.relation}
    messages.success(request, _("%(pupil)s已交给%(who)s（%(what)s）。") % words)
    return True


@require_POST
@signed_in
def guardians(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The guardians' telephones, to call them; the reading is logged."""
    member = queries.member_of(request.actor, pk)
    opened = services.open_guardians(member, by=request.actor)
    form = HandoverForm(guardians=queries.guardians_of(member, request.actor))
    facts = {"form": form, "member": member, "group": member.group, "call": member.roll_call,
             "guardians": opened, "opened": opened}  # fmt: skip
    return render(request, "rollcall/hand.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def hand_unlisted(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a pupil of a class without names."""
    group = queries.group_of(request.actor, pk)
    form = UnlistedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.hand_over_unlisted(group, by=request.actor, **form.facts())
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已登记交接。"))
            return redirect(_back(group))
    facts = {"form": form, "group": group, "call": group.roll_call}
    return render(request, "rollcall/hand_unlisted.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def undo(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a mistaken handover back."""
    handover: Handover = handing.handover_of(request.actor, pk)
    services.undo_handover(handover, by=request.actor, why=request.POST.get("why", ""))
    messages.success(request, _("已撤回，学生仍在校内。"))
    return redirect(_back(handover.group))


def _back(group: Group) -> str:
    return f"{reverse('rollcall:handing', args=[group.roll_call_id])}?group={group.pk}"


@require_GET
@signed_in
def paper(request: AuthedRequest, pk: uuid.UUID, what: str, kind: str) -> HttpResponse:
    """The roll call's sheet, or the list of handovers; for printing or as a workbook."""
    call = call_of(request, pk)
    make = documents.MAKERS.get((what, kind))
    if make is None:
        raise Missing
    content = make(call, by=request.actor, request=request)
    name = f"{documents.TITLES[what]}.{kind}"
    return download(content, name, PDF if kind == "pdf" else XLSX)
