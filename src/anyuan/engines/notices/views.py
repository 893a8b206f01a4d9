"""One's own messages; remarks on a record; files that a phone sends ahead of the record."""

from __future__ import annotations

import datetime
import uuid
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from anyuan.core import kinds
from anyuan.core.models import File, Record
from anyuan.core.refused import Missing, Refused
from anyuan.engines.notices import queries, services
from anyuan.engines.notices.forms import CommentForm, UploadForm
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.sides import comments_of
from anyuan.engines.notices.thumbnails import thumbnail
from anyuan.org.middleware import POST_KEY, AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page


@require_GET
@signed_in
def inbox(request: AuthedRequest) -> HttpResponse:
    """The person's messages by day, the newest first; `?unread=1` leaves out what was read, `?kind=`."""
    by = request.actor
    unread_only, kind = request.GET.get("unread") == "1", request.GET.get("kind", "")
    heaps = queries.heaps(by)
    chosen = next((heap for heap in heaps if heap.kind.key == kind), None)
    rows = queries.inbox(by, unread_only=unread_only, kind=chosen.kind.key if chosen else "")
    page = keyset_page(
        rows.select_related("unit"),
        order=["-at", "-id"], cursor=request.GET.get("after", ""), size=30,
    )  # fmt: skip
    context = {
        "page": page,
        "unread_only": unread_only,
        "heaps": heaps,
        "chosen": chosen,
        "waiting": chosen.unread if chosen else sum(heap.unread for heap in heaps),
        "today": timezone.localdate(),
        "yesterday": timezone.localdate() - datetime.timedelta(days=1),
    }
    return render(request, "notices/inbox.html", context)


@require_GET
@signed_in
def bell(request: AuthedRequest) -> HttpResponse:
    """The bell alone, for its own renewal."""
    return render(request, "notices/bell.html", {"unread": queries.unread_count(request.actor)})


@require_POST
@signed_in
def open_message(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Mark a message as read and go where it leads, in the post that may see it."""
    message = queries.inbox(request.actor).filter(pk=pk).first()
    if message is None:
        raise Missing
    services.mark_read(request.actor.unit_key, by=request.actor, ids=[message.pk])
    _stand_where_told(request, message)
    safe = url_has_allowed_host_and_scheme(message.url, allowed_hosts={request.get_host()})
    return redirect(message.url if message.url and safe else reverse("notices:inbox"))


def _stand_where_told(request: AuthedRequest, message: Notification) -> None:
    """A message to another of the person's posts opens in that post."""
    if request.actor.units.holds(message.unit_id):
        return
    posts = request.posts  # type: ignore[attr-defined]
    told = next((post for post in posts if post.unit_id == message.unit_id), None)
    if told is not None:
        request.session[POST_KEY] = str(told.pk)


@require_POST
@signed_in
def mark_read(request: AuthedRequest) -> HttpResponse:
    """Mark one message (`id`), those of a kind, or all of them as read."""
    one, kind = request.POST.get("id", ""), request.POST.get("kind", "")
    try:
        ids = [uuid.UUID(one)] if one else None
    except ValueError as error:
        raise Missing from error
    services.mark_read(request.actor.unit_key, by=request.actor, ids=ids, kind=kind)
    query = urlencode({"kind": kind}) if kind else ""
    return redirect(reverse("notices:inbox") + (f"?{query}" if query else ""))


@require_POST
@signed_in
def comment(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a remark; answers with the remarks alone where the page asked for them."""
    record = get_visible(Record, request.actor, pk=pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        services.add_comment(record, by=request.actor, text=form.cleaned_data["text"])
        form = CommentForm()
    if not request.htmx and record.kind in kinds.all_kinds():  # type: ignore[attr-defined]
        return redirect(kinds.record_url(record.kind, record.pk) + "#comments")
    facts = {
        "record": record,
        "comments": comments_of(record),
        "comment_form": form,
        "may_comment": True,
    }
    return render(request, "notices/comments.html", facts)


@require_POST
@signed_in
def upload(request: AuthedRequest) -> JsonResponse:
    """Take one file from a phone: {"id": …}, or {"error": sentence} with the refusal's status."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        return JsonResponse({"error": sentence}, status=422)
    data = form.cleaned_data
    unit = get_visible(Unit, request.actor, key=data["unit"] or request.actor.unit_key)
    try:
        kept = services.receive_file(
            unit, by=request.actor, upload=data["file"], file_id=data["id"], label=data["label"]
        )
    except Refused as refusal:
        return JsonResponse({"error": refusal.sentence}, status=refusal.status)
    return JsonResponse({"id": str(kept.pk), "name": kept.name, "photo": kept.is_image})


@require_GET
@signed_in
def small_photo(request: AuthedRequest, pk: uuid.UUID) -> FileResponse:
    """A photo at the size of a list, made at the first asking."""
    file = get_visible(File, request.actor, pk=pk)
    path = thumbnail(file)
    if path is None:
        raise Missing
    response = FileResponse(path.open("rb"), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response
