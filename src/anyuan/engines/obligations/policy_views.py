"""Pages of the policy: the points and rules in force; starting, finishing and loading a pack."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.obligations import drafting
from anyuan.engines.obligations.loading import load_policy, preview_load
from anyuan.engines.obligations.models import Number, Point, Rule
from anyuan.engines.obligations.queries import current_policy
from anyuan.engines.obligations.services import switch_rule
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def _needs(request: AuthedRequest, permission: Permission) -> None:
    if not request.actor.may(permission):
        raise Forbidden(_("您的岗位不能进行此项操作。"))


@require_GET
@signed_in
def policy(request: AuthedRequest) -> HttpResponse:
    """The points with their measures and rules; everyone's reading, the bureau's switches."""
    _needs(request, Permission.POLICY_READ)
    found = current_policy()
    points = list(Point.objects.filter(policy=found).select_related("section")) if found else []
    rules: dict[int, list[Rule]] = {}
    for rule in Rule.objects.filter(policy=found, ends_on__isnull=True).select_related("point"):
        rules.setdefault(rule.point_id, []).append(rule)
    context = {
        "policy": found,
        "points": [(point, rules.get(point.pk, [])) for point in points],
        "numbers": Number.objects.filter(policy=found),
        "may_manage": request.actor.may(Permission.POLICY_MANAGE),
    }
    return render(request, "obligations/policy.html", context)


@require_POST
@signed_in
def rule_switch(request: AuthedRequest, pk: int) -> HttpResponse:
    """Switch a rule on or off; duties already begun stay."""
    rule: Any = Rule.objects.filter(pk=pk).select_related("policy__unit").first()
    if rule is None:
        raise Missing
    switch_rule(rule.policy.unit, by=request.actor, rule=rule, enabled=not rule.enabled)
    messages.success(request, _("已保存。"))
    return redirect("obligations:policy")


@require_http_methods(["GET", "POST"])
@signed_in
def draft_start(request: AuthedRequest) -> HttpResponse:
    """Begin a pack: from this year's document, a zipped pack, or the pack that ships."""
    _needs(request, Permission.POLICY_MANAGE)
    error = ""
    if request.method == "POST":
        try:
            files, notes = _begin(request)
            for note in notes:
                messages.warning(request, note)
            return _edit(request, files)
        except Refused as refusal:
            error = refusal.sentence
    return render(
        request, "obligations/draft_start.html", {"error": error}, status=422 if error else 200
    )


def _begin(request: AuthedRequest) -> tuple[drafting.Files, list[str]]:
    how = request.POST.get("how")
    if how == "shipped":
        return drafting.shipped(), []
    chosen = request.FILES.get("file")
    if chosen is None:
        raise Refused(_("请先选择文件。"), field="file")
    if (chosen.size or 0) > drafting.LIMIT:
        raise Refused(_("文件超过 20 MB，请换一个文件。"), field="file")
    body = chosen.read()
    return (drafting.from_archive(body), []) if how == "archive" else drafting.from_document(body)


def _edit(request: AuthedRequest, files: drafting.Files, *, status: int = 200) -> HttpResponse:
    mistakes = drafting.problems_of(files)
    context = {
        "files": sorted(files.items()),
        "mistakes": mistakes[:300],
        "many": len(mistakes),
        "ticket": drafting.keep(files, request.actor.person_id),
    }
    return render(request, "obligations/draft.html", context, status=status)


@require_POST
@signed_in
def draft_edit(request: AuthedRequest) -> HttpResponse:
    """Check what was typed; whole, show what loading changes; confirmed, load it."""
    _needs(request, Permission.POLICY_MANAGE)
    files = drafting.fetch(request.POST.get("ticket", ""), request.actor.person_id)
    files = {
        name: request.POST.get(f"file:{name}", text).replace("\r\n", "\n")
        for name, text in files.items()
    }
    if "check" in request.POST or drafting.problems_of(files):
        return _edit(request, files)
    pack = drafting.pack_of_files(files)
    city = get_visible(Unit, request.actor, kind=Unit.Kind.CITY)
    if "load" in request.POST:
        load_policy(city, by=request.actor, pack=pack)
        messages.success(request, _("已载入《%(title)s》。") % {"title": pack.title})
        return redirect("obligations:policy")
    context = {
        "pack": pack,
        "result": preview_load(city, by=request.actor, pack=pack),
        "ticket": drafting.keep(files, request.actor.person_id),
    }
    return render(request, "obligations/diff.html", context)
