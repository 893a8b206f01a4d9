"""The notice card 风险告知卡: for print, and the page behind its code for anyone who scans it."""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anyuan.core import scope
from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.risk.points import queries
from anyuan.domains.risk.points.cards import SALT, card_of, cards_pdf, public_point
from anyuan.engines.notices.printing import PDF, download
from anyuan.org.middleware import AuthedRequest, signed_in


@require_GET
def public_card(request: HttpRequest, signed: str) -> HttpResponse:
    """What the risk is, what to do, whom to call; no account needed, no private names."""
    try:
        unit_key, pk, token = (str(part) for part in signing.loads(signed, salt=SALT))
    except (signing.BadSignature, ValueError) as error:
        raise Missing from error
    with scope.enter(subtree(unit_key)):
        point = public_point(pk, token)
        if point is None:
            raise Missing
        return render(request, "risk/card.html", {"card": card_of(point)})


@require_GET
@signed_in
def one_card(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    point = queries.one(request.actor, pk)
    return download(cards_pdf([point]), f"风险告知卡 {point.name}.pdf", PDF)


@require_GET
@signed_in
def all_cards(request: AuthedRequest, key: str) -> HttpResponse:
    """All cards of a school in one file, the gravest first."""
    unit = queries.site_of(request.actor, key)
    points = [one for one in queries.points_of(request.actor, unit.key) if one.colour]
    return download(cards_pdf(points), f"风险告知卡 {unit.name}.pdf", PDF)
