"""What is done with the registers: the monthly round, faults and their repair, the check against the standard."""

from __future__ import annotations

import datetime
from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord
from anyuan.core.refused import explain_constraint
from anyuan.domains.protection.models.registers import Device
from anyuan.org.permissions import Permission


@pghistory.track()
class Round(OnRecord):
    """The month's round: the one-key alarm pressed, screens and recordings looked at, gear counted, guards judged."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    alarm_answered = models.BooleanField("一键报警有回应")
    alarm_seconds = models.PositiveSmallIntegerField(
        "接警回应用时（秒）", null=True, blank=True, validators=[MaxValueValidator(3600)]
    )
    cameras_dark = models.PositiveSmallIntegerField(
        "黑屏或看不清的摄像机（台）", default=0, validators=[MaxValueValidator(2000)]
    )
    days_kept = models.PositiveSmallIntegerField(
        "录像最少保存天数", null=True, blank=True, validators=[MaxValueValidator(3650)]
    )
    gear_missing = models.CharField("缺少或失效的器材", max_length=200, blank=True, default="")
    service_score = models.PositiveSmallIntegerField(
        "保安服务评分（0–100）", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    note = models.CharField("说明", max_length=500, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "安防月检"

    def __str__(self) -> str:
        return f"安防月检 {self.pk}"

    @property
    def tags(self) -> list[str]:
        return [tag("alarm", "answered" if self.alarm_answered else "silent")]


@pghistory.track()
class Fault(OnRecord):
    """A device that does not work, from the report to the proof that it does again."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    device = models.ForeignKey(
        Device, null=True, blank=True, on_delete=models.PROTECT, related_name="faults"
    )
    what = models.CharField("什么设备", max_length=80)
    wrong = models.CharField("故障情况", max_length=200)
    found_at = models.DateTimeField("发现时间")
    repairer = models.CharField("维修单位或人员", max_length=60, blank=True, default="")
    repaired_at = models.DateTimeField("修复时间", null=True, blank=True)
    remedy = models.CharField("维修情况", max_length=200, blank=True, default="")
    source_ref = models.CharField(max_length=60, null=True, blank=True, editable=False)

    class Meta(OnRecord.Meta):
        verbose_name = "安防故障"
        constraints = [
            models.UniqueConstraint(fields=["unit", "source_ref"], name="fault_once_of_source"),
            models.CheckConstraint(
                condition=Q(repaired_at__isnull=True) | Q(repaired_at__gte=F("found_at")),
                name="fault_repaired_after_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}：{self.wrong}"

    @property
    def hours(self) -> float:
        """From the report to the repair, or until now."""
        ended = self.repaired_at or timezone.now()
        return (ended - self.found_at) / datetime.timedelta(hours=1)


explain_constraint("fault_repaired_after_found", "修复时间不能早于发现时间。", "repaired_at")


@pghistory.track()
class StandardCheck(OnRecord):
    """The school against one version of the standard, as the registers said on that day.

    `items`: [{key, title, ok, said}] in the standard's order.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    standard = models.CharField("标准", max_length=40)
    items = models.JSONField("各项结果", default=list)
    passed = models.PositiveSmallIntegerField("达标项")
    total = models.PositiveSmallIntegerField("总项")
    note = models.CharField("说明", max_length=500, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "安防达标评估"
        constraints = [
            models.CheckConstraint(
                condition=Q(passed__lte=F("total")), name="standardcheck_passed_of_total"
            )
        ]

    def __str__(self) -> str:
        return f"{self.standard} {self.passed}/{self.total}"

    @property
    def ok(self) -> bool:
        return self.passed == self.total

    @property
    def tags(self) -> list[str]:
        return [tag("result", "met" if self.ok else "short")]
