"""How one gets messages, and a unit's group robots."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.notices import channels, preferences, queries
from anyuan.engines.notices import robots as services
from anyuan.engines.notices.forms import PreferencesForm, RobotForm
from anyuan.engines.notices.models import Robot
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

WORTH_ASKING = datetime.timedelta(minutes=2)  # after a test: how long the page asks for its outcome


@require_http_methods(["GET", "POST"])
@signed_in
def settings_page(request: AuthedRequest) -> HttpResponse:
    """The person's channels for each kind, quiet hours, digest; how the latest sendings went."""
    by, ways = request.actor, preferences.personal()
    form = PreferencesForm(
        request.POST or None,
        rows=preferences.rows_of(by),
        ways=ways,
        rhythm=preferences.rhythm_of(by),
        initial={"email": request.user.email},  # type: ignore[union-attr]
    )
    if request.method == "POST" and form.is_valid():
        try:
            preferences.save_preferences(by.unit_key, by=by, **form.facts())
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("通知设置已保存。"))
            return redirect("notices:settings")
    named = channels.labels()
    context = {
        "form": form,
        "ways": [(key, named[key]) for key in ways],
        "named": named,
        "phone": request.user.phone,  # type: ignore[union-attr]
        "parcels": queries.deliveries(by),
    }
    return render(request, "notices/settings.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def try_channels(request: AuthedRequest) -> HttpResponse:
    """A message to oneself by every channel."""
    try:
        preferences.try_channels(request.actor.unit_key, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, _("已安排试发，一两分钟后刷新本页，看“最近的发送”。"))
    return redirect("notices:settings")


@require_http_methods(["GET", "POST"])
@signed_in
def robot_list(request: AuthedRequest) -> HttpResponse:
    """The own unit's robots; adding one."""
    by = request.actor
    if not by.may(Permission.TOKEN_MANAGE):
        raise Forbidden(_("您的岗位不能管理群机器人。"))
    unit = get_visible(Unit, by, key=by.unit_key)
    form = RobotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = {name: form.cleaned_data[name] for name in ("kind", "name", "url", "secret")}
        try:
            services.add_robot(unit, by=by, robot_id=form.once(), **data)
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已添加。请点“试发”，看群里能不能收到。"))
            return redirect("notices:robots")
    context: dict[str, Any] = {
        "unit": unit,
        "form": form,
        "rows": list(queries.robots(by)[:100]),
        "ready": bool(set(channels.enabled()) & set(channels.ROBOTS)),
        "since": timezone.now() - WORTH_ASKING,
    }
    return render(request, "notices/robots.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def robot_row(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One robot's line alone, for its own renewal while a test is under way."""
    return _row(request, get_visible(Robot, request.actor, pk=pk))


@require_POST
@signed_in
def robot_try(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Have the robot speak; the line then asks for the outcome."""
    robot = get_visible(Robot, request.actor, pk=pk, select=("unit",))
    refused = ""
    try:
        services.try_robot(robot, by=request.actor)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        refused = refusal.sentence
    if request.htmx:  # type: ignore[attr-defined]
        return _row(request, robot, refused)
    if refused:
        messages.warning(request, refused)
    return redirect("notices:robots")


@require_POST
@signed_in
def robot_switch(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop using a robot (`on=0`) or use it again."""
    robot = get_visible(Robot, request.actor, pk=pk)
    try:
        services.switch_robot(robot, by=request.actor, on=request.POST.get("on") == "1")
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        said = _("已启用。") if robot.active else _("已停用，不再向这个群发送。")
        messages.success(request, said)
    return redirect("notices:robots")


def _row(request: AuthedRequest, robot: Robot, refused: str = "") -> HttpResponse:
    facts = {"robot": robot, "refused": refused, "since": timezone.now() - WORTH_ASKING}
    return render(request, "notices/_robot.html", facts)
