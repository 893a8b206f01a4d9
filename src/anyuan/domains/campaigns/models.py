"""A campaign of an office, its phases and links; of each unit its tasks, weeks and notes; samples drawn."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


@pghistory.track()
class Campaign(OnRecord):
    """One campaign of a bureau or a district; its name is the record's title.

    Units below read it through `queries.one`, though it is a row of the office's. `areas`: keys of the
    units below the office that take part (with all below them); empty: all.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ
    case: Any  # the locked case, put here by the engine while a step is carried out

    template = models.CharField("模板", max_length=40)
    number = models.CharField("文号", max_length=60, blank=True, default="")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    stages = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name="参加学段"
    )
    areas = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name="参加单位"
    )
    # Launched and not ended: records count for its tasks.
    running = models.BooleanField("进行中", default=False)
    launched_at = models.DateTimeField("启动时间", null=True, blank=True)
    done_words = models.TextField("主要做法", max_length=4000, blank=True, default="")
    problem_words = models.TextField("存在不足", max_length=4000, blank=True, default="")
    next_words = models.TextField("下一步", max_length=4000, blank=True, default="")
    standing = models.TextField("长效机制", max_length=4000, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "专项整治"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="campaign_has_a_period"
            )
        ]

    @property
    def title(self) -> str:
        return str(self.record.title)

    @property
    def standing_rules(self) -> list[str]:
        return [line.strip() for line in self.standing.splitlines() if line.strip()]


explain_constraint("campaign_has_a_period", "结束日期应晚于开始日期。", "ends_on")


class Phase(models.Model):
    """A phase of a campaign. Like links and matches it is reached through its campaign only."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="phases")
    stage = models.CharField("阶段", max_length=24)
    title = models.CharField("名称", max_length=40)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    goal = models.CharField("目标", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "专项整治阶段"
        ordering = ["starts_on", "id"]


class Link(models.Model):
    """A key link 重点环节; `suggested` until a person has changed it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField("顺序")
    title = models.CharField("名称", max_length=40)
    advice = models.CharField("要求", max_length=300, blank=True, default="")
    items = ArrayField(
        models.CharField(max_length=100), default=list, blank=True, verbose_name="检查内容"
    )
    categories = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name="隐患类别"
    )
    needs = models.CharField("只限", max_length=12, blank=True, default="")
    due_on = models.DateField("完成期限")
    suggested = models.BooleanField("系统建议", default=True)

    class Meta:
        verbose_name = "重点环节"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class Match(models.Model):
    """Records that do a link's task: of a kind, with one of `tags` for each of the `facets`."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="matches")
    kind = models.CharField(max_length=40)
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    facets = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "可计入的记录"


class Accepted(models.TextChoices):
    NO = "", "未验收"
    YES = "yes", "已通过"
    BACK = "back", "未通过"


class Task(Scoped):
    """What one unit has to do for one link; `done_by` is the first record that does it, by recount."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="+")
    due_on = models.DateField("完成期限")
    done_by = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    done_on = models.DateField("完成日期", null=True, blank=True)
    accepted = models.CharField(
        "验收", max_length=4, choices=Accepted.choices, blank=True, default=""
    )
    accepted_on = models.DateField("验收日期", null=True, blank=True)
    accepted_by = models.CharField("验收人", max_length=60, blank=True, default="")
    reason = models.CharField("未通过原因", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "专项整治任务"
        indexes = [models.Index(fields=["campaign", "unit"], name="campaign_task_unit")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "link"], name="campaign_task_once"),
            models.CheckConstraint(
                condition=~Q(accepted="yes") | Q(done_on__isnull=False),
                name="campaign_accepted_when_done",
            ),
        ]


explain_constraint("campaign_accepted_when_done", "这个环节还没有自查记录，不能通过验收。", "")


class Week(Scoped):
    """How a unit stood at the end of a week, frozen."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField("周一")
    tasks = models.PositiveSmallIntegerField("任务")
    done = models.PositiveSmallIntegerField("完成")
    found = models.PositiveIntegerField("发现问题")
    fixed = models.PositiveIntegerField("已整改")
    listed = models.PositiveIntegerField("挂牌")

    class Meta(Scoped.Meta):
        verbose_name = "专项整治周快照"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "monday", "unit"], name="campaign_week_once"
            )
        ]


@pghistory.track()
class CampaignNote(OnRecord):
    """What a unit adds for a week and nobody can compute: money spent and words."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    monday = models.DateField("周一")
    funds = models.DecimalField("投入经费（万元）", max_digits=9, decimal_places=2, default=0)
    words = models.CharField("进展说明", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "整治周进展"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "monday"], name="campaign_note_once"
            ),
            models.CheckConstraint(condition=Q(funds__gte=0), name="campaign_funds"),
        ]


explain_constraint("campaign_funds", "经费不能是负数。", "funds")


@pghistory.track()
class Draw(Scoped):
    """A sample drawn for spot checks; with its seed and weights anybody can draw it again.

    It and its rows belong to the office that drew, so the schools do not learn of it beforehand. `id`
    is the batch of the checks assigned for it.
    """

    read_permission: ClassVar[Permission] = Permission.CAMPAIGN_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField("随机种子", max_length=40)
    size = models.PositiveSmallIntegerField("抽取数")
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)
    drawn_by = models.CharField("抽取人", max_length=60)

    class Meta(Scoped.Meta):
        verbose_name = "抽查名单"


class Lot(Scoped):
    """One unit's lot in a draw: what it weighed and why, and whether it was drawn."""

    read_permission: ClassVar[Permission] = Permission.CAMPAIGN_MANAGE

    id = models.BigAutoField(primary_key=True)
    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="lots")
    target = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+")
    weight = models.PositiveIntegerField("权重")
    overdue = models.PositiveIntegerField("逾期隐患", default=0)
    undone = models.PositiveIntegerField("未完成环节", default=0)
    nothing = models.BooleanField("没有记录", default=False)
    drawn = models.BooleanField("抽中", default=False)

    class Meta(Scoped.Meta):
        verbose_name = "抽查权重"
        constraints = [
            models.UniqueConstraint(fields=["draw", "target"], name="campaign_lot_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="campaign_lot_weight"),
        ]
