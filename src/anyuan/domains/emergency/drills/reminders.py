"""Each morning: drills that are near or overdue, reports that are due."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.keys import parent_key
from anyuan.domains.emergency.drills.models import Drill, State
from anyuan.engines.notices.services import tell
from anyuan.engines.obligations.numbers import values_of
from anyuan.org.permissions import Role

SCHOOL = (Role.SAFETY_OFFICER, Role.PRINCIPAL)
ABOVE = (Role.DISTRICT_SUPERVISOR, Role.BUREAU_SUPERVISOR)
# Days that a reminder may come late because the worker stood still.
LOOK_BACK = datetime.timedelta(days=3)


def remind(today: datetime.date) -> int:
    """Tell what is to be told today, each once; how many messages. Inside a scope over the whole tree."""
    numbers = values_of("drill_remind_days", "drill_overdue_days")
    before = [int(n) for n in numbers["drill_remind_days"]]
    to_school, to_above = (int(n) for n in numbers["drill_overdue_days"])
    first = today - datetime.timedelta(days=to_above) - LOOK_BACK
    last = today + datetime.timedelta(days=max(before))
    rows = Drill.objects.filter(
        record__state=State.PLANNED, record__happened_on__range=(first, last)
    ).select_related("record", "unit")
    told = 0
    for drill in rows.iterator(chunk_size=2000):
        left = (drill.record.happened_on - today).days
        if left in before or left == 0:
            told += _say(drill, _when(left), f"near{left}", [drill.unit_id], SCHOOL)
        elif 0 < to_school <= -left <= to_school + LOOK_BACK.days:
            title = _("计划的演练过了日子还没有记录")
            told += _say(drill, title, "late", [drill.unit_id], SCHOOL)
        elif -left >= to_above:
            title = _("计划的演练逾期未开展")
            told += _say(drill, title, "late.above", [parent_key(drill.unit_id)], ABOVE)
    return told + _reports(today)


def _reports(today: datetime.date) -> int:
    rows = Drill.objects.filter(
        record__state__in=[State.HELD, State.EVALUATED],
        report_due_on__range=(today - LOOK_BACK, today + datetime.timedelta(days=1)),
    ).select_related("record", "unit")
    told = 0
    for drill in rows.iterator(chunk_size=2000):
        late = drill.report_due_on < today
        title = _("演练报告已过期限") if late else _("演练报告快到期限")
        told += _say(drill, title, f"report.{late}", [drill.unit_id], SCHOOL)
    return told


def _when(left: int) -> str:
    return _("今天有演练") if left == 0 else _("%(n)d 天后有演练") % {"n": left}


def _say(drill: Drill, title: str, key: str, units: list[str], roles: Any) -> int:
    day = drill.record.happened_on
    return tell(
        units, roles, kind="drill.due", title=f"{drill.unit.short_name}：{title}（{drill.record.title}，{day:%m-%d}）",
        record=drill.record, once_key=f"drill:{drill.pk}:{key}:{day}",
    )  # fmt: skip
