"""Pages of checklists: which there are, one with its versions, a new version, XLSForm in and out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.files import held, hold
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.checks import xlsform
from anyuan.engines.checks.checklist_forms import (
    ChecklistForm,
    ItemForms,
    initial_of,
    new_key,
    spec_of,
)
from anyuan.engines.checks.models import Checklist
from anyuan.engines.checks.queries import checklist_page, checklist_rows, compared, spec_of_current
from anyuan.engines.checks.services import publish_checklist, switch_checklist
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.notices.printing import download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

SALT = "anyuan.checks.xlsform"
KEPT_SECONDS = 3600
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _checklist(key: str) -> Checklist:
    found = Checklist.objects.select_related("current").filter(key=key).first()
    if found is None or found.current is None:
        raise Missing
    return found


def _needs_manage(request: AuthedRequest) -> Unit:
    """The bureau's unit of the actor, who publishes."""
    if not request.actor.may(Permission.CHECKLIST_MANAGE):
        raise Forbidden(_("您的岗位不能进行此项操作，请联系市教育局。"))
    return get_visible(Unit, request.actor, key=request.actor.unit_key)


@require_GET
@signed_in
def checklists(request: AuthedRequest) -> HttpResponse:
    """All checklists with their current version and how often they were used."""
    context = {
        "rows": checklist_rows(),
        "may_manage": request.actor.may(Permission.CHECKLIST_MANAGE),
    }
    return render(request, "checks/checklists.html", context)


@require_GET
@signed_in
def checklist(request: AuthedRequest, key: str) -> HttpResponse:
    """One checklist: its items, its versions; an older version by `?version=`."""
    found = _checklist(key)
    context = checklist_page(found, request.GET.get("version", "")) | {
        "may_manage": request.actor.may(Permission.CHECKLIST_MANAGE)
    }
    return render(request, "checks/checklist.html", context)


@require_GET
@signed_in
def checklist_export(request: AuthedRequest, key: str) -> HttpResponse:
    """The current version as an XLSForm workbook."""
    found = _checklist(key)
    spec = spec_of_current(found)
    number = found.current.number if found.current else 1
    return download(xlsform.write(spec, number), f"{found.title}.xlsx", XLSX)


@require_http_methods(["GET", "POST"])
@signed_in
def checklist_edit(request: AuthedRequest, key: str = "") -> HttpResponse:
    """A new checklist, or a new version of one; published versions stay as they are."""
    city = _needs_manage(request)
    found = _checklist(key) if key else None
    before = spec_of_current(found) if found else Spec("", "", "", ())
    first = {"title": before.title, "purpose": before.purpose, "where": list(before.where)}
    start = initial_of(list(before.items)) or initial_of([Item("", "")])
    head = ChecklistForm(request.POST or None, initial=first)
    items = ItemForms(request.POST or None, initial=start, prefix="i")
    mistakes: list[str] = []
    if request.method == "POST" and "more" in request.POST:
        items = ItemForms(_one_more(request.POST), initial=start, prefix="i")
    elif request.method == "POST" and head.is_valid() and items.is_valid():
        spec, mistakes = spec_of(head, items, key or new_key(), list(before.items))
        if not mistakes:
            version = publish_checklist(city, by=request.actor, spec=spec)
            messages.success(
                request,
                _("已发布《%(title)s》第 %(n)s 版。") % {"title": spec.title, "n": version.number},
            )
            return redirect("checks:checklist", spec.key)
    wrong = request.method == "POST" and "more" not in request.POST
    context = {"checklist": found, "head": head, "items": items, "mistakes": mistakes}
    return render(request, "checks/checklist_edit.html", context, status=422 if wrong else 200)


def _one_more(post: Any) -> Any:
    """The same form with an empty item at its end."""
    data = post.copy()
    many = int(data.get("i-TOTAL_FORMS", "0") or 0)
    places = [int(data.get(f"i-{n}-ORDER") or 0) for n in range(many)]
    data["i-TOTAL_FORMS"] = str(many + 1)
    data[f"i-{many}-ORDER"] = str(max(places, default=0) + 1)
    data[f"i-{many}-group"] = data.get(f"i-{many - 1}-group", "") if many else ""
    data[f"i-{many}-kind"], data[f"i-{many}-category"] = (
        "pass",
        data.get(f"i-{many - 1}-category", "19"),
    )
    data[f"i-{many}-severity"], data[f"i-{many}-required"] = "general", "on"
    return data


@require_POST
@signed_in
def checklist_switch(request: AuthedRequest, key: str) -> HttpResponse:
    """Take a checklist out of use, or put it back."""
    found = _checklist(key)
    city = get_visible(Unit, request.actor, key=request.actor.unit_key)
    switch_checklist(city, by=request.actor, checklist=found, active=not found.active)
    messages.success(
        request, _("已启用。") if found.active else _("已停用，以前的检查记录不受影响。")
    )
    return redirect("checks:checklist", key)


@require_http_methods(["GET", "POST"])
@signed_in
def checklist_import(request: AuthedRequest) -> HttpResponse:
    """A workbook is looked at first: its items, what changes, what is lost; then published as a whole."""
    city = _needs_manage(request)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            body, ticket = _body(request)
            read = xlsform.read(body)
            if "ticket" in request.POST:
                version = publish_checklist(city, by=request.actor, spec=read.spec)
                messages.success(
                    request,
                    _("已发布《%(title)s》第 %(n)s 版。")
                    % {"title": read.spec.title, "n": version.number},
                )
                return redirect("checks:checklist", read.spec.key)
            context = {"read": read, "ticket": ticket, "change": compared(read.spec)}
        except Refused as refusal:
            context["errors"] = list(dict.fromkeys([refusal.sentence, *refusal.errors.values()]))
    return render(
        request,
        "checks/checklist_import.html",
        context,
        status=422 if context.get("errors") else 200,
    )


def _body(request: AuthedRequest) -> tuple[bytes, str]:
    """The workbook, new or from the look before, and the ticket for publishing it."""
    if ticket := request.POST.get("ticket"):
        try:
            person, name = signing.loads(ticket, salt=SALT, max_age=KEPT_SECONDS)
        except signing.BadSignature as error:
            raise Refused(_("检查结果已过期，请重新上传文件。")) from error
        body = held(name) if person == request.actor.person_id else None
        if body is None:
            raise Refused(_("检查结果已过期，请重新上传文件。"))
        return body, ticket
    chosen = request.FILES.get("file")
    if chosen is None:
        raise Refused(_("请选择 XLSForm 文件（.xlsx）。"), field="file")
    body = chosen.read()
    return body, signing.dumps([request.actor.person_id, hold(body)], salt=SALT)
