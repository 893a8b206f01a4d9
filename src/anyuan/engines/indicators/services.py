"""Setting targets."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Refused
from anyuan.engines.indicators.models import Target
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

HIGHEST = Decimal(1_000_000)


@action(Permission.TARGET_MANAGE)
def set_target(unit: Unit, *, by: Actor, indicator: str, year: int, value: Decimal) -> Target:
    """The aim of a unit and all below it that have none of their own, for one year."""
    if not 0 <= value <= HIGHEST:
        raise Refused(_("目标值应在 0 到 1000000 之间。"), field="value")
    target, _made = Target.objects.update_or_create(
        unit=unit, indicator=indicator, year=year, defaults={"value": value}
    )
    note(Audit.Action.CHANGE, f"{unit.name} {year}年 指标 {indicator} 目标 {value}", by=by)
    return target
