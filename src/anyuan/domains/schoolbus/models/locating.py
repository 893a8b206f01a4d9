"""Where buses were, and what their positions say against them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.domains.schoolbus.models.running import BusTrip
from anyuan.org.permissions import Permission


class BusPosition(Scoped):
    """One reading of a bus's unit; speed in km/h, WGS-84."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.BigAutoField(primary_key=True)
    plate = models.CharField("车牌号", max_length=10)
    at = models.DateTimeField("时间")
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6)
    speed = models.DecimalField("速度（公里/时）", max_digits=5, decimal_places=1)

    class Meta(Scoped.Meta):
        verbose_name = "车辆位置"
        constraints = [
            models.UniqueConstraint(fields=["unit", "plate", "at"], name="busposition_once"),
            models.CheckConstraint(
                condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="busposition_on_earth",
            ),
        ]


class ViolationKind(models.TextChoices):
    SPEED = "speed", "超速"
    ROUTE = "route", "偏离线路"


class BusViolation(Scoped):
    """One finding of a trip's positions; it has opened a hazard. `worst` is km/h, or metres off the line."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trip = models.ForeignKey(BusTrip, on_delete=models.CASCADE, related_name="violations")
    kind = models.CharField("类型", max_length=8, choices=ViolationKind.choices)
    first_at = models.DateTimeField("首次时间")
    times = models.PositiveIntegerField("次数")
    worst = models.DecimalField("最大值", max_digits=8, decimal_places=1)
    allowed = models.DecimalField("限值", max_digits=8, decimal_places=1)
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6)

    class Meta(Scoped.Meta):
        verbose_name = "行车告警"
        constraints = [models.UniqueConstraint(fields=["trip", "kind"], name="busviolation_once")]

    @property
    def measure(self) -> str:
        return "公里/时" if self.kind == ViolationKind.SPEED else "米"
