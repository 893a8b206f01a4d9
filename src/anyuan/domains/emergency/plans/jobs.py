"""Once a day: plans that are to be looked at again are told to their unit."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.domains.emergency.plans.models import PlanVersion, State
from anyuan.engines.notices.services import tell
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.permissions import Role

WRITERS = [Role.PRINCIPAL, Role.SAFETY_OFFICER, Role.DISTRICT_SUPERVISOR, Role.BUREAU_SUPERVISOR]


@app.periodic(cron="20 22 * * *")
@app.task(queueing_lock="plans.remind", pass_context=False)
def remind_of_checks(timestamp: int) -> None:
    """At 6:20 (a cron line is UTC): once as many days before as the pack says, once when it is past."""
    with scope.everything():
        remind(timezone.localdate())


def remind(today: datetime.date) -> int:
    """How many plans were told of."""
    days = [int(n) for n in number_values("plan_check_warn_days")]
    soon = today + datetime.timedelta(days=max(days))
    rows = PlanVersion.objects.filter(state=State.PUBLISHED, review_due__lte=soon)
    told = 0
    for version in rows.select_related("record").iterator(chunk_size=500):
        due = version.review_due
        assert due is not None  # noqa: S101 -- the query asks for a day
        mark = "late" if due < today else str(min(d for d in days if due <= today + datetime.timedelta(days=d)))  # fmt: skip
        words = _("已过复核日期") if due < today else _("请在 %(day)s 前复核") % {"day": due.isoformat()}  # fmt: skip
        told += bool(
            tell(
                [version.unit_id], WRITERS, kind="plan", record=version.record,
                title=f"{version.title}：{words}", once_key=f"plan.check:{version.pk}:{due}:{mark}",
            )
        )  # fmt: skip
    return told
