"""The check behind a letter's code: anybody may look whether it is genuine; nothing private is told.

The address is signed and names the letter, not its unit: a school that moves keeps its papers.
"""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from anyuan.core import scope
from anyuan.core.refused import Missing
from anyuan.domains.responsibility.duties.letter_queries import SELECT, signed
from anyuan.domains.responsibility.duties.models import Letter

SALT = "anyuan.duties.letter"


def sign_letter_address(letter: Letter) -> str:
    """The part of the address that stands for a letter; the same each time."""
    return signing.Signer(salt=SALT).sign(letter.pk.hex)


def address_of(request: HttpRequest, letter: Letter) -> str:
    return request.build_absolute_uri(reverse("duties:check", args=[sign_letter_address(letter)]))


def _read(token: str) -> uuid.UUID:
    try:
        return uuid.UUID(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise Missing from error


@require_GET
def check(request: HttpRequest, signed_key: str) -> HttpResponse:
    """Whether the letter is genuine and binds today; parties, year, days and hashes."""
    pk = _read(signed_key)
    with scope.everything():
        letter = Letter.objects.select_related(*SELECT).filter(pk=pk).first()
        if letter is None:
            raise Missing
        signatures, wrong = signed(letter)
        facts = {
            "letter": letter, "wrong": wrong, "valid": not wrong and letter.is_valid(timezone.localdate()),
            "party_b": f"{letter.post_title} {masked(letter.b_name)}" if letter.holder_id else letter.b_name,
            "signed": [(one.get_turn_display(), one.at) for one in signatures],
        }  # fmt: skip
        response = render(request, "duties/check.html", facts)
        response.headers["Cache-Control"] = "no-store"
        return response


def masked(name: str) -> str:
    """A person's name for strangers: the first character."""
    return name[:1] + "＊" * max(1, len(name) - 1)
