"""指挥: the command page, the big screen, and the part of both that is fetched anew when something happens."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anyuan.core.refused import Forbidden
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.web import command
from anyuan.web.board_views import borders
from anyuan.web.boards import span_of

# Kinds of events after which the running things are asked for again.
KINDS = "incident alert warning warning_response rollcall drill hazard"


def _needs_command(request: AuthedRequest) -> None:
    if not request.actor.may(Permission.INCIDENT_READ):
        raise Forbidden(_("您的岗位没有指挥页面。"))


def _context(request: AuthedRequest, *, mapped: bool = False) -> dict[str, Any]:
    """What runs, and the figures; with the map's data for a whole page of who supervises."""
    by = request.actor
    divisions = command.divisions_of(by) if mapped else []
    figures = command.figures_of(by, span_of(request.GET), divisions)
    return {
        "now": command.now_of(by),
        "map": _map(figures) if mapped and by.is_supervisor else None,
        "whole": figures.whole,
        "low": figures.low,
        "at": timezone.localtime(),
        "kinds": KINDS,
        "may_alert": by.may(Permission.ALERT_SEND),
        "may_report": by.may(Permission.INCIDENT_REPORT),
    }


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    """What runs now at one's units, with the buttons of the minute that matters."""
    _needs_command(request)
    return render(request, "web/command.html", _context(request, mapped=True))


@require_GET
@signed_in
def panels(request: AuthedRequest) -> HttpResponse:
    """The running things alone, for their own renewal."""
    _needs_command(request)
    return render(request, "web/command_panels.html", _context(request))


@require_GET
@signed_in
def screen_panels(request: AuthedRequest) -> HttpResponse:
    """The same for the big screen."""
    _needs_command(request)
    return render(request, "web/screen_panels.html", _context(request))


@require_GET
@signed_in
def marks(request: AuthedRequest) -> JsonResponse:
    """Running incidents for the map: [lat, lon, words, key]."""
    _needs_command(request)
    return JsonResponse({"marks": command.marks_of(command.now_of(request.actor).incidents)})


@require_GET
@signed_in
def screen(request: AuthedRequest) -> HttpResponse:
    """The big screen of a duty room: nothing to press, readable from afar."""
    _needs_command(request)
    unit = Unit.objects.get(key=request.actor.unit_key)
    return render(request, "web/screen.html", {"unit": unit} | _context(request, mapped=True))


def _map(figures: command.Figures) -> dict[str, Any]:
    return {"borders": borders(), "districts": command.map_of(figures), "sites": []}
