"""Supervision: plans of a supervisor, and the visit to each school with what was found and answered."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import KeyField, OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


class How(models.TextChoices):
    HAND = "hand", "指定"
    RANDOM = "random", "双随机抽取"


@pghistory.track()
class Plan(Scoped):
    """A round of visits; `unit` is the supervisor's.

    What was drawn can be drawn again: `pool` with its `weights`, `inspectors` (names, one a line) and `seed`.
    """

    read_permission: ClassVar[Permission] = Permission.SUPERVISION_WRITE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField("名称", max_length=80)
    since = models.DateField("开始")
    until = models.DateField("结束")
    focus = models.TextField("督查重点", max_length=1000, blank=True, default="")
    unannounced = models.BooleanField("不打招呼", default=True)
    how = models.CharField("抽取方式", max_length=8, choices=How.choices)
    inspectors = models.TextField("督查人员名单", max_length=2000)
    team_size = models.PositiveSmallIntegerField("每组人数", default=2)
    seed = models.CharField("随机种子", max_length=32, blank=True, default="")
    pool = ArrayField(KeyField(), default=list, blank=True, verbose_name="抽取范围")
    weights = ArrayField(
        models.PositiveIntegerField(), default=list, blank=True, verbose_name="权重"
    )
    made_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="制定人"
    )
    made_at = models.DateTimeField("制定时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "督查计划"
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="plan_days_in_order"),
            models.CheckConstraint(
                condition=~Q(how="random") | ~Q(seed=""), name="plan_drawn_has_seed"
            ),
        ]
        indexes = [models.Index(fields=["unit", "-since"], name="visit_plan_newest")]

    @property
    def names(self) -> list[str]:
        return [line.strip() for line in self.inspectors.splitlines() if line.strip()]


explain_constraint("plan_days_in_order", "结束日期不能早于开始日期。", "until")


@pghistory.track()
class Target(Scoped):
    """One school of a plan. It is the supervisor's row: the school knows nothing of a visit to come.

    `cancelled`: why nobody went.
    """

    read_permission: ClassVar[Permission] = Permission.SUPERVISION_WRITE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="targets")
    school = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="学校"
    )
    team = models.CharField("督查人员", max_length=200)
    cancelled = models.CharField("未去的原因", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "督查对象"
        constraints = [
            models.UniqueConstraint(fields=["plan", "school"], name="target_once_in_plan")
        ]


@pghistory.track()
class Visit(OnRecord):
    """A visit that was made: feedback (an order to answer) → replied → closed; without findings closed at once.

    The record's state is the visit's. What the school needs to know of the plan stands here.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    target = models.OneToOneField(Target, on_delete=models.PROTECT, related_name="visit")
    plan_title = models.CharField("督查名称", max_length=80)
    by_name = models.CharField("督查单位", max_length=80)
    team = models.CharField("督查人员", max_length=200)
    how = models.CharField("抽取方式", max_length=8, choices=How.choices)
    result = models.TextField("督查情况", max_length=3000)
    inspection = models.ForeignKey(
        "checks.Inspection", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="检查表",
    )  # fmt: skip
    urgent = models.BooleanField("特急督办", default=False)
    reply_due = models.DateField("反馈期限", null=True, blank=True)
    reply = models.TextField("整改反馈", max_length=2000, blank=True, default="")
    replied_on = models.DateField("反馈日期", null=True, blank=True)
    replied_by = models.CharField("反馈人", max_length=60, blank=True, default="")
    closing = models.CharField("办结意见", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "督查"
        indexes = [models.Index(fields=["unit", "-record"], name="visit_unit_newest")]

    @property
    def tags(self) -> list[str]:
        return [tag("mode", self.how)]

    @property
    def is_overdue(self) -> bool:
        return (
            self.record.state == "feedback"
            and self.reply_due is not None
            and self.reply_due < timezone.localdate()
        )


explain_constraint("governance_visit_target_id_key", "这次督查已经填写过，请打开督查记录查看。")


class VisitFinding(Scoped):
    """Something wrong that a visit found; each has opened a hazard."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="findings")
    place = models.CharField("地点", max_length=60, blank=True, default="")
    text = models.CharField("问题", max_length=300)
    major = models.BooleanField("可能是重大隐患", default=False)

    class Meta(Scoped.Meta):
        verbose_name = "督查发现的问题"
