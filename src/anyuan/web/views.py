"""Pages of the shell that belong to no domain: the way in, health, files, errors."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import find
from django.db import DatabaseError, connection
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from anyuan.core.files import SHOWN_INLINE, path_of
from anyuan.core.models import File
from anyuan.core.refused import Missing
from anyuan.org.middleware import POST_KEY, AuthedRequest, signed_in
from anyuan.org.pages import get_visible
from anyuan.web.health import worker_answers


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    """The first page of a post: 今日 for a school, 要点看板 for those who supervise."""
    for name in ("web:board", "web:today") if request.actor.is_supervisor else ("web:today",):
        try:
            return redirect(reverse(name))
        except NoReverseMatch:
            continue
    return render(request, "home.html")


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when database and worker answer, else 503 with the part that does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "failing", "part": "database"}, status=503)
    if not worker_answers():
        return JsonResponse({"status": "failing", "part": "worker"}, status=503)
    return JsonResponse({"status": "ok"})


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows kept pages without network; at the root, so that it may answer for all of them."""
    script = Path(find("anyuan/sw.js") or "").read_text("utf-8")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_POST
@signed_in
def post_choose(request: AuthedRequest) -> HttpResponse:
    """Switch to another of one's own posts."""
    wanted = request.POST.get("post", "")
    if not any(str(post.pk) == wanted for post in request.posts):  # type: ignore[attr-defined]
        raise Missing
    request.session[POST_KEY] = wanted
    return redirect("web:home")


@require_GET
@signed_in
def file_content(request: AuthedRequest, pk: uuid.UUID) -> FileResponse:
    """A stored file: photos and PDF in the page, everything else as a download."""
    file: Any = get_visible(File, request.actor, pk=pk)
    path = path_of(file)
    if not path.exists():
        raise Missing
    response = FileResponse(path.open("rb"), content_type=file.kind)
    inline = file.kind in SHOWN_INLINE
    disposition = content_disposition_header(not inline, file.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def safe_next(request: HttpRequest, default: str) -> str:
    """Where to go after a form: an address of our own, or the default."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return default


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent after signing in anew, or from elsewhere: nothing was saved, what was typed is still there."""
    return render(request, "expired.html", {"reason": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What cannot be read as a request of ours: mostly far too much at once."""
    return render(request, "bad_request.html", status=400)
