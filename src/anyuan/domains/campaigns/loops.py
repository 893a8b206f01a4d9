"""The campaign's loop: who takes it from one phase to the next, and what each step does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.campaigns import forms, tasks
from anyuan.domains.campaigns.models import Campaign, Task
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.engines.notices.services import tell
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role

HEADS = [Role.PRINCIPAL, Role.SAFETY_OFFICER]


def launch(campaign: Campaign, by: Actor, data: Mapping[str, Any]) -> None:
    """Every unit that takes part gets its tasks, what it did already counts, and it is told."""
    campaign.running, campaign.launched_at = True, timezone.now()
    campaign.save(update_fields=["running", "launched_at"])
    if not tasks.start(campaign):
        raise Refused(_("没有符合条件的学校，请检查参加学段和单位。"))
    keys = set(Task.objects.filter(campaign=campaign).values_list("unit_id", flat=True))
    tell(
        keys, HEADS, kind="campaign", record=campaign.record,
        title=_("专项整治开始：%(name)s") % {"name": campaign.title},
        body=_("平时的检查、演练记录会自动计入，打开看看还差哪些环节。"),
        once_key=f"campaign-launched:{campaign.pk}",
    )  # fmt: skip


def summed_up(campaign: Campaign, by: Actor) -> str:
    return "" if campaign.done_words else _("请先写好总结。")


def close(campaign: Campaign, by: Actor, data: Mapping[str, Any]) -> None:
    """Its last week is frozen; from now on records count for it no more."""
    tasks.freeze_week(campaign)
    stop(campaign, by, data)


def stop(campaign: Campaign, by: Actor, data: Mapping[str, Any]) -> None:
    campaign.running = False
    campaign.save(update_fields=["running"])


P = Permission.CAMPAIGN_MANAGE
OPEN = ("drafted", "launched", "selfcheck", "rectifying", "inspected")
CAMPAIGN = declare(
    Loop(
        key="campaign",
        label="专项整治",
        url_name="campaigns:detail",
        start=("drafted",),
        stages=("方案", "启动", "自查", "整治", "督查", "总结", "结束"),
        states=(
            State("drafted", "拟定方案", "secondary", "pencil", 1),
            State("launched", "已启动", "blue", "speakerphone", 2),
            State("selfcheck", "自查", "cyan", "list-check", 3),
            State("rectifying", "集中整治", "orange", "tool", 4),
            State("inspected", "督查", "purple", "zoom-check", 5),
            State("summarised", "总结", "teal", "file-text", 6),
            State("closed", "已结束", "green", "circle-check", 7, final=True),
            State("void", "已取消", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("launch", "启动", ("drafted",), "launched", P, "speakerphone", apply=launch),
            Transition("selfcheck", "进入自查", ("launched",), "selfcheck", P, "list-check"),
            Transition("rectify", "进入集中整治", ("selfcheck",), "rectifying", P, "tool"),
            Transition("inspect", "进入督查", ("rectifying",), "inspected", P, "zoom-check"),
            Transition("summarise", "进入总结", ("inspected",), "summarised", P, "file-text"),
            Transition("close", "结束专项整治", ("summarised",), "closed", P, "circle-check", "success",
                       guard=summed_up, apply=close),
            Transition("cancel", "取消", OPEN, "void", P, "circle-x", "secondary",
                       form=forms.ReasonForm, apply=stop),
        ),
    )
)  # fmt: skip
