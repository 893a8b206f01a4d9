"""Checklists with their versions (public text), inspections and answers (of a unit)."""

from __future__ import annotations

import datetime
from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.engines.checks.spec import Choice, Item
from anyuan.org.permissions import Permission


class Checklist(models.Model):
    """A checklist by its lasting key; `current` is the version that new inspections use."""

    key = models.CharField("代号", max_length=40, unique=True)
    title = models.CharField("名称", max_length=60)
    purpose = models.CharField("用途", max_length=200, blank=True, default="")
    where = ArrayField(
        models.CharField(max_length=20), default=list, blank=True, verbose_name="适用学校"
    )
    active = models.BooleanField("启用", default=True)
    current = models.ForeignKey(
        "checks.Version",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="现行版本",
    )

    class Meta:
        verbose_name = "检查表"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """One published version; never changed."""

    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    published_at = models.DateTimeField("发布时间", auto_now_add=True)
    published_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "检查表版本"
        constraints = [models.UniqueConstraint(fields=["checklist", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.checklist.title} 第{self.number}版"


class CheckItem(models.Model):
    """One question of a version."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField("顺序")
    key = models.CharField("代号", max_length=40)
    text = models.CharField("检查内容", max_length=200)
    kind = models.CharField("类型", max_length=8)
    group = models.CharField("分组", max_length=60, blank=True)
    required = models.BooleanField("必答", default=True)
    measure = models.CharField("单位", max_length=12, blank=True)
    low = models.DecimalField("下限", max_digits=12, decimal_places=3, null=True)
    high = models.DecimalField("上限", max_digits=12, decimal_places=3, null=True)
    choices = models.JSONField("选项", default=list)
    max_score = models.PositiveSmallIntegerField("满分", default=0)
    category = models.CharField("隐患类别", max_length=2, default="19")
    severity = models.CharField("隐患等级", max_length=8, default="general")
    basis = models.CharField("依据", max_length=200, blank=True)
    veto = models.BooleanField("一票否决", default=False)

    class Meta:
        verbose_name = "检查项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="check_item_once")]

    def spec(self) -> Item:
        """The item as the pure scoring knows it."""
        return Item(
            key=self.key, text=self.text, kind=self.kind, group=self.group, required=self.required,
            unit=self.measure, low=self.low, high=self.high,
            choices=tuple(Choice(**one) for one in self.choices), max_score=self.max_score,
            category=self.category, severity=self.severity, basis=self.basis, veto=self.veto,
        )  # fmt: skip


@pghistory.track()
class Inspection(OnRecord):
    """One inspection of a unit; `record.done_by` is the unit that inspected."""

    class Mode(models.TextChoices):
        SELF = "self", "学校自查"
        DISTRICT = "district", "辖市区抽查"
        CITY = "city", "市级抽查"
        CROSS = "cross", "交叉互查"

    read_permission: ClassVar[Permission] = Permission.INSPECTION_READ

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField("方式", max_length=8, choices=Mode.choices)
    place = models.CharField("检查地点", max_length=60, blank=True, default="")
    people = models.CharField("检查人员", max_length=120)
    passed = models.PositiveSmallIntegerField("合格项")
    failed = models.PositiveSmallIntegerField("不合格项")
    skipped = models.PositiveSmallIntegerField("不适用项")
    score = models.DecimalField("得分", max_digits=5, decimal_places=2)
    ok = models.BooleanField("全部合格")

    class Meta(OnRecord.Meta):
        verbose_name = "检查"
        indexes = [models.Index(fields=["unit", "-record"], name="inspection_unit_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__range=(0, 100)), name="inspection_score_range"
            )
        ]


class Answer(Scoped):
    """One answer, in columns, so that an item's rate over all schools is a query."""

    read_permission: ClassVar[Permission] = Permission.INSPECTION_READ

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="answers")
    item = models.ForeignKey(CheckItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    result = models.SmallIntegerField("结果")
    number = models.DecimalField("数值", max_digits=12, decimal_places=3, null=True)
    choice = models.CharField("选项", max_length=40, blank=True, default="")
    text = models.TextField("说明", blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "检查答案"
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=[-1, 0, 1, 2]), name="answer_result_known"
            )
        ]


@pghistory.track()
class CheckAssignment(Scoped):
    """One school that one person is to check by one checklist: 互查 by another school, 抽查 by the office.

    `unit` is who assigns, so the school to be checked (`target`) does not learn of it beforehand. The
    person reads the row from any scope (`scope_owner`); that they may write at the target for this one
    inspection is `assigned.py`'s. Rows made together share `batch`.
    """

    class State(models.TextChoices):
        OPEN = "open", "待检查"
        OVERDUE = "overdue", "已逾期"
        DONE = "done", "已完成"
        WITHDRAWN = "withdrawn", "已撤回"

    scope_owner: ClassVar[str] = "assignee_id"
    read_permission: ClassVar[Permission] = Permission.INSPECTION_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.UUIDField("批次", default=new_id, db_index=True)
    checklist = models.ForeignKey(
        Checklist, on_delete=models.PROTECT, related_name="+", verbose_name="检查表"
    )
    target = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="被查学校"
    )
    post = models.ForeignKey(
        "org.Post", on_delete=models.PROTECT, related_name="+", verbose_name="检查人岗位"
    )
    assignee = models.ForeignKey(
        "org.Person", on_delete=models.PROTECT, related_name="+", verbose_name="检查人"
    )
    mode = models.CharField("方式", max_length=8, choices=Inspection.Mode.choices)
    due_on = models.DateField("截止日期")
    note = models.CharField("要求", max_length=200, blank=True, default="")
    assigned_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="交办人"
    )
    assigned_at = models.DateTimeField("交办时间", auto_now_add=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    inspection = models.OneToOneField(
        Inspection, null=True, blank=True, on_delete=models.PROTECT, related_name="assignment"
    )

    class Meta(Scoped.Meta):
        verbose_name = "检查交办"
        indexes = [
            models.Index(
                fields=["assignee", "due_on"],
                name="assignment_waiting",
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.Index(fields=["unit", "-batch"], name="assignment_unit_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "checklist", "post"],
                condition=Q(done_at__isnull=True, withdrawn_at__isnull=True),
                name="assignment_open_once",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="assignment_done_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, inspection__isnull=True)
                | Q(done_at__isnull=False, inspection__isnull=False),
                name="assignment_done_by_inspection",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checklist} {self.target_id}"

    def state_on(self, today: datetime.date) -> str:
        """The state as of a day: it may be carried out on the due day, and no more after it."""
        if self.withdrawn_at:
            return str(self.State.WITHDRAWN)
        if self.done_at:
            return str(self.State.DONE)
        return str(self.State.OVERDUE if self.due_on < today else self.State.OPEN)

    @property
    def state(self) -> str:
        return self.state_on(timezone.localdate())


explain_constraint(
    "assignment_open_once", "选中的学校里，有的已经交给这个人用这张表检查，还没有完成。", "targets"
)
