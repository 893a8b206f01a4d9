"""Rows held while a service changes them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict
from anyuan.domains.schoolbus.models import BusRoute


def locked_route(route: BusRoute) -> BusRoute:
    rows = BusRoute.objects.select_for_update(of=("self",)).select_related("record", "unit")
    held: BusRoute = rows.get(pk=route.pk)
    if not held.active:
        raise Conflict(_("这条线路已停用，请刷新页面。"))
    return held
