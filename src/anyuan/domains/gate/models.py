"""Entries at the gate, pupils leaving early, the gate's days and the school's own settings.

What names a person is kept out of the history tables: when a row is deleted, nothing of it stays.
"""

from __future__ import annotations

import datetime
import secrets
from typing import Any, ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.crypto import SealedField
from anyuan.core.history import track_many
from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.models.person import MOBILE
from anyuan.org.permissions import Permission


class Kind(models.TextChoices):
    VISITOR = "visitor", "来访"
    PARENT = "parent", "家长"
    WORKER = "worker", "维修施工"
    OFFICIAL = "official", "公务"
    DELIVERY = "delivery", "送货快递"
    VEHICLE = "vehicle", "车辆"


# These come to see somebody, who must agree; the others the guard lets in on their own papers.
HOSTED = frozenset({Kind.VISITOR, Kind.PARENT, Kind.WORKER})


class Origin(models.TextChoices):
    HOST = "host", "校内预约"
    DESK = "desk", "门口登记"
    PUBLIC = "public", "扫码预约"


class State(models.TextChoices):
    ASKED = "asked", "待确认"
    CONFIRMED = "confirmed", "待进校"
    INSIDE = "inside", "在校内"
    LEFT = "left", "已离校"
    REFUSED = "refused", "未同意"
    TURNED = "turned", "未放行"
    CANCELLED = "cancelled", "已取消"
    MISSED = "missed", "未到"


class Code(models.TextChoices):
    GREEN = "green", "绿码"
    YELLOW = "yellow", "黄码"
    RED = "red", "红码"
    NONE = "none", "无法出示"


def _person(label: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "org.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=label,
    )


PERSONAL = [
    "name",
    "phone",
    "organisation",
    "host_name",
    "purpose",
    "plate",
    "goods",
    "health",
    "why",
]


@pghistory.track(exclude=PERSONAL)
class Entry(Scoped):
    """One coming and going. `on` is the day for which it was booked, then the day of coming in."""

    read_permission: ClassVar[Permission] = Permission.GATE_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类型", max_length=10, choices=Kind.choices, default=Kind.VISITOR)
    origin = models.CharField("来源", max_length=6, choices=Origin.choices)
    state = models.CharField("状态", max_length=10, choices=State.choices)
    on = models.DateField("日期")
    at = models.TimeField("约定时间", null=True, blank=True)
    number = models.PositiveSmallIntegerField("访客牌号", null=True, blank=True)

    name = models.CharField("姓名", max_length=40)
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    organisation = models.CharField("来自单位", max_length=60, blank=True, default="")
    people = models.PositiveSmallIntegerField(
        "人数", default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    host = _person("被访人")
    host_name = models.CharField("找谁", max_length=40, blank=True, default="")
    purpose = models.CharField("事由", max_length=100, blank=True, default="")
    plate = models.CharField("车牌", max_length=12, blank=True, default="")
    goods = models.CharField("物品", max_length=100, blank=True, default="")

    # What was found at the gate while epidemic checks are on: sealed; only fit or not is open.
    health = SealedField("入校检查", blank=True, default="")
    fit = models.BooleanField("检查正常", null=True, blank=True)
    isolated = models.BooleanField("引导到隔离点", default=False)
    why = models.CharField("原因", max_length=200, blank=True, default="")

    created_at = models.DateTimeField("登记时间")
    created_by = _person("登记人")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = _person("确认人")
    entered_at = models.DateTimeField("进校时间", null=True, blank=True)
    entered_by = _person("放行保安")
    left_at = models.DateTimeField("离校时间", null=True, blank=True)
    left_by = _person("登记离校")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    warned_at = models.DateTimeField("超时提醒时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "出入登记"
        indexes = [
            models.Index(fields=["unit", "-on", "-id"], name="entry_unit_day"),
            models.Index(
                fields=["unit", "state"],
                condition=Q(state__in=["asked", "confirmed", "inside"]),
                name="entry_unit_open",
            ),
            models.Index(fields=["on"], name="entry_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["inside", "left"]) | Q(entered_at__isnull=False),
                name="entry_inside_has_come",
            ),
            models.CheckConstraint(
                condition=~Q(state="left") | Q(left_at__gte=F("entered_at")),
                name="entry_left_after_coming",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def hosted(self) -> bool:
        return self.kind in HOSTED

    @property
    def kind_label(self) -> str:
        """As `get_kind_display`, which builds a table of all labels for each row of a list."""
        return str(Kind(self.kind).label)

    @property
    def visited(self) -> str:
        """Whom the visitor wants to see; "" where nobody is named."""
        return str(self.host.name) if self.host else self.host_name

    def is_late(self, since: datetime.datetime) -> bool:
        """Inside, and came in before `since`."""
        came = self.entered_at
        return self.state == State.INSIDE and came is not None and came < since


explain_constraint("entry_left_after_coming", "离校时间不能早于进校时间。")


class LeaveState(models.TextChoices):
    STARTED = "started", "待核实接送人"
    CONFIRMED = "confirmed", "可以离校"
    OUT = "out", "已离校"
    BACK = "back", "已返校"
    CANCELLED = "cancelled", "已取消"
    MISSED = "missed", "未离校"


PUPILS = ["pupil", "class_name", "reason", "fetcher", "relation", "phone", "why"]


@pghistory.track(exclude=PUPILS)
class Leave(Scoped):
    """A pupil who leaves before the end of the day, with the person who fetches the pupil."""

    read_permission: ClassVar[Permission] = Permission.GATE_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField("状态", max_length=10, choices=LeaveState.choices)
    on = models.DateField("日期")
    at = models.TimeField("约定时间", null=True, blank=True)
    pupil = models.CharField("学生姓名", max_length=40)
    class_name = models.CharField("班级", max_length=30)
    reason = models.CharField("离校原因", max_length=100)
    fetcher = models.CharField("接送人", max_length=40)
    relation = models.CharField("与学生关系", max_length=20)
    phone = SealedField("接送人手机号", blank=True, default="", validators=[MOBILE])
    why = models.CharField("取消原因", max_length=200, blank=True, default="")

    started_at = models.DateTimeField("发起时间")
    started_by = _person("班主任")
    confirmed_at = models.DateTimeField("核实时间", null=True, blank=True)
    confirmed_by = _person("核实人")
    out_at = models.DateTimeField("离校时间", null=True, blank=True)
    out_by = _person("放行保安")
    back_at = models.DateTimeField("返校时间", null=True, blank=True)
    back_by = _person("登记返校")

    class Meta(Scoped.Meta):
        verbose_name = "学生离校"
        indexes = [
            models.Index(fields=["unit", "-on", "-id"], name="leave_unit_day"),
            models.Index(fields=["on"], name="leave_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["out", "back"])
                | Q(confirmed_at__isnull=False, out_at__isnull=False),
                name="leave_out_was_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_name} {self.pupil}"


def _count(label: str) -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(label, default=0)


def _given(label: str) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(30000)]
    )


@pghistory.track()
class GateDay(OnRecord):
    """The gate on one day, in numbers: these stay when the names are deleted.

    A day that a person has checked counts for the rule; one that only the nightly job summed up does not.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    on = models.DateField("日期")
    visits = _count("来访（批）")
    deliveries = _count("送货快递（次）")
    vehicles = _count("车辆（次）")
    people = _count("进校人数")
    booked = _count("事先预约（批）")
    turned = _count("未放行（批）")
    overstays = _count("超时未离校（批）")
    inside = _count("核对时仍在校内（批）")
    leaves = _count("学生提前离校（人）")
    checked = _count("来访人员入校检查（批）")
    unfit = _count("检查异常（批）")
    isolated = _count("来访人员隔离（批）")
    epidemic = models.BooleanField("开展入校防控", default=False)
    pupils_checked = _given("师生测温人数")
    pupils_unfit = _given("师生体温异常人数")
    pupils_isolated = _given("师生隔离观察人数")
    pupils_absent = _given("学生因病缺勤人数")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    closed_by = _person("核对人")
    closed_at = models.DateTimeField("核对时间", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "门卫日记录"
        indexes = [models.Index(fields=["unit", "-on"], name="gateday_unit_newest")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "on"], name="gateday_once"),
            models.CheckConstraint(
                condition=Q(pupils_unfit__isnull=True)
                | Q(pupils_checked__isnull=True)
                | Q(pupils_unfit__lte=F("pupils_checked")),
                name="gateday_unfit_of_checked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"

    @property
    def entries(self) -> int:
        return self.visits + self.deliveries + self.vehicles

    @property
    def tags(self) -> list[str]:
        return [
            tag("cleared", "left" if self.inside else "clear"),
            tag("epidemic", "checks" if self.epidemic else "none"),
        ]


explain_constraint("gateday_once", "这一天已经核对过了，请刷新页面。")
explain_constraint("gateday_unfit_of_checked", "体温异常人数不能多于测温人数。", "pupils_unfit")


@pghistory.track(exclude=["token"])
class GateSetting(Scoped):
    """What a school has chosen for its gate; a school without a row has everything off."""

    read_permission: ClassVar[Permission] = Permission.GATE_READ

    unit = models.OneToOneField(
        "org.Unit", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    epidemic = models.BooleanField("疫情防控入校检查", default=False)
    booking = models.BooleanField("访客扫码预约", default=False)
    token = models.CharField("编码", max_length=48, default=secrets.token_urlsafe)

    class Meta(Scoped.Meta):
        verbose_name = "门卫设置"


class Bookings(models.Model):
    """How many bookings without an account came in the hour that began at `since`, for one key.

    As the hazards' PublicReports: a table and not the cache, so that all processes count together.
    """

    key = models.CharField(primary_key=True, max_length=60)
    sent = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        verbose_name = "扫码预约计数"
        indexes = [models.Index(fields=["since"], name="gate_bookings_since")]


class PassKind(models.TextChoices):
    SUPPLIER = "supplier", "供货配送"
    WORKER = "worker", "驻校施工"
    CAR = "car", "教职工车辆"
    HELPER = "helper", "家长护学"


@track_many(exclude=[*NOT_TRACKED, "phone"])
class GatePass(LedgerRow):
    """Somebody or a car that comes again and again: let in with one touch while the pass is valid."""

    number = models.CharField("证号", max_length=20)
    kind = models.CharField("种类", max_length=10, choices=PassKind.choices)
    name = models.CharField("持证人", max_length=40)
    plate = models.CharField("车牌", max_length=12, blank=True, default="")
    organisation = models.CharField("所属单位", max_length=60, blank=True, default="")
    purpose = models.CharField("事由", max_length=100, blank=True, default="")
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    issued_on = models.DateField("发证日期", null=True, blank=True)
    expires_on = models.DateField("有效期至")

    class Meta(LedgerRow.Meta):
        verbose_name = "固定通行证"
        constraints = [once_in_a_unit("number", name="gatepass")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
