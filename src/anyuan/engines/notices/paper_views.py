"""The bureau's page of its own Word templates."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.notices import own_papers, papers
from anyuan.engines.notices.forms import TemplateForm
from anyuan.engines.notices.models import PaperTemplate
from anyuan.engines.notices.printing import DOCX, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission


def _unit(request: AuthedRequest) -> Unit:
    """The actor's own bureau. Errors: Forbidden for a post that may not manage it."""
    if not (request.actor.is_supervisor and request.actor.may(Permission.UNIT_MANAGE)):
        raise Forbidden(_("文书模板由市或辖市区的管理员更换。"))
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    return unit


def _kind(key: str) -> papers.DocumentKind:
    found = papers.all_kinds().get(key)
    if found is None:
        raise Missing
    return found


@require_GET
@signed_in
def paper_list(request: AuthedRequest) -> HttpResponse:
    """All kinds of document and whose template each uses."""
    unit = _unit(request)
    own = {one.kind: one for one in PaperTemplate.objects.filter(unit=unit, active=True)}
    kinds = sorted(papers.all_kinds().values(), key=lambda one: one.key)
    rows = [(kind, own.get(kind.key)) for kind in kinds]
    return render(request, "notices/papers.html", {"rows": rows, "unit": unit})


@require_http_methods(["GET", "POST"])
@signed_in
def paper_kind(request: AuthedRequest, kind: str) -> HttpResponse:
    """One kind: its fields, the versions, and putting in a new one."""
    unit = _unit(request)
    declared = _kind(kind)
    form = TemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            made = own_papers.put_template(unit, by=request.actor, kind=kind, upload=upload)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            # What the file store says of its uploads stands at this form's only field.
            form.add_error("file", refusal.sentence)
        else:
            messages.success(request, _("模板已启用，这是第 %(n)d 版。") % {"n": made.number})
            return redirect("notices:paper_kind", kind)
    versions = PaperTemplate.objects.filter(unit=unit, kind=kind).order_by("-number")
    facts = {
        "kind": declared, "unit": unit, "form": form, "versions": list(versions[:30]),
        "fields": list(declared.all_fields.items()),
    }  # fmt: skip
    return render(request, "notices/paper.html", facts, status=422 if form.errors else 200)


@require_POST
@signed_in
def paper_use(request: AuthedRequest, kind: str) -> HttpResponse:
    """Use an earlier version (`version`), or none: the default."""
    unit = _unit(request)
    _kind(kind)
    version = None
    if wanted := request.POST.get("version", ""):
        try:
            version = PaperTemplate.objects.filter(
                unit=unit, kind=kind, pk=uuid.UUID(wanted)
            ).first()
        except ValueError as error:
            raise Missing from error
        if version is None:
            raise Missing
    try:
        own_papers.use_version(unit, by=request.actor, kind=kind, version=version)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("已更换，之后生成的文书用这个模板。"))
    return redirect("notices:paper_kind", kind)


@require_GET
@signed_in
def paper_download(request: AuthedRequest, kind: str) -> HttpResponse:
    """The template in use, with its fields, to be changed in Word."""
    unit = _unit(request)
    declared = _kind(kind)
    body = papers.template_bytes(declared, unit.key)
    return download(body, f"{declared.title}模板.docx", DOCX)


@require_GET
@signed_in
def paper_sample(request: AuthedRequest, kind: str, form: str) -> HttpResponse:
    """What a document of this kind looks like, filled with made-up content."""
    unit = _unit(request)
    declared = _kind(kind)
    if form not in {"docx", "pdf"}:
        raise Missing
    made = papers.official(declared, unit=unit.key, **own_papers.sample(declared))
    return made.answer(form, f"{declared.title}样本")
