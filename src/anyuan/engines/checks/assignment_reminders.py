"""Reminders of assigned checks: the day before and on the due day; the day after, to who assigned them."""

from __future__ import annotations

import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.notices.services import tell_people


def remind(today: datetime.date) -> int:
    """The number of messages made; run again on the same day it makes none. Call with the whole tree
    in scope."""
    rows = CheckAssignment.objects.filter(done_at__isnull=True, withdrawn_at__isnull=True)
    tomorrow = today + datetime.timedelta(days=1)
    coming = rows.filter(due_on__range=(today, tomorrow)).values_list(
        "assignee_id", "post__unit_id"
    )
    made = tell_people(
        coming,
        kind="check",
        title=_("请您检查的学校快到截止日期了"),
        body=_("过了截止日期就不能再填，请尽快完成。"),
        url=reverse("checks:list"),
        once_key=f"check-due:{today}",
    )
    late = rows.filter(due_on=today - datetime.timedelta(days=1), assigned_by__isnull=False)
    return made + tell_people(
        late.values_list("assigned_by_id", "unit_id"),
        kind="check",
        title=_("您交办的检查有的到期没有完成"),
        body=_("可以改期，或者撤回后另外安排。"),
        url=reverse("checks:rounds"),
        once_key=f"check-late:{today}",
    )
