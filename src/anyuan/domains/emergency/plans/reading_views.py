"""Reading a plan: on one page to keep on a phone or print, side by side with another version, on paper."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anyuan.core.offline import may_be_kept
from anyuan.core.refused import Missing
from anyuan.domains.emergency.plans import queries, texts
from anyuan.domains.emergency.plans.comparing import compare
from anyuan.domains.emergency.plans.documents import paper
from anyuan.domains.emergency.plans.models import State
from anyuan.org.middleware import AuthedRequest, signed_in


@require_GET
@signed_in
def plan_read(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The whole plan in big type; one in force may be kept on the phone for a time without network."""
    version = queries.with_parts(queries.version_for(request.actor, pk))
    answer = render(request, "plans/read.html", {"version": version})
    return may_be_kept(answer) if version.state == State.PUBLISHED else answer


@require_GET
@signed_in
def plan_compare(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """This version beside another one of the same plan: `?with=`, else the one before it."""
    version = queries.version_for(request.actor, pk)
    others = [one for one in queries.versions_of(version.plan) if one.pk != version.pk]
    if not queries.may_see_all(request.actor, version):
        others = [one for one in others if one.published_at is not None]
    wanted = request.GET.get("with", "")
    earlier = [one for one in others if one.number < version.number]
    chosen = next((one for one in others if str(one.pk) == wanted), None)
    if wanted and chosen is None:
        raise Missing
    other = chosen or next(iter(earlier), None) or next(iter(others), None)
    old, new = sorted([version, other or version], key=lambda one: one.number)
    facts = {
        "version": version, "others": others, "old": old, "new": new,
        "sides": compare(texts.read(old), texts.read(new)) if other else [],
    }  # fmt: skip
    return render(request, "plans/compare.html", facts)


@require_GET
@signed_in
def plan_paper(request: AuthedRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """The plan as Word or PDF."""
    if form not in {"docx", "pdf"}:
        raise Missing
    version = queries.version_for(request.actor, pk)
    return paper(version, texts.read(version)).answer(form, f"{version.unit_name}{version.title}")
