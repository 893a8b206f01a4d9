"""The incident itself, and what a school has ready for those who come to help."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.incidents.clock import Moments
from anyuan.domains.emergency.incidents.content import Figures, Kind, Level, kind_of, level_of
from anyuan.org.permissions import Permission

MANY = MaxValueValidator(30000)


class Hurt(models.TextChoices):
    NONE = "none", "没有人受伤"
    SOME = "some", "有人受伤"
    UNKNOWN = "unknown", "还不清楚"


class Source(models.TextChoices):
    SCHOOL = "school", "学校报告"
    ABOVE = "above", "上级发现"
    PUBLIC = "public", "群众或媒体反映"


def _heads(label: str) -> models.PositiveIntegerField[Any, Any]:
    return models.PositiveIntegerField(label, default=0, validators=[MANY])


@pghistory.track(exclude=["reminded"])
class Incident(OnRecord):
    """One incident. The limits (`…_due_at`) are those in force when it was reported or its level decided.

    `proposed` is the level that the thresholds suggest, `level` the one that a person decided.
    `told_at` is when the levels above first heard of it, by telephone or by the first report here.
    """

    read_permission: ClassVar[Permission] = Permission.INCIDENT_READ
    case: Any  # the locked case, put here by the engine while a step is carried out

    number = models.CharField("编号", max_length=48)
    kind = models.CharField("种类", max_length=16)
    happened_at = models.DateTimeField("发生时间")
    place = models.CharField("地点", max_length=60)
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    summary = models.CharField("情况", max_length=200)
    source = models.CharField("来源", max_length=8, choices=Source.choices, default=Source.SCHOOL)
    contact = models.CharField("现场联系人", max_length=40, blank=True, default="")
    contact_phone = models.CharField("联系电话", max_length=20, blank=True, default="")

    hurt = models.CharField("伤亡", max_length=8, choices=Hurt.choices)
    dead = _heads("死亡人数")
    missing = _heads("失踪人数")
    injured = _heads("受伤人数")
    serious = _heads("其中重伤")

    proposed = models.CharField("建议等级", max_length=4)
    level = models.CharField("等级", max_length=4, blank=True, default="")
    must_report = models.BooleanField("须上报", default=False)
    must_why = models.CharField("须上报的情形", max_length=200, blank=True, default="")

    told_at = models.DateTimeField("首报时间", null=True, blank=True)
    told_due_at = models.DateTimeField("首报期限")
    written_at = models.DateTimeField("书面初报时间", null=True, blank=True)
    written_due_at = models.DateTimeField("书面初报期限")
    cap_at = models.DateTimeField("最长时限")
    follow_due_at = models.DateTimeField("续报期限", null=True, blank=True)
    final_at = models.DateTimeField("终报时间", null=True, blank=True)
    final_due_at = models.DateTimeField("终报期限", null=True, blank=True)

    received_at = models.DateTimeField("接报时间", null=True, blank=True)
    received_by = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="接报人",
    )  # fmt: skip
    confirmed_at = models.DateTimeField("校（园）长确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="确认人",
    )  # fmt: skip
    plan = models.CharField("启动的预案", max_length=120, blank=True, default="")
    cause = models.TextField("原因", max_length=1000, blank=True, default="")
    lessons = models.TextField("教训和改进", max_length=2000, blank=True, default="")
    # Which reminders of the clock were told, so that each is told once.
    reminded = ArrayField(models.CharField(max_length=24), default=list, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "突发事件"
        indexes = [
            models.Index(fields=["unit", "-record"], name="incident_unit_newest"),
            models.Index(fields=["unit", "happened_at"], name="incident_unit_when"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="incident_number_once"),
            models.CheckConstraint(
                condition=Q(serious__lte=F("injured")), name="incident_serious_of_injured"
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(
                    lon__range=(-180, 180),
                    lat__range=(-90, 90),
                    lon__isnull=False,
                    lat__isnull=False,
                ),
                name="incident_place_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True) | Q(told_at__gte=F("happened_at")),
                name="incident_told_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"

    @property
    def kind_spec(self) -> Kind:
        return kind_of(self.kind)

    @property
    def level_spec(self) -> Level:
        """The level that holds: decided, or suggested until somebody decides."""
        found = level_of(self.level or self.proposed)
        assert found is not None  # noqa: S101 -- written from the pack's levels
        return found

    @property
    def figures(self) -> Figures:
        unknown = self.hurt == Hurt.UNKNOWN
        return Figures(self.dead, self.missing, self.injured, self.serious, unknown)

    @property
    def figures_text(self) -> str:
        return figures_text(self)

    @property
    def moments(self) -> Moments:
        return Moments(
            self.told_due_at, self.told_at, self.written_due_at, self.written_at, self.cap_at,
            self.follow_due_at, self.final_due_at, self.final_at,
        )  # fmt: skip

    @property
    def tags(self) -> list[str]:
        """The facets that rules match, as written on the record."""
        return sorted([tag("type", self.kind), tag("level", self.level or self.proposed)])


def figures_text(row: Any) -> str:
    """How many people, in words; of an incident or a report."""
    parts = [
        (row.dead, "死亡 {} 人"), (row.missing, "失踪 {} 人"), (row.injured, "受伤 {} 人"),
        (row.serious, "其中重伤 {} 人"),
    ]  # fmt: skip
    said = "，".join(words.format(number) for number, words in parts if number)
    return said or str(Hurt(row.hurt).label)


explain_constraint("incident_serious_of_injured", "重伤人数不能多于受伤人数。", "serious")
explain_constraint("incident_place_on_earth", "经纬度不正确，请核对。", "place")
explain_constraint("incident_told_after", "报告时间不能早于发生时间。", "at")


@pghistory.track()
class RescueCard(Scoped):
    """What a school has written down in quiet times for 110, 119 and 120."""

    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    unit = models.OneToOneField(
        "org.Unit", on_delete=models.CASCADE, primary_key=True, related_name="rescue_card",
        verbose_name="单位",
    )  # fmt: skip
    address = models.CharField("详细地址和明显标志", max_length=120)
    gate = models.CharField("救援车辆走哪个门、怎么进", max_length=120)
    hazards = models.CharField("危险部位", max_length=300, blank=True, default="")
    water = models.CharField("消防水源", max_length=120, blank=True, default="")
    assembly = models.CharField("疏散集合地点", max_length=120, blank=True, default="")
    hospital = models.CharField("最近的医院", max_length=120, blank=True, default="")
    contact = models.CharField("接应联系人", max_length=40)
    phone = models.CharField("联系电话", max_length=20)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta(Scoped.Meta):
        verbose_name = "救援信息卡"
