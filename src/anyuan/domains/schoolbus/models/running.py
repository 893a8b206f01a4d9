"""Routes with their stops, the pupils who ride, trips with who boarded and left, incidents."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.crypto import SealedField
from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.schoolbus.models.fleet import Bus, BusAttendant, BusDriver
from anyuan.org.permissions import Permission


class Direction(models.TextChoices):
    TO_SCHOOL = "to_school", "上学"
    HOME = "home", "放学"


class RouteState(models.TextChoices):
    IN_USE = "in_use", "在用"
    STOPPED = "stopped", "停用"


@pghistory.track()
class BusRoute(OnRecord):
    """A line as it was approved. Bus, driver and attendant are who usually drives it."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    name = models.CharField("线路名称", max_length=40)
    direction = models.CharField("方向", max_length=10, choices=Direction.choices)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name="开行日（1 为周一）")
    approval_no = models.CharField("线路批准文号", max_length=40, blank=True, default="")
    approved_until = models.DateField("批准有效期至", null=True, blank=True)
    length_km = models.DecimalField(
        "里程（公里）", max_digits=5, decimal_places=1, null=True, blank=True
    )
    expressway = models.BooleanField("经过高速公路", default=False)
    bus = models.ForeignKey(
        Bus, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="校车"
    )
    driver = models.ForeignKey(
        BusDriver, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="驾驶人"
    )  # fmt: skip
    attendant = models.ForeignKey(
        BusAttendant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name="照管员"
    )  # fmt: skip
    active = models.BooleanField("在用", default=True, editable=False)

    class Meta(OnRecord.Meta):
        verbose_name = "校车线路"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name", "direction"], condition=Q(active=True), name="busroute_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


explain_constraint("busroute_once", "本校已有同名、同方向的在用线路，请换一个名称。", "name")


class BusStop(Scoped):
    """A point of a route in order: a stop, or a point that is only passed (it keeps the line on the road)."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    route = models.ForeignKey(BusRoute, on_delete=models.CASCADE, related_name="stops")
    place = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("站点", max_length=40)
    at = models.TimeField("时间", null=True, blank=True)
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    passing = models.BooleanField("只经过，不停车", default=False)

    class Meta(Scoped.Meta):
        verbose_name = "站点"
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "place"],
                name="busstop_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="busstop_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BusRider(Scoped):
    """A pupil who rides. All that names the pupil is sealed; `mark` recognises the school's number."""

    read_permission: ClassVar[Permission] = Permission.BUS_RIDE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = SealedField("学号")
    name = SealedField("姓名")
    guardian = SealedField("监护人", blank=True, default="")
    phone = SealedField("监护人电话", blank=True, default="")
    mark = models.CharField(max_length=40, editable=False)

    class Meta(Scoped.Meta):
        verbose_name = "乘车学生"
        constraints = [models.UniqueConstraint(fields=["unit", "mark"], name="busrider_once")]


class BusSeat(Scoped):
    """A rider's place on a route, with the stop where they get on (to school) or off (home)."""

    read_permission: ClassVar[Permission] = Permission.BUS_RIDE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    route = models.ForeignKey(BusRoute, on_delete=models.CASCADE, related_name="seats")
    rider = models.ForeignKey(BusRider, on_delete=models.CASCADE, related_name="seats")
    stop = models.ForeignKey(BusStop, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Scoped.Meta):
        verbose_name = "乘车安排"
        constraints = [models.UniqueConstraint(fields=["route", "rider"], name="busseat_once")]


class TripState(models.TextChoices):
    PLANNED = "planned", "待发车"
    RUNNING = "running", "运行中"
    DONE = "done", "已清车"
    CANCELLED = "cancelled", "已取消"


@pghistory.track()
class BusTrip(OnRecord):
    """A route on a day. The database forbids an end before all have left and the bus was walked through."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    route = models.ForeignKey(BusRoute, on_delete=models.PROTECT, related_name="trips")
    day = models.DateField("日期")
    turn = models.PositiveSmallIntegerField("第几趟", default=1, validators=[MaxValueValidator(9)])
    bus = models.ForeignKey(Bus, null=True, on_delete=models.PROTECT, related_name="+")
    driver = models.ForeignKey(BusDriver, null=True, on_delete=models.PROTECT, related_name="+")
    attendant = models.ForeignKey(BusAttendant, on_delete=models.PROTECT, related_name="+")
    # A bus of another school that drives under a temporary permit, instead of an own one.
    sharing = models.ForeignKey(
        "schoolbus.BusSharing", null=True, on_delete=models.PROTECT, related_name="trips"
    )
    keeper = models.ForeignKey(
        "org.Person", null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="点名人"
    )
    seats = models.PositiveSmallIntegerField("核载人数")
    plate = models.CharField("车牌号", max_length=10)
    driver_name = models.CharField("驾驶人", max_length=40)
    started_at = models.DateTimeField("发车时间", null=True, blank=True)
    emptied_at = models.DateTimeField("清车时间", null=True, blank=True)
    emptied_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="清车人"
    )
    boarded = models.PositiveSmallIntegerField("上车人数", default=0)
    left = models.PositiveSmallIntegerField("下车人数", default=0)
    cancelled = models.BooleanField("已取消", default=False)
    note = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "校车趟次"
        indexes = [
            models.Index(fields=["unit", "day"], name="bustrip_unit_day"),
            models.Index(fields=["keeper", "day"], name="bustrip_keeper_day"),
            models.Index(fields=["plate", "started_at"], name="bustrip_plate_start"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["route", "day", "turn"], condition=Q(cancelled=False), name="bustrip_once"
            ),
            models.CheckConstraint(
                condition=Q(emptied_at__isnull=True)
                | Q(left=F("boarded"), emptied_by__isnull=False, started_at__isnull=False),
                name="bustrip_nobody_left_behind",
            ),
            models.CheckConstraint(
                condition=Q(left__lte=F("boarded")), name="bustrip_left_boarded"
            ),
            models.CheckConstraint(
                condition=Q(sharing__isnull=False) | Q(bus__isnull=False, driver__isnull=False),
                name="bustrip_has_a_bus",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.route.name} {self.day}"


explain_constraint("bustrip_once", "这条线路当天的这一趟已经安排。", "route")
explain_constraint(
    "bustrip_nobody_left_behind", "还有学生没有下车，或还没有清车确认，不能结束这一趟。"
)
explain_constraint("bustrip_left_boarded", "下车人数不能多于上车人数，请刷新页面后重试。")


class Ride(models.TextChoices):
    WAITING = "waiting", "未上车"
    ABOARD = "aboard", "在车上"
    LEFT = "left", "已下车"
    ABSENT = "absent", "不乘车"


class BusBoarding(Scoped):
    """One pupil on one trip's list. A pupil who is on no list of the route is written by name."""

    read_permission: ClassVar[Permission] = Permission.BUS_RIDE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trip = models.ForeignKey(BusTrip, on_delete=models.CASCADE, related_name="boardings")
    rider = models.ForeignKey(BusRider, null=True, on_delete=models.SET_NULL, related_name="+")
    extra = SealedField("名单外学生", blank=True, default="")
    stop = models.ForeignKey(BusStop, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField("状态", max_length=8, choices=Ride.choices, default=Ride.WAITING)
    boarded_at = models.DateTimeField("上车时间", null=True, blank=True)
    left_at = models.DateTimeField("下车时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "上下车"
        constraints = [
            models.UniqueConstraint(fields=["trip", "rider"], name="busboarding_once"),
            models.CheckConstraint(
                condition=~Q(state="left") | Q(boarded_at__isnull=False, left_at__isnull=False),
                name="busboarding_left_after_boarding",
            ),
        ]


class IncidentKind(models.TextChoices):
    ACCIDENT = "accident", "交通事故"
    BREAKDOWN = "breakdown", "车辆故障"
    INJURY = "injury", "学生受伤或不适"
    MISSED = "missed", "学生漏乘或坐错车"
    LEFT_BEHIND = "left_behind", "险些遗留学生"
    BEHAVIOUR = "behaviour", "打闹或不系安全带"
    OTHER = "other", "其他"


@pghistory.track()
class BusIncident(OnRecord):
    """What went wrong on a trip, without naming a pupil; where it must be put right, a hazard was opened."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    trip = models.ForeignKey(BusTrip, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField("类型", max_length=12, choices=IncidentKind.choices)
    place = models.CharField("地点", max_length=60, blank=True, default="")
    text = models.CharField("经过", max_length=500)
    handling = models.CharField("现场处置", max_length=500, blank=True, default="")
    injured = models.PositiveSmallIntegerField(
        "受伤人数", default=0, validators=[MaxValueValidator(99)]
    )
    hazard = models.BooleanField("已转为隐患", default=False)

    class Meta(OnRecord.Meta):
        verbose_name = "校车事件"
