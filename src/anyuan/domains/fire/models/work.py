"""What is done against fire: ways looked at, the station tried, wiring checked, hot work permitted and watched."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord
from anyuan.core.refused import explain_constraint
from anyuan.domains.fire.models.registers import EscapeWay
from anyuan.org.permissions import Permission


@pghistory.track()
class WayCheck(OnRecord):
    """One look at an escape way, with a photo."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    way = models.ForeignKey(EscapeWay, on_delete=models.PROTECT, related_name="checks")
    clear = models.BooleanField("畅通")
    width = models.DecimalField(
        "实测净宽（米）", max_digits=4, decimal_places=1, null=True, blank=True
    )
    found = models.CharField("发现的问题", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "生命通道检查"

    def __str__(self) -> str:
        return f"生命通道检查 {self.pk}"

    @property
    def tags(self) -> list[str]:
        return [tag("result", "clear" if self.clear else "blocked")]


@pghistory.track()
class StationTest(OnRecord):
    """The station called out: seconds from the signal until its people stood ready."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    place = models.CharField("地点", max_length=60)
    people = models.PositiveSmallIntegerField("到位人数", validators=[MaxValueValidator(200)])
    seconds = models.PositiveSmallIntegerField(
        "到位用时（秒）", validators=[MaxValueValidator(7200)]
    )
    in_time = models.BooleanField("按时到位")
    note = models.CharField("训练内容和问题", max_length=500, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "微型消防站训练"

    def __str__(self) -> str:
        return f"微型消防站训练 {self.pk}"

    @property
    def tags(self) -> list[str]:
        return [tag("arrived", "in_time" if self.in_time else "late")]


@pghistory.track()
class ElectricRound(OnRecord):
    """A round of the wiring and of places where things are charged."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    circuits = models.PositiveIntegerField("检查回路（条）", validators=[MaxValueValidator(9999)])
    problems = models.PositiveIntegerField(
        "发现问题（个）", default=0, validators=[MaxValueValidator(9999)]
    )
    fixed = models.PositiveIntegerField(
        "已整改（个）", default=0, validators=[MaxValueValidator(9999)]
    )
    rewired = models.PositiveIntegerField(
        "改造线路（米）", default=0, validators=[MaxValueValidator(999_999)]
    )
    money = models.DecimalField("投入经费（元）", max_digits=12, decimal_places=2, default=0)
    charging = models.PositiveIntegerField(
        "电动车充电点（处）", default=0, validators=[MaxValueValidator(999)]
    )
    note = models.CharField("说明", max_length=500, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "电气安全检查"
        constraints = [
            models.CheckConstraint(
                condition=Q(fixed__lte=F("problems")), name="electric_fixed_of_problems"
            ),
            models.CheckConstraint(condition=Q(money__gte=0), name="electric_money_positive"),
        ]

    def __str__(self) -> str:
        return f"电气安全检查 {self.pk}"


explain_constraint("electric_fixed_of_problems", "已整改的不能多于发现的问题。", "fixed")
explain_constraint("electric_money_positive", "经费不能小于 0。", "money")


@pghistory.track()
class HotWork(OnRecord):
    """A permit for welding, cutting and open fire: for one place, from an hour to an hour."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    place = models.CharField("动火地点", max_length=60)
    what = models.CharField("动火内容", max_length=200)
    contractor = models.CharField("施工单位", max_length=60, blank=True, default="")
    worker = models.CharField("动火人", max_length=40)
    certificate_no = models.CharField("特种作业证号", max_length=40)
    watcher = models.CharField("现场监护人", max_length=40)
    begins_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    measures = models.CharField("安全措施", max_length=500)
    asked_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="申请人"
    )
    started_at = models.DateTimeField("实际开始", null=True, blank=True)
    stopped_at = models.DateTimeField("动火结束", null=True, blank=True)
    watched_until = models.DateTimeField("看守到", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "动火作业"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="hotwork_ends_after_beginning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.place}：{self.what}"


explain_constraint("hotwork_ends_after_beginning", "结束时间应晚于开始时间。", "ends_at")
