"""Making a campaign from a template, changing its links, and each step of its loop."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.domains.campaigns.content import Template, templates
from anyuan.domains.campaigns.models import Campaign, Link, Match, Phase, Task
from anyuan.domains.campaigns.tasks import reckon
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move, open_case
from anyuan.engines.obligations.sql import hold_lock
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, open_record, record_saved

LONGEST_DAYS = 1100  # three years, as the longest known campaigns


@action(Permission.CAMPAIGN_MANAGE)
def draft_campaign(
    unit: Unit,
    *,
    by: Actor,
    template: str,
    name: str,
    starts_on: datetime.date,
    ends_on: datetime.date,
    number: str = "",
    stages: Sequence[str] = (),
    areas: Sequence[str] = (),
    record_id: uuid.UUID | None = None,
) -> Campaign:
    """A campaign of the office with the template's phases and links, not seen below until launched."""
    if unit.kind not in {Unit.Kind.CITY, Unit.Kind.DISTRICT}:
        raise Refused(_("由教育局组织专项整治。"))
    if record := already(record_id, kind="campaign", unit_id=unit.key):
        return Campaign.objects.get(pk=record.pk)
    known = templates().get(template)
    if known is None:
        raise Refused(_("请选择模板。"), field="template")
    _refuse_wrong(unit, name, starts_on, ends_on, areas)
    record = open_record(
        unit, by=by, kind="campaign", happened_on=starts_on, title=name.strip(),
        tags=[f"level:{unit.kind}"], state="drafted", counts=False, record_id=record_id,
    )  # fmt: skip
    campaign = Campaign(
        record=record, unit=unit, template=template, number=number.strip()[:60], starts_on=starts_on,
        ends_on=ends_on, stages=sorted(stages), areas=sorted(areas),
    )  # fmt: skip
    campaign.save(force_insert=True)
    _fill(campaign, known)
    open_case(record, by=by, loop="campaign", state="drafted", label=_("拟定方案"), due_on=ends_on)
    record_saved(record)
    return campaign


def _refuse_wrong(
    unit: Unit, name: str, starts_on: datetime.date, ends_on: datetime.date, areas: Sequence[str]
) -> None:
    errors = {}
    if not name.strip():
        errors["name"] = _("请填写名称。")
    if ends_on <= starts_on:
        errors["ends_on"] = _("结束日期应晚于开始日期。")
    elif (ends_on - starts_on).days > LONGEST_DAYS:
        errors["ends_on"] = _("专项整治最长三年，请检查日期。")
    if any(not subtree(unit.key).holds(area) for area in areas):
        errors["areas"] = _("请从本辖区的单位里选择。")
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)


def cut(
    starts_on: datetime.date, ends_on: datetime.date, untils: Sequence[int]
) -> list[datetime.date]:
    """The last day of each phase: its share of the period in percent, the last one the end."""
    days = (ends_on - starts_on).days
    return [starts_on + datetime.timedelta(days=days * until // 100) for until in untils]


def _fill(campaign: Campaign, known: Template) -> None:
    ends = cut(campaign.starts_on, campaign.ends_on, [phase.until for phase in known.phases])
    begin = campaign.starts_on
    for phase, end in zip(known.phases, ends, strict=True):
        Phase.objects.create(
            campaign=campaign, stage=phase.stage, title=phase.title, starts_on=min(begin, end),
            ends_on=end, goal=phase.goal,
        )  # fmt: skip
        begin = end + datetime.timedelta(days=1)
    for place, spec in enumerate(known.links, start=1):
        link = Link.objects.create(
            campaign=campaign, position=place, title=spec.title, advice=spec.advice,
            items=list(spec.items), categories=list(spec.categories), needs=spec.needs, due_on=ends[0],
            suggested=known.certainty == "inferred",
        )  # fmt: skip
        Match.objects.bulk_create(
            Match(link=link, kind=one.kind, tags=list(one.tags), facets=one.facets)
            for one in spec.match
        )


@action(Permission.CAMPAIGN_MANAGE)
def change_link(
    campaign: Campaign,
    *,
    by: Actor,
    link: Link,
    title: str,
    advice: str,
    items: str,
    categories: Sequence[str],
    due_on: datetime.date,
) -> Link:
    """A link in the office's own words; from then on it is no suggestion. Open tasks get the new due day."""
    hold_lock()
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if link.campaign_id != held.pk:
        raise Missing
    if held.record.case.closed_at:
        raise Conflict(_("这次专项整治已经结束，不能再修改。"))
    errors = {}
    if not title.strip():
        errors["title"] = _("请填写名称。")
    if not held.starts_on <= due_on <= held.ends_on:
        errors["due_on"] = _("完成期限应在专项整治期间内。")
    others = Link.objects.filter(campaign=held).exclude(pk=link.pk)
    for other in others:
        if set(other.categories) & set(categories):
            errors["categories"] = _("有的类别已归入“%(other)s”，一类只能归一个环节。") % {
                "other": other.title
            }
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    link.title, link.advice = title.strip()[:40], advice.strip()[:300]
    link.items = [line.strip()[:100] for line in items.splitlines() if line.strip()]
    link.categories, link.due_on, link.suggested = sorted(categories), due_on, False
    link.save()
    _follow_due(link)
    return link


def _follow_due(link: Link) -> None:
    Task.objects.filter(link=link, done_on__isnull=True).update(due_on=link.due_on)
    reckon("t.link_id = %(link)s", {"link": link.pk})


def step_campaign(
    campaign: Campaign,
    *,
    by: Actor,
    transition: str,
    data: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Case:
    """One step of the campaign's loop (guarded by `cases.services.move`)."""
    return move(
        campaign.record.case, by=by, transition=transition, thing=campaign, data=data, seen=seen
    )


@action(Permission.CAMPAIGN_MANAGE)
def write_summary(
    campaign: Campaign, *, by: Actor, done_words: str, problem_words: str, next_words: str, standing: str
) -> Campaign:  # fmt: skip
    """The words of the summary and the rules that stay; the figures are never typed."""
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if held.record.case.closed_at:
        raise Conflict(_("这次专项整治已经结束，总结不能再修改。"))
    held.done_words, held.problem_words = done_words.strip(), problem_words.strip()
    held.next_words, held.standing = next_words.strip(), standing.strip()
    held.save(update_fields=["done_words", "problem_words", "next_words", "standing"])
    return held
