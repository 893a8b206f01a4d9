"""Each evening: freeze how each unit stands in its week; on Mondays: remind units where nothing moves."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.core.keys import subtree
from anyuan.core.periods import is_working_day
from anyuan.domains.campaigns import progress
from anyuan.domains.campaigns.models import Campaign
from anyuan.domains.campaigns.services.work import remind
from anyuan.domains.campaigns.tasks import freeze_week


@app.periodic(cron="30 14 * * *")
@app.task(queueing_lock="campaigns.freeze", pass_context=False)
def freeze_weeks(timestamp: int) -> None:
    """Each evening (22:30; a cron line is UTC): the week's row stays as it was on its last evening."""
    with scope.everything():
        for campaign in Campaign.objects.filter(running=True):
            freeze_week(campaign)


@app.periodic(cron="10 0 * * 1")
@app.task(queueing_lock="campaigns.remind", pass_context=False)
def remind_stalled(timestamp: int) -> None:
    """Mondays at 8:10: units with work left and nothing new for long; not in holidays."""
    if not is_working_day(timezone.localdate()):
        return
    with scope.everything():
        # After its last day nothing counts for a campaign, even if its office has not closed it yet.
        going = Campaign.objects.filter(running=True, ends_on__gte=timezone.localdate())
        for campaign in going.select_related("record"):
            keys = [row.key for row in progress.stalled(campaign, subtree(campaign.unit_id))]
            if keys:
                remind(campaign, keys)
