"""Pages of the gate: the desk, registering, booking, one entry and its steps, who is inside, the register."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.gate import documents, exports, queries, services
from anyuan.domains.gate.day_services import erase_entry
from anyuan.domains.gate.forms import BookForm, DeskForm, Examined, FilterForm
from anyuan.domains.gate.models import Entry, State
from anyuan.domains.gate.public import sign_pass
from anyuan.engines.notices.printing import PDF, XLSX, download
from anyuan.org.audit import read_sensitive
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import keyset_page
from anyuan.org.permissions import Permission

SITE_KEY = "gate"
NOT_HERE = "您的岗位不能进行此项操作。门卫登记由学校的门卫和被访人办理。"


def site(request: AuthedRequest, needs: Permission) -> Unit:
    """The gate at which the actor stands, where the post may do this; before anything is shown.

    A school with several sites has several gates: the one chosen is kept for the session.
    """
    if not request.actor.may(needs):
        raise Forbidden(_(NOT_HERE))
    gates = queries.sites_of(request.actor)
    wanted = request.GET.get("gate") or request.session.get(SITE_KEY)
    chosen = next((gate for gate in gates if gate.key == wanted), gates[0] if gates else None)
    if chosen is None:
        raise Refused(_("您的单位还没有填写学校概况，不能办理门卫登记。"))
    if "gate" in request.GET:
        request.session[SITE_KEY] = chosen.key
    request.gates = gates if len(gates) > 1 else []  # type: ignore[attr-defined]
    return chosen


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    """The desk for who stands at the gate; one's own visitors and pupils for everybody else at the school."""
    by, today = request.actor, timezone.localdate()
    if not by.may(Permission.GATE_READ):
        return redirect("gate:days")
    unit = site(request, Permission.GATE_READ)
    if by.may(Permission.GATE_DESK):
        facts = {
            "unit": unit,
            "expected": queries.expected_of(by, today, unit),
            "leaves": queries.leaves_open(by, today, unit),
            "inside": queries.inside_of(by, unit),
            "counts": queries.counts_of(by, today, unit),
            "late_since": queries.late_since(),
            "may_manage": by.may(Permission.GATE_MANAGE),
        }
        return render(request, "gate/desk.html", facts)
    facts = {
        "unit": unit,
        "leaves": queries.leaves_open(by, today),
        "asked": queries.asked_of_me(by),
        "recent": list(queries.entries_of(by).order_by("-on", "-id")[:20]),
    }
    return render(request, "gate/mine.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def entry_new(request: AuthedRequest) -> HttpResponse:
    """The guard registers somebody who stands at the gate."""
    unit = site(request, Permission.GATE_DESK)
    setting, staff = queries.setting_of(unit), queries.staff_of(unit)
    form = DeskForm(request.POST or None, staff=staff, epidemic=setting.epidemic)
    if request.method == "POST" and form.is_valid():
        try:
            entry = _register(request, unit, form)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            if entry.state == State.INSIDE:
                messages.success(request, _("已进校，访客牌 %(n)s 号。") % {"n": entry.number})
                return redirect("gate:home")
            done = _("已登记：未放行。"), _("已登记，并已通知被访人确认。")
            messages.success(request, done[entry.state == State.ASKED])
            return redirect("gate:entry", entry.pk)
    return render(
        request,
        "gate/new.html",
        {"form": form, "staff": staff, "unit": unit, "epidemic": setting.epidemic},
        status=422 if form.errors else 200,
    )


def _register(request: AuthedRequest, unit: Unit, form: DeskForm) -> Entry:
    """By the button that was pressed: let in, wait for the host, or turned away."""
    given = {"entry_id": form.once(), **form.examined(), **form.facts()}
    if "turn" in request.POST:
        return services.register_turned(unit, by=request.actor, **form.turned(), **given)
    agreed = "agreed" in request.POST
    return services.register_entry(unit, by=request.actor, agreed=agreed, **given)


@require_http_methods(["GET", "POST"])
@signed_in
def entry_book(request: AuthedRequest) -> HttpResponse:
    """A member of the school expects somebody."""
    unit = site(request, Permission.GATE_HOST)
    staff = queries.staff_of(unit)
    own = next((n for n, pk in staff.items() if pk == request.actor.person_id), "")
    form = BookForm(request.POST or None, staff=staff, initial={"host": own})
    if request.method == "POST" and form.is_valid():
        try:
            entry = services.book_entry(
                unit, by=request.actor, entry_id=form.once(), **form.facts()
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已预约。可以把访客证发给来访人。"))
            return redirect("gate:entry", entry.pk)
    facts = {"form": form, "staff": staff, "unit": unit}
    return render(request, "gate/book.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def entry(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One entry with what can be done now."""
    return _entry_page(request, queries.entry_of(request.actor, pk))


def _entry_page(
    request: AuthedRequest, found: Entry, *, form: Examined | None = None, status: int = 200
) -> HttpResponse:
    by = request.actor
    desk = by.may(Permission.GATE_DESK)
    open_states = {State.ASKED, State.CONFIRMED}
    epidemic = found.state in open_states and desk and queries.setting_of(found.unit).epidemic
    facts = {
        "entry": found, "desk": desk, "epidemic": epidemic, "today": timezone.localdate(),
        "form": form or Examined(epidemic=epidemic), "is_open": found.state in open_states,
        "why": request.POST.get("why", ""), "pass": sign_pass(found),
        "late": found.is_late(queries.late_since()),
        "may_erase": by.may(Permission.GATE_MANAGE) and found.state not in {*open_states, State.INSIDE},
    }  # fmt: skip
    return render(request, "gate/entry.html", facts, status=status)


STEPS: dict[str, tuple[Callable[..., Any], str]] = {
    "confirm": (services.confirm_entry, "已确认，门卫可以放行。"),
    "refuse": (services.refuse_entry, "已告知门卫：未同意来访。"),
    "cancel": (services.cancel_entry, "已取消。"),
    "in": (services.let_in, "已进校。"),
    "turn": (services.turn_away, "已登记：未放行。"),
    "out": (services.let_out, "已登记离校。"),
    "erase": (erase_entry, "已删除姓名和手机号，当天的数字保留。"),
}


@require_POST
@signed_in
def entry_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """One step of an entry; refused, the page comes again with what was typed."""
    found = queries.entry_of(request.actor, pk)
    if step not in STEPS:
        raise Missing
    service, done = STEPS[step]
    epidemic = step in {"in", "turn"} and queries.setting_of(found.unit).epidemic
    form = Examined(request.POST, epidemic=epidemic)
    if not form.is_valid():
        return _entry_page(request, found, form=form, status=422)
    given: dict[str, Any] = {}
    if step in {"refuse", "cancel", "turn"}:
        given["why"] = request.POST.get("why", "")
    if step in {"in", "turn"}:
        given |= form.examined()
    if step == "turn":
        given["isolated"] = "isolated" in request.POST
    try:
        after = service(found, by=request.actor, **given)
    except Forbidden:
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return _entry_page(request, found, form=form, status=refusal.status)
    number = getattr(after, "number", None) if step == "in" else None
    messages.success(request, f"{done}{f'访客牌 {number} 号。' if number else ''}")
    places = {"desk": "gate:home", "inside": "gate:inside", "today": "web:today"}
    if back := places.get(request.POST.get("back", "")):
        return redirect(back)
    return redirect("gate:entry", found.pk)


@require_POST
@signed_in
def entry_unseal(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the telephone number (and what was found at the gate); the reading is logged."""
    found = queries.entry_of(request.actor, pk, sealed=True)
    read_sensitive(f"查看 {found.on:%Y-%m-%d} 出入登记的手机号和入校检查", by=request.actor)
    return render(request, "gate/unsealed.html", {"entry": found})


@require_GET
@signed_in
def inside(request: AuthedRequest) -> HttpResponse:
    """Who is inside now: to count heads at an evacuation; prints on one sheet."""
    unit = site(request, Permission.GATE_DESK)
    rows = queries.inside_of(request.actor)
    facts = {
        "unit": unit, "rows": rows, "people": queries.people_in(rows), "now": timezone.now(),
        "late_since": queries.late_since(),
    }  # fmt: skip
    return render(request, "gate/inside.html", facts)


@require_GET
@signed_in
def register(request: AuthedRequest) -> HttpResponse:
    """The register, newest first, as filtered in the address."""
    unit = site(request, Permission.GATE_READ)
    form = FilterForm(request.GET)
    wanted = form.wanted()
    rows = queries.filtered(request.actor, wanted)
    page = keyset_page(rows, order=["-on", "-id"], cursor=request.GET.get("after", ""), size=30)
    facts = {
        "page": page, "form": form, "unit": unit, "since": wanted["since"],
        "may_export": request.actor.may(Permission.EXPORT_RUN),
        "may_unseal": request.actor.may(Permission.LEDGER_UNSEAL),
        "mine": not request.actor.may(Permission.GATE_DESK),
    }  # fmt: skip
    return render(request, "gate/register.html", facts)


@require_GET
@signed_in
def register_export(request: AuthedRequest) -> HttpResponse:
    """The register of the filter as a workbook."""
    site(request, Permission.GATE_READ)
    wanted = FilterForm(request.GET).wanted()
    content = exports.register(
        request.actor, wanted, sealed=request.GET.get("sealed") == "1", request=request
    )
    return download(content, "门卫出入登记表.xlsx", XLSX)


@require_GET
@signed_in
def badge(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The visitor's badge for printing."""
    found = queries.entry_of(request.actor, pk)
    return download(documents.badge(found), "访客证.pdf", PDF)
