"""Meetings with their decisions, leaders' inspections with what was found."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.org.permissions import Permission


class MeetingType(models.TextChoices):
    PARTY = "party", "党委（党组、支部）专题会"
    OFFICE = "office", "办公会、校务会"
    JOINT = "joint", "联席会议"
    MONTHLY = "monthly", "安全工作例会"
    OTHER = "other", "其他安全会议"


class DecisionState(models.TextChoices):
    OPEN = "open", "办理中"
    DONE = "done", "已完成"
    DROPPED = "dropped", "不再办理"


class LeaderRole(models.TextChoices):
    PARTY = "party", "党组织书记"
    ADMINISTRATION = "administration", "行政主要负责人"
    DEPUTY = "deputy", "分管或其他领导"


@pghistory.track()
class Meeting(OnRecord):
    """One meeting on safety; its day is the record's."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    type = models.CharField("会议类型", max_length=8, choices=MeetingType.choices)
    chair = models.CharField("主持人", max_length=40)
    place = models.CharField("地点", max_length=60, blank=True, default="")
    attended = models.PositiveIntegerField("参加人数", validators=[MaxValueValidator(5000)])
    agenda = models.TextField("议题和主要内容", max_length=3000)

    class Meta(OnRecord.Meta):
        verbose_name = "安全会议"
        indexes = [models.Index(fields=["unit", "-record"], name="meeting_unit_newest")]

    @property
    def tags(self) -> list[str]:
        return [tag("type", self.type)]


@pghistory.track()
class Decision(Scoped):
    """What a meeting decided: who does it by when, followed until it is done."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    text = models.CharField("议定事项", max_length=300)
    owner_name = models.CharField("牵头人", max_length=40)
    due_on = models.DateField("完成期限")
    state = models.CharField(
        "状态", max_length=8, choices=DecisionState.choices, default=DecisionState.OPEN
    )
    result = models.CharField("结果", max_length=300, blank=True, default="")
    ended_on = models.DateField("办结日期", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "议定事项"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", ended_on__isnull=True)
                | ~Q(state="open") & Q(ended_on__isnull=False) & ~Q(result=""),
                name="decision_ended_with_result",
            )
        ]
        indexes = [
            models.Index(
                fields=["unit", "due_on"], condition=Q(state="open"), name="decision_open_due"
            )
        ]

    @property
    def is_overdue(self) -> bool:
        return self.state == DecisionState.OPEN and self.due_on < timezone.localdate()


@pghistory.track()
class LeaderInspection(OnRecord):
    """A leader of the unit went and looked; the places are its rows."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    leader = models.CharField("带队领导", max_length=40)
    role = models.CharField("职务", max_length=16, choices=LeaderRole.choices)
    unannounced = models.BooleanField("四不两直（事先不通知）", default=False)
    company = models.CharField("同行人员", max_length=120, blank=True, default="")
    summary = models.TextField("检查情况", max_length=2000)

    class Meta(OnRecord.Meta):
        verbose_name = "领导带队检查"
        indexes = [models.Index(fields=["unit", "-record"], name="leaderinspection_newest")]

    @property
    def tags(self) -> list[str]:
        return sorted(
            [tag("role", self.role), tag("unannounced", "yes" if self.unannounced else "no")]
        )


class InspectedUnit(Scoped):
    """A unit that leaders looked at; the row is the visited unit's."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inspection = models.ForeignKey(
        LeaderInspection, on_delete=models.CASCADE, related_name="places"
    )
    name = models.CharField("单位名称", max_length=80)

    class Meta(Scoped.Meta):
        verbose_name = "受检单位"
        constraints = [
            models.UniqueConstraint(fields=["inspection", "unit"], name="inspected_unit_once")
        ]


class LeaderFinding(Scoped):
    """Something wrong that a leader saw; each has opened a hazard at the visited unit."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inspection = models.ForeignKey(
        LeaderInspection, on_delete=models.CASCADE, related_name="findings"
    )
    unit_name = models.CharField("单位名称", max_length=80)
    text = models.CharField("问题", max_length=300)

    class Meta(Scoped.Meta):
        verbose_name = "领导检查发现的问题"
