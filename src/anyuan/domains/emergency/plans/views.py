"""The library of plans, one version with its review, writing it, looks at those in force."""

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
from anyuan.domains.emergency.plans import forms, queries, texts
from anyuan.domains.emergency.plans.content import content
from anyuan.domains.emergency.plans.models import Plan, PlanCheck, PlanVersion, State, Wish
from anyuan.domains.emergency.plans.services import keeping, writing
from anyuan.engines.reviews.queries import comments_of, steps_of, why_not_sign
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of


def _unit(request: AuthedRequest) -> Unit:
    found: Unit = get_visible(
        Unit, request.actor, key=request.GET.get("unit") or request.actor.unit_key
    )
    return found


def _ask(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.PLAN_WRITE):
        raise Forbidden(_("您的岗位不能编写预案。"))


@require_GET
@signed_in
def plan_list(request: AuthedRequest) -> HttpResponse:
    """The library of one unit: its own plans, those above, what is missing or late."""
    unit = _unit(request)
    own = unit.key == request.actor.unit_key
    shelves = queries.library(unit)
    in_force = [shelf.own.pk for shelf in shelves if shelf.own] if own else []
    facts = {
        "unit": unit,
        "own": own,
        "shelves": shelves,
        "kept": " ".join(reverse("plans:read", args=[pk]) for pk in in_force),
        "wishes": queries.wishes_of(request.actor) if own else [],
        "may_write": own and request.actor.may(Permission.PLAN_WRITE),
        "supervises": request.actor.is_supervisor,
    }
    return render(request, "plans/list.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def plan_new(request: AuthedRequest) -> HttpResponse:
    """Choose a kind; the draft comes from its template."""
    _ask(request)
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    taken = set(visible(Plan, request.actor).filter(unit=unit).values_list("kind", flat=True))
    form = forms.NewForm(
        request.POST or None, level=writing.LEVEL_OF[unit.kind], taken=taken,
        initial={"kind": request.GET.get("kind")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            version = writing.start_plan(
                unit, by=request.actor, kind=form.cleaned_data["kind"], record_id=form.once()
            )
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已按模板建立草稿，请核对人员和内容。"))
            return redirect("plans:edit", version.pk)
    facts = {"form": form, "title": _("编制预案"), "unit": unit}
    return render(request, "plans/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def plan_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One version; its writers and reviewers see the review, others the plan alone."""
    version = queries.with_parts(queries.version_for(request.actor, pk))
    inside = queries.may_see_all(request.actor, version)
    facts: dict[str, Any] = {
        "version": version,
        "inside": inside,
        "versions": list(queries.versions_of(version.plan)) if inside else [],
    }
    if inside:
        facts |= _review_of(request, version)
    return render(request, "plans/detail.html", facts)


def _review_of(request: AuthedRequest, version: PlanVersion) -> dict[str, Any]:
    own = request.actor.unit_key == version.unit_id
    writes = request.actor.may(Permission.PLAN_WRITE) and own
    record = version.record
    steps = steps_of(record)
    review = steps[-1].review if steps and version.state == State.REVIEW else None
    facts: dict[str, Any] = {
        "record": record,
        "review": review,
        "steps": steps,
        "comments": comments_of(record, texts.as_sections(texts.read(version))),
        "may_write": writes,
        "wishes": queries.wishes_of(request.actor, version.plan)
        if writes and version.state == State.PUBLISHED
        else [],
    }
    if review is not None:
        facts["why_not"] = why_not_sign(review, request.actor)
        facts["may_withdraw"] = writes
        facts["may_comment"] = request.actor.may(Permission.PLAN_REVIEW)
    return facts


@require_GET
@signed_in
def plan_more(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Attachments, remarks and the history of a version."""
    version = queries.own_version(request.actor, pk)
    return render(request, "plans/more.html", {"version": version})


@require_http_methods(["GET", "POST"])
@signed_in
def plan_edit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Write the draft."""
    version = queries.own_version(request.actor, pk)
    _ask(request)
    if not version.is_draft:
        messages.info(request, _("这一版现在不能修改。"))
        return redirect("plans:detail", version.pk)
    people = [
        (post.person_id, f"{post.person.name}（{post.get_role_display()}）")
        for post in staff_of(version.unit)
    ]
    initial = {
        "issue_number": version.issue_number, "effective_on": version.effective_on,
        "reason": version.reason, "seen": version.edits,
    }  # fmt: skip
    form = forms.DraftForm(
        request.POST or None, initial=initial, text=texts.read(version), people=people
    )
    sent = request.method == "POST" and form.is_valid()
    if sent and (answer := _save(request, version, form)) is not None:
        return answer
    facts = {
        "form": form, "version": version,
        "comments": comments_of(version.record, texts.as_sections(form.text)),
    }  # fmt: skip
    return render(request, "plans/edit.html", facts, status=422 if form.errors else 200)


def _save(
    request: AuthedRequest, version: PlanVersion, form: forms.DraftForm
) -> HttpResponse | None:
    data = form.cleaned_data
    try:
        writing.save_draft(
            version, by=request.actor, text=form.written(), seen=data["seen"],
            issue_number=data["issue_number"], effective_on=data["effective_on"], reason=data["reason"],
        )  # fmt: skip
        if "submit" in request.POST:
            writing.send_to_review(version, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return None
    if "submit" in request.POST:
        messages.success(request, _("已提交审核。"))
        return redirect("plans:detail", version.pk)
    messages.success(request, _("草稿已保存。"))
    return redirect("plans:edit", version.pk)


def _done(request: AuthedRequest, deed: Any, said: str) -> bool:
    try:
        deed()
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return False
    messages.success(request, said)
    return True


@require_POST
@signed_in
def plan_submit(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Send the draft to review."""
    version = queries.own_version(request.actor, pk)
    _done(request, lambda: writing.send_to_review(version, by=request.actor), _("已提交审核。"))
    return redirect("plans:detail", version.pk)


@require_POST
@signed_in
def plan_drop(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the draft up."""
    version = queries.own_version(request.actor, pk)
    _done(request, lambda: writing.give_up_draft(version, by=request.actor), _("草稿已撤销。"))
    return redirect("plans:list")


@require_http_methods(["GET", "POST"])
@signed_in
def plan_revise(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Begin the next version."""
    version = queries.own_version(request.actor, pk)
    _ask(request)
    wishes = list(queries.wishes_of(request.actor, version.plan))
    initial = {"reason": "；".join(one.text for one in wishes)[:500]}
    form = forms.ReviseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            fresh = writing.revise_plan(
                version.plan, by=request.actor, reason=form.cleaned_data["reason"], record_id=form.once()
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("plans:edit", fresh.pk)
    facts = {
        "form": form,
        "title": _("修订%(what)s") % {"what": version.title},
        "unit": version.unit,
    }
    return render(request, "plans/form.html", facts, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def plan_check_new(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Look at a plan in force."""
    version = queries.own_version(request.actor, pk)
    _ask(request)
    form = forms.CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {k: v for k, v in form.cleaned_data.items() if k != "form_id"}
        try:
            keeping.check_plan(version, by=request.actor, record_id=form.once(), **data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("复核已记录。"))
            if data["conclusion"] == PlanCheck.Conclusion.REVISE:
                return redirect("plans:revise", version.pk)
            return redirect("plans:detail", version.pk)
    facts = {
        "form": form,
        "title": _("复核%(what)s") % {"what": version.title},
        "unit": version.unit,
    }
    return render(request, "plans/form.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def plan_check_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One look at a plan."""
    check = get_visible(
        PlanCheck, request.actor, pk=pk, select=("version__plan", "unit", "record__unit", "record__created_by")
    )  # fmt: skip
    return render(request, "plans/check.html", {"check": check})


@require_POST
@signed_in
def wish_dismiss(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """A wish that the plan does not need."""
    wish = get_visible(Wish, request.actor, pk=pk)
    why = request.POST.get("why", "")
    _done(request, lambda: keeping.dismiss_wish(wish, by=request.actor, why=why), _("已记下理由。"))
    return redirect("plans:list")


@require_GET
@signed_in
def plan_overview(request: AuthedRequest) -> HttpResponse:
    """How the schools below stand, kind by kind."""
    if not request.actor.is_supervisor:
        raise Forbidden(_("由市、区教育局查看。"))
    return render(request, "plans/overview.html", {"standings": queries.overview(request.actor)})


@require_GET
@signed_in
def plan_lacking(request: AuthedRequest, kind: str) -> HttpResponse:
    """Which schools lack a kind, and where it is late to be looked at."""
    spec = content().kinds.get(kind)
    if spec is None:
        raise Missing
    if not request.actor.is_supervisor:
        raise Forbidden(_("由市、区教育局查看。"))
    rows = visible(PlanVersion, request.actor).filter(state=State.PUBLISHED, plan__kind=kind)
    facts = {
        "kind": spec,
        "lacking": queries.lacking(request.actor, kind)[:500],
        "late": queries.late(request.actor, kind)[:500],
        "have": rows.select_related("unit", "plan").order_by("unit_id")[:500],
    }
    return render(request, "plans/lacking.html", facts)
