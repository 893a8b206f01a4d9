"""Who does what, and who is hurt."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models

from anyuan.core.crypto import SealedField
from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.domains.emergency.incidents.models.incident import Incident
from anyuan.org.permissions import Permission


class TaskState(models.TextChoices):
    OPEN = "open", "进行中"
    DONE = "done", "已完成"
    DROPPED = "dropped", "已取消"


@pghistory.track()
class Task(Scoped):
    """One thing to do, by one person with an account or somebody else by name."""

    read_permission: ClassVar[Permission] = Permission.INCIDENT_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="tasks")
    text = models.CharField("任务", max_length=200)
    owner = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="负责人",
    )  # fmt: skip
    owner_name = models.CharField("负责人姓名", max_length=40)
    due_at = models.DateTimeField("完成期限", null=True, blank=True)
    state = models.CharField(
        "状态", max_length=8, choices=TaskState.choices, default=TaskState.OPEN
    )
    result = models.CharField("结果", max_length=300, blank=True, default="")
    made_at = models.DateTimeField("下达时间", auto_now_add=True)
    made_by_name = models.CharField("下达人", max_length=60)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    ended_by_name = models.CharField("办结人", max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "处置任务"
        indexes = [
            models.Index(
                fields=["owner"], condition=models.Q(state="open"), name="incident_task_open"
            ),
        ]


class Who(models.TextChoices):
    PUPIL = "pupil", "学生"
    STAFF = "staff", "教职工"
    OTHER = "other", "其他人员"


class Where(models.TextChoices):
    SITE = "site", "在现场"
    WAY = "way", "送医途中"
    TREATED = "treated", "正在救治"
    STABLE = "stable", "病情平稳"
    HOME = "home", "已出院"
    MISSING = "missing", "失踪"
    DEAD = "dead", "死亡"


@pghistory.track(exclude=["name", "age", "class_name", "injury", "hospital"])
class Injured(Scoped):
    """One person who is hurt: everything that says who it is and how they are is sealed."""

    read_permission: ClassVar[Permission] = Permission.INCIDENT_UNSEAL

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="people")
    who = models.CharField("身份", max_length=8, choices=Who.choices, default=Who.PUPIL)
    name = SealedField("姓名")
    age = SealedField("年龄", blank=True, default="")
    class_name = SealedField("班级或部门", blank=True, default="")
    injury = SealedField("伤情", blank=True, default="")
    hospital = SealedField("就诊医院", blank=True, default="")
    serious = models.BooleanField("重伤", default=False)
    state = models.CharField("去向", max_length=8, choices=Where.choices, default=Where.SITE)
    guardian_told_at = models.DateTimeField("告知监护人时间", null=True, blank=True)
    added_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "伤者"
