"""A visitor without an account: books through the school's code, and shows the pass on the phone.

As the hazards' public page: a signed address, a limit for each address and each school (counted in the
database), a hidden field for machines. Nothing of the school can be read here but its name: neither who
works there nor whether a name that was typed is known.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from typing import Any

import segno
from django.conf import settings
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core import scope
from anyuan.core.forms import show_refusal
from anyuan.core.keys import subtree
from anyuan.core.refused import Missing, Refused
from anyuan.domains.gate.forms import PublicForm
from anyuan.domains.gate.models import Bookings, Entry, GateSetting, Origin, State
from anyuan.domains.gate.numbers import booking_days, retention_days
from anyuan.domains.gate.queries import staff_of
from anyuan.domains.gate.services import book_entry
from anyuan.org.actor import Actor, visitor
from anyuan.org.audit import address_of
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

SALT = "anyuan.gate.book"
PASS_SALT = "anyuan.gate.pass"  # noqa: S105 -- not a password
PER_ADDRESS, PER_SCHOOL = 5, 60  # bookings in an hour: a family's few, a school's many
WINDOW_SECONDS = 3600


def sign_school(setting: GateSetting) -> str:
    """The part of the address that stands for a school's gate."""
    unit = setting.unit
    school = unit.parent_key if unit.kind == Unit.Kind.CAMPUS else unit.key
    return signing.dumps([unit.key, setting.token[:12], school], salt=SALT)


def sign_pass(entry: Entry) -> str:
    """The part of the address that stands for one visit."""
    return signing.dumps([entry.unit_id, str(entry.pk)], salt=PASS_SALT)


def _read(signed: str, salt: str) -> list[str]:
    try:
        return [str(part) for part in signing.loads(signed, salt=salt)]
    except signing.BadSignature as error:
        raise Missing from error


def _stranger(unit_key: str) -> Actor:
    """Somebody without an account: may ask for a visit and nothing else."""
    return dataclasses.replace(
        visitor(unit_key), name="访客", permissions=frozenset({Permission.GATE_HOST})
    )


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, signed: str) -> HttpResponse:
    """The page behind the school's code."""
    unit_key, token, school = _read(signed, SALT)
    # A campus's visitors see people of the whole school.
    with scope.enter(subtree(school)):
        setting = (
            GateSetting.objects.filter(
                unit_id=unit_key, booking=True, token__startswith=token,
                unit__state=Unit.State.ACTIVE,
            )
            .select_related("unit")
            .first()
        )  # fmt: skip
        if setting is None:
            raise Missing
        form = PublicForm(request.POST or None)
        status = 200
        if request.method == "POST":
            status = 422
            if form.is_valid():
                try:
                    entry = _take(request, setting.unit, form)
                except Refused as refusal:
                    show_refusal(form, refusal)
                    status = refusal.status
                else:
                    if entry is None:  # a machine is thanked all the same
                        return render(request, "gate/thanks.html")
                    return redirect("gate:pass", sign_pass(entry))
        facts = {
            "form": form,
            "unit": setting.unit,
            "days": retention_days(),
            "ahead": booking_days(),
        }
        return render(request, "gate/public.html", facts, status=status)


def _take(request: HttpRequest, unit: Unit, form: PublicForm) -> Entry | None:
    if form.cleaned_data["website"]:
        return None
    _limit(request, unit)
    facts = form.facts()
    return book_entry(
        unit, by=_stranger(unit.key), origin=Origin.PUBLIC, entry_id=form.once(),
        host_id=staff_of(unit).get(facts["host_name"]), **facts,
    )  # fmt: skip


def _limit(request: HttpRequest, unit: Unit) -> None:
    """Count this booking for its address, then for its school; in this order always, so none wait in a ring."""
    address = hashlib.sha256((address_of(request) or "").encode()).hexdigest()[:16]
    school = hashlib.sha256(unit.key.encode()).hexdigest()[:16]
    for key, most in ((f"from:{address}", PER_ADDRESS), (f"gate:{school}", PER_SCHOOL)):
        if _count(key) > most:
            raise TooMany


def _count(key: str) -> int:
    """One more booking for the key; how many that makes in its hour."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO gate_bookings AS old (key, sent, since) VALUES (%(key)s, 1, now())"
            " ON CONFLICT (key) DO UPDATE SET"
            " since = CASE WHEN old.since < now() - make_interval(secs => %(window)s)"
            " THEN now() ELSE old.since END,"
            " sent = CASE WHEN old.since < now() - make_interval(secs => %(window)s)"
            " THEN 1 ELSE old.sent + 1 END RETURNING sent",
            {"key": key, "window": WINDOW_SECONDS},
        )
        counted: int = cursor.fetchone()[0]
        return counted


def forget_counts() -> int:
    """Remove counts that are over; a nightly job calls it."""
    since = timezone.now() - datetime.timedelta(seconds=WINDOW_SECONDS)
    removed: int = Bookings.objects.filter(since__lt=since).delete()[0]
    return removed


class TooMany(Refused):
    """Too many bookings in an hour; HTTP 429."""

    status = 429

    def __init__(self) -> None:
        super().__init__(str(_("预约得太频繁了，请一小时后再试，或到校门口由保安登记。")))


@require_GET
def show_pass(request: HttpRequest, signed: str) -> HttpResponse:
    """The visitor's pass on a phone: state, day and code; of the name only the first character."""
    unit_key, pk = _read(signed, PASS_SALT)
    with scope.enter(subtree(unit_key)):
        entry = Entry.objects.filter(pk=pk).select_related("unit").defer("phone", "health").first()
        if entry is None:
            raise Missing
        shown = entry.state in {State.ASKED, State.CONFIRMED, State.INSIDE}
        facts: dict[str, Any] = {"entry": entry, "masked": masked(entry.name)}
        facts["code"] = code_of(entry) if shown else ""
        response = render(request, "gate/pass.html", facts)
        response.headers["Cache-Control"] = "private, no-store"
        return response


def masked(name: str) -> str:
    """张三丰 → 张＊＊."""
    return name[:1] + "＊" * max(1, len(name) - 1)


def desk_address(entry: Entry) -> str:
    """What the code on the pass opens: the guard's own page of the entry, behind the sign-in."""
    return settings.PUBLIC_URL + reverse("gate:entry", args=[entry.pk])


def code_of(entry: Entry) -> str:
    """The code as a picture that stands in the page itself."""
    return segno.make(desk_address(entry), error="m").svg_data_uri(scale=6, border=2)
