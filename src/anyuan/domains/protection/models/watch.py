"""The guards' watch: points that a patrol passes, patrols, who is on duty when."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.history import track_many
from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.domains.protection.models.registers import Guard
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.permissions import Permission


@track_many(exclude=NOT_TRACKED)
class PatrolPoint(LedgerRow):
    """A place that a patrol passes; its label hangs there and opens the patrol's list on the phone."""

    number = models.CharField("编号", max_length=20)
    place = models.CharField("位置", max_length=40)
    look = models.CharField("看什么", max_length=120, blank=True, default="")
    order = models.PositiveSmallIntegerField("顺序", default=0, validators=[MaxValueValidator(999)])
    at_night = models.BooleanField("夜间也巡", default=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "巡查点"
        constraints = [once_in_a_unit("number", name="patrolpoint")]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"


@pghistory.track()
class Patrol(OnRecord):
    """One walk past the points: how many there were to pass, how many were passed."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间")
    at_night = models.BooleanField("夜间", default=False)
    planned = models.PositiveSmallIntegerField("应到点数")
    passed = models.PositiveSmallIntegerField("到位点数")
    note = models.CharField("说明", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "巡逻"
        indexes = [models.Index(fields=["unit", "-record"], name="patrol_unit_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(passed__lte=F("planned")), name="patrol_passed_of_planned"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="patrol_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"巡逻 {self.passed}/{self.planned}"

    @property
    def whole(self) -> bool:
        return self.passed == self.planned

    @property
    def tags(self) -> list[str]:
        return sorted([
            tag("when", "night" if self.at_night else "day"), tag("passed", "all" if self.whole else "part"),
        ])  # fmt: skip


class PatrolMark(Scoped):
    """A point passed on a patrol: when, and what was wrong there."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    patrol = models.ForeignKey(Patrol, on_delete=models.CASCADE, related_name="marks")
    point = models.ForeignKey(PatrolPoint, on_delete=models.PROTECT, related_name="+")
    place = models.CharField("位置", max_length=40)
    at = models.DateTimeField("到位时间")
    wrong = models.CharField("发现的问题", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "巡查到位"
        constraints = [
            models.UniqueConstraint(fields=["patrol", "point"], name="patrolmark_once"),
        ]

    def __str__(self) -> str:
        return self.place


class Shift(models.TextChoices):
    DAY = "day", "白班"
    MIDDLE = "middle", "中班"
    NIGHT = "night", "夜班"
    FULL = "full", "全天"


@pghistory.track()
class RotaShift(Scoped):
    """A guard's shift of a day; who has none that day rests."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    guard = models.ForeignKey(Guard, on_delete=models.CASCADE, related_name="+")
    day = models.DateField("日期")
    shift = models.CharField("班次", max_length=6, choices=Shift.choices)

    class Meta(Scoped.Meta):
        verbose_name = "值班"
        constraints = [models.UniqueConstraint(fields=["guard", "day"], name="rotashift_once")]
        indexes = [models.Index(fields=["unit", "day"], name="rotashift_unit_day")]


@pghistory.track()
class RotaLeader(Scoped):
    """Who leads the school's watch of a day 带班领导."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField("日期")
    name = models.CharField("带班领导", max_length=40)

    class Meta(Scoped.Meta):
        verbose_name = "带班领导"
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="rotaleader_once")]
