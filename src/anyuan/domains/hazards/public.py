"""Anyone, without an account: scan a place's code, say what is wrong, look up what became of it.

The address carries the place's random token, signed; nothing of the unit but its name is shown. Sending
is limited for each address and each place (counted in the database, for all processes together), a
hidden field catches machines, and what a person leaves for being asked back is sealed.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django import forms
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.forms import OnceForm, show_refusal
from anyuan.core.keys import subtree
from anyuan.core.refused import Missing, Refused
from anyuan.domains.hazards.forms import photos, text
from anyuan.domains.hazards.models import Hazard, Place, PublicReports, Source
from anyuan.domains.hazards.services import report_hazard
from anyuan.org.actor import visitor
from anyuan.org.audit import address_of
from anyuan.org.models import Unit

SALT = "anyuan.hazards.place"
RECEIPT_SALT = "anyuan.hazards.receipt"
PER_ADDRESS, PER_PLACE = 5, 30  # reports in an hour: a passer-by's few, a place's many
WINDOW = datetime.timedelta(hours=1)
MOST_PHOTOS = 3


class PublicForm(OnceForm):
    description = text(_("您看到了什么问题"), limit=500)
    files = photos(_("照片（最多 3 张）"))  # type: ignore[assignment]
    contact = forms.CharField(
        label=_("联系方式（可不填）"),
        max_length=40,
        required=False,
        help_text=_("只用于向您核实，不公开。"),
    )
    # A person does not see this field; a machine that fills every field gives itself away.
    website = forms.CharField(required=False, label=_("请勿填写"))

    def clean_files(self) -> Any:
        chosen = self.cleaned_data["files"]
        if len(chosen) > MOST_PHOTOS:
            raise forms.ValidationError(_("最多上传 3 张照片。"))
        return chosen


def sign_place(place: Place) -> str:
    """The part of the address that stands for a place."""
    return signing.dumps([place.unit_id, str(place.pk), place.token[:12]], salt=SALT)


def _read(signed: str, salt: str) -> list[str]:
    try:
        return [str(part) for part in signing.loads(signed, salt=salt)]
    except signing.BadSignature as error:
        raise Missing from error


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, signed: str) -> HttpResponse:
    """The page behind a place's code."""
    unit_key, pk, token = _read(signed, SALT)
    with scope.enter(subtree(unit_key)):
        place = (
            Place.objects.filter(
                pk=pk, active=True, token__startswith=token, unit__state=Unit.State.ACTIVE
            )
            .select_related("unit")
            .first()
        )
        if place is None:
            raise Missing
        form = PublicForm(request.POST or None, request.FILES or None)
        refused = 422
        if request.method == "POST" and form.is_valid():
            try:
                hazard = _take(request, place, form)
            except Refused as refusal:
                show_refusal(form, refusal)
                refused = refusal.status
            else:
                receipt = (
                    signing.dumps([unit_key, str(hazard.pk)], salt=RECEIPT_SALT) if hazard else ""
                )
                return render(
                    request, "hazards/thanks.html", {"hazard": hazard, "receipt": receipt}
                )
        status = refused if form.errors else 200
        return render(request, "hazards/public.html", {"form": form, "place": place}, status=status)


def _take(request: HttpRequest, place: Place, form: PublicForm) -> Hazard | None:
    """Write the report; None for a machine, which is thanked all the same."""
    if form.cleaned_data["website"]:
        return None
    _limit(request, place)
    by = visitor(place.unit_id)
    kept = [keep_file(one, unit_id=place.unit_id, by=by).pk for one in form.cleaned_data["files"]]
    return report_hazard(
        place.unit,
        by=by,
        place=place.name,
        description=form.cleaned_data["description"],
        source=Source.PUBLIC,
        contact=form.cleaned_data["contact"],
        file_ids=kept,
        record_id=form.once(),
    )


def _limit(request: HttpRequest, place: Place) -> None:
    """Count this report for its address, then for its place; in this order always, so none wait in a ring."""
    address = hashlib.sha256((address_of(request) or "").encode()).hexdigest()[:16]
    for key, most in ((f"from:{address}", PER_ADDRESS), (f"place:{place.pk}", PER_PLACE)):
        if _count(key) > most:
            raise TooMany


def _count(key: str) -> int:
    """One more report for the key; how many that makes in its hour. After an hour the count begins anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hazards_publicreports AS old (key, reports, since) VALUES (%(key)s, 1, now())"
            " ON CONFLICT (key) DO UPDATE SET"
            " since = CASE WHEN old.since < now() - make_interval(secs => %(window)s)"
            " THEN now() ELSE old.since END,"
            " reports = CASE WHEN old.since < now() - make_interval(secs => %(window)s)"
            " THEN 1 ELSE old.reports + 1 END RETURNING reports",
            {"key": key, "window": WINDOW.total_seconds()},
        )
        counted: int = cursor.fetchone()[0]
        return counted


def forget_counts() -> int:
    """Remove counts that are over; a daily job calls it."""
    removed: int = PublicReports.objects.filter(since__lt=timezone.now() - WINDOW).delete()[0]
    return removed


class TooMany(Refused):
    """Too many reports in an hour; HTTP 429."""

    status = 429

    def __init__(self) -> None:
        super().__init__(
            str(_("反映得太频繁了，请一小时后再试。紧急情况请直接联系学校或拨打 110、119。"))
        )


@require_GET
def receipt(request: HttpRequest, signed: str) -> HttpResponse:
    """What became of a report: its state and day, nothing personal."""
    unit_key, pk = _read(signed, RECEIPT_SALT)
    with scope.enter(subtree(unit_key)):
        hazard = Hazard.objects.filter(pk=pk).select_related("record__case").first()
        if hazard is None:
            raise Missing
        return render(
            request, "hazards/receipt.html", {"hazard": hazard, "case": hazard.record.case}
        )
