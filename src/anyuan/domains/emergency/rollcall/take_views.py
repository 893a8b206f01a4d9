"""Pages of who takes a class: the sheet, finding somebody, saying that oneself is safe."""

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
from anyuan.domains.emergency.rollcall import queries
from anyuan.domains.emergency.rollcall.forms import FindForm, FoundForm, SheetForm
from anyuan.domains.emergency.rollcall.models import Group, Member, RollCall, Where
from anyuan.domains.emergency.rollcall.services import taking
from anyuan.domains.emergency.rollcall.services.taking import Word
from anyuan.org.middleware import AuthedRequest, signed_in


def _call_to_take(request: AuthedRequest, pk: uuid.UUID) -> RollCall:
    call = queries.one(request.actor, pk)
    if not queries.sees_names(request.actor):
        raise Forbidden(_("名单只有本校教职工可以查看和清点。"))
    return call


@require_GET
@signed_in
def mine(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Straight to one's own class; who has none chooses."""
    call = _call_to_take(request, pk)
    own = queries.own_groups(call, request.actor)
    if len(own) == 1 and call.running:
        return redirect("rollcall:take", own[0].pk)
    facts = {
        "call": call, "groups": queries.groups_of(call, request.actor), "own": own,
        "self": queries.own_member(call, request.actor),
    }  # fmt: skip
    return render(request, "rollcall/mine.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def take(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A group's sheet: everybody is there but whom one taps."""
    group = queries.group_of(request.actor, pk)
    members = queries.members_of(group, request.actor) if group.named else []
    form = SheetForm(request.POST or None, group=group, members=members, initial=_numbers(group))
    if request.method == "POST" and form.is_valid():
        try:
            taking.send_sheet(group, by=request.actor, **form.facts())
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            fresh = queries.group_of(request.actor, pk)
            messages.success(request, _said(fresh))
            return redirect("rollcall:take", group.pk)
    facts = {
        "form": form, "group": group, "call": group.roll_call, "lines": _lines(members, form),
    }  # fmt: skip
    return render(request, "rollcall/take.html", facts, status=422 if form.errors else 200)


def _numbers(group: Group) -> dict[str, Any]:
    if group.named:
        return {}
    taken = group.taken_at is not None
    return {"present": group.present if taken else None, "elsewhere": group.elsewhere or None}


def _lines(members: list[Member], form: SheetForm) -> list[tuple[Member, str, str, str]]:
    """(member, what stands chosen, the remark, what the page showed); of whom nothing is known: there.

    A sheet that came back keeps what was tapped.
    """
    lines = []
    for member in members:
        before = f"{member.state or Where.PRESENT}|{member.note}"
        state = form.data.get(f"s_{member.pk}") or member.state or Where.PRESENT
        note = form.data.get(f"n_{member.pk}", member.note)
        lines.append((member, state, note, before))
    return lines


def _said(group: Group) -> str:
    if group.absent:
        return _("%(name)s已上报：还有 %(n)d 人未到。") % {"name": group.name, "n": group.absent}
    return _("%(name)s已上报：全部清点到。") % {"name": group.name}


@require_GET
@signed_in
def find(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody stands beside me: find them by name."""
    call = _call_to_take(request, pk)
    form = FindForm(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    facts = {
        "call": call, "form": form, "words": words,
        "found": queries.find_members(call, request.actor, words),
    }  # fmt: skip
    return render(request, "rollcall/find.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def found(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Say of one person where they are."""
    member = queries.member_of(request.actor, pk)
    form = FoundForm(request.POST or None, initial={"state": Where.PRESENT})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        word = Word(data["state"], note=data["note"], place=data["place"])
        try:
            taking.send_sheet(
                member.group, by=request.actor, words={member.pk: word}, at=data["at"], sheet_id=form.once()
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记下：%(name)s。") % {"name": member.name})
            return redirect("rollcall:detail", member.roll_call_id)
    facts = {"form": form, "member": member, "call": member.roll_call, "group": member.group,
             "said": queries.said_of(member, request.actor)}  # fmt: skip
    return render(request, "rollcall/found.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def here(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """I am safe, and here."""
    call = queries.one(request.actor, pk)
    if taking.check_in(call, by=request.actor):
        messages.success(request, _("已记下：您已到集合地点。"))
    else:
        messages.warning(request, _("这次清点的名单里没有您，请当面告诉指挥人员。"))
    return redirect("rollcall:detail", call.pk)
