"""What is written down while a drill runs and after it: moments, posts, marks of the evaluation, visits."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.domains.emergency.drills.models.drill import Drill
from anyuan.org.permissions import Permission


class Mark(Scoped):
    """One tap on the run sheet: a step and the moment. Several people may tap the same step: all stay,
    the earliest that was not taken back counts. `label` keeps the step's words of that day."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="marks")
    step = models.CharField("步骤", max_length=44)
    label = models.CharField("名称", max_length=60)
    at = models.DateTimeField("时刻")
    by_name = models.CharField("记录人", max_length=40)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    undone_by = models.CharField("撤回人", max_length=40, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "演练时刻"
        indexes = [models.Index(fields=["drill", "at"], name="drill_mark_moment")]


class Guide(Scoped):
    """A post during the drill: who stands where."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="guides")
    place = models.CharField("位置", max_length=60)
    name = models.CharField("姓名", max_length=40)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Scoped.Meta):
        verbose_name = "疏导岗位"
        ordering = ["position", "id"]


@pghistory.track()
class Score(Scoped):
    """One answer of the evaluation, with the item's words and weight of that day; null: does not apply."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="scores")
    key = models.CharField("代号", max_length=24)
    label = models.CharField("项目", max_length=60)
    weight = models.PositiveSmallIntegerField("权重")
    most = models.PositiveSmallIntegerField("最高分")
    value = models.PositiveSmallIntegerField("得分", null=True, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta(Scoped.Meta):
        verbose_name = "评估得分"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["drill", "key"], name="drill_score_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__lte=F("most")), name="drill_score_most"
            ),
        ]


class Verdict(models.TextChoices):
    GOOD = "good", "规范有效"
    FAIR = "fair", "基本符合"
    POOR = "poor", "流于形式"


@pghistory.track()
class Visit(OnRecord):
    """A level above stood by: what it saw. The record is the school's, done by the level above."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="visits")
    verdict = models.CharField("评价", max_length=4, choices=Verdict.choices)
    words = models.TextField("点评", max_length=1000)

    class Meta(OnRecord.Meta):
        verbose_name = "演练观摩"
