"""What is done while a campaign runs: weekly notes, nudges, acceptance, samples and their checks."""

from __future__ import annotations

import datetime
import secrets
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.domains.campaigns import progress
from anyuan.domains.campaigns.content import number, templates
from anyuan.domains.campaigns.loops import HEADS
from anyuan.domains.campaigns.models import Accepted, Campaign, CampaignNote, Draw, Lot, Task
from anyuan.domains.campaigns.sampling import draw, weight
from anyuan.domains.campaigns.tasks import monday_of
from anyuan.engines.checks.assignment_services import assign_checks
from anyuan.engines.checks.models import Checklist
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, open_record, record_saved


@action(Permission.CAMPAIGN_WRITE)
def write_note(
    unit: Unit,
    *,
    by: Actor,
    campaign: Campaign,
    funds: Decimal = Decimal(0),
    words: str = "",
    record_id: uuid.UUID | None = None,
) -> CampaignNote:
    """The unit's note of this week; written again in the same week it is corrected."""
    unit = Unit.objects.select_for_update().get(key=unit.key)
    _running(campaign)
    if not Task.objects.filter(campaign=campaign, unit=unit).exists():
        raise Refused(_("本单位不在这次专项整治范围内。"))
    if funds < 0:
        raise Refused(_("经费不能是负数。"), field="funds")
    today = timezone.localdate()
    monday = monday_of(today)
    kept = CampaignNote.objects.filter(campaign=campaign, unit=unit, monday=monday).first()
    if kept:
        kept.funds, kept.words = funds, words.strip()[:300]
        kept.save(update_fields=["funds", "words"])
        amend_record(kept.record, by=by, happened_on=today)
        return kept
    record = open_record(
        unit, by=by, kind="campaign_note", happened_on=today,
        title=_("整治周进展：%(name)s") % {"name": campaign.title}, record_id=record_id,
    )  # fmt: skip
    made = CampaignNote(
        record=record, unit=unit, campaign=campaign, monday=monday, funds=funds,
        words=words.strip()[:300],
    )  # fmt: skip
    made.save(force_insert=True)
    record_saved(record)
    return made


def _running(campaign: Campaign) -> None:
    if not campaign.running:
        raise Conflict(_("这次专项整治没有在进行，不能再填报。"))


@action(Permission.CAMPAIGN_MANAGE)
def accept_task(
    unit: Unit, *, by: Actor, campaign: Campaign, task: Task, passed: bool, reason: str = ""
) -> Task:
    """A link of a unit is accepted by the office above it, or given back with the reason."""
    held = Task.objects.select_for_update(of=("self",)).select_related("link").filter(
        pk=task.pk, unit=unit, campaign=campaign
    ).first()  # fmt: skip
    if held is None:
        raise Missing
    _running(campaign)
    if passed and held.done_on is None:
        raise Conflict(_("这个环节还没有自查记录，不能通过验收。"))
    if not passed and not reason.strip():
        raise Refused(_("请写明没有通过的原因。"), field="reason")
    held.accepted = Accepted.YES if passed else Accepted.BACK
    held.reason = "" if passed else reason.strip()[:200]
    held.accepted_on, held.accepted_by = timezone.localdate(), by.name
    held.save(update_fields=["accepted", "reason", "accepted_on", "accepted_by"])
    note(
        Audit.Action.CHANGE,
        f"专项整治验收 {unit.name} {held.link.title}：{held.get_accepted_display()}",
        by=by,
    )
    if not passed:
        tell(
            [unit.key], HEADS, kind="campaign", record=campaign.record,
            title=_("环节验收没有通过：%(link)s") % {"link": held.link.title}, body=held.reason,
            once_key=f"campaign-back:{held.pk}:{timezone.now():%Y%m%d%H%M}",
        )  # fmt: skip
    return held


@action(Permission.CAMPAIGN_MANAGE)
def nudge_stalled(unit: Unit, *, by: Actor, campaign: Campaign) -> int:
    """Remind the units below that have nothing new for long; once a day each. How many people were told."""
    _running(campaign)
    keys = [row.key for row in progress.stalled(campaign, by.units)]
    if not keys:
        raise Conflict(_("没有停滞的单位，不用督促。"))
    return remind(campaign, keys)


def remind(campaign: Campaign, keys: Sequence[str]) -> int:
    """Tell the heads of units (inside a guarded service, and by the daily job)."""
    days = number("stalled_days", campaign.template)
    return tell(
        keys, HEADS, kind="campaign", record=campaign.record,
        title=_("专项整治已有 %(days)s 天没有新进展") % {"days": days},
        body=_("%(name)s：请看看还差哪些环节。") % {"name": campaign.title},
        once_key=f"campaign-nudge:{campaign.pk}:{timezone.localdate()}",
    )  # fmt: skip


@action(Permission.CAMPAIGN_MANAGE)
def draw_sample(
    unit: Unit,
    *,
    by: Actor,
    campaign: Campaign,
    size: int,
    seed: str = "",
    draw_id: uuid.UUID | None = None,
) -> Draw:
    """Draw units for spot checks, likelier the more risk they show; seed and all weights are kept."""
    unit = Unit.objects.select_for_update().get(key=unit.key)
    if draw_id and (kept := Draw.objects.filter(pk=draw_id, unit=unit).first()):
        return kept
    _running(campaign)
    risks = progress.risks(campaign, by.units)
    if not 1 <= size <= len(risks):
        raise Refused(_("抽取数应在 1 到 %(most)s 之间。") % {"most": len(risks)}, field="size")
    numbers = (templates().get(campaign.template) or next(iter(templates().values()))).numbers
    weights = {risk.key: weight(risk, numbers) for risk in risks}
    made = Draw(
        unit=unit, campaign=campaign, seed=(seed.strip() or secrets.token_hex(8))[:40], size=size,
        drawn_by=by.name, **({"id": draw_id} if draw_id else {}),
    )  # fmt: skip
    made.save(force_insert=True)
    chosen = set(draw(weights, seed=made.seed, size=size))
    Lot.objects.bulk_create(
        Lot(
            draw=made, unit=unit, target_id=risk.key, weight=weights[risk.key], overdue=risk.overdue,
            undone=risk.undone, nothing=risk.nothing, drawn=risk.key in chosen,
        )
        for risk in risks
    )  # fmt: skip
    return made


@action(Permission.CAMPAIGN_MANAGE)
def assign_sample(
    drawn: Draw,
    *,
    by: Actor,
    campaign: Campaign,
    checklist: Checklist,
    post: Post,
    due_on: datetime.date,
) -> uuid.UUID:
    """Send one person of the office to the units drawn, with a checklist; once for a draw."""
    _running(campaign)
    unit = Unit.objects.get(key=drawn.unit_id)
    lots = Lot.objects.filter(draw=drawn, drawn=True).select_related("target").order_by("target_id")
    return assign_checks(
        unit, by=by, checklist=checklist, pairs=[(lot.target, post) for lot in lots], due_on=due_on,
        remark=campaign.title, batch=drawn.pk,
    )  # fmt: skip
