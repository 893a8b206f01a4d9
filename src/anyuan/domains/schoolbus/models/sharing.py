"""Buses shared between schools of different districts: the offer, and what became of a request.

Two schools and two education offices see a sharing, and no scope holds them both. So each party has a
*side*, a record of its own unit, which row-level security holds; the sharing itself has no unit and is reached
only through a side. It holds no data of persons but the driver's name.
"""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord
from anyuan.core.refused import explain_constraint
from anyuan.domains.schoolbus.models.fleet import Bus, BusDriver
from anyuan.org.permissions import Permission


class OfferState(models.TextChoices):
    OPEN = "open", "可申请"
    CLOSED = "closed", "已结束"


@pghistory.track()
class BusOffer(OnRecord):
    """Free seats of a bus that other schools may ask for; shown to every school of the city."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    bus = models.ForeignKey(Bus, on_delete=models.PROTECT, related_name="+", verbose_name="校车")
    seats = models.PositiveSmallIntegerField("可提供座位", validators=[MaxValueValidator(99)])
    since = models.DateField("起始日期")
    until = models.DateField("截止日期")
    times = models.CharField("可用时段", max_length=80)
    area = models.CharField("可到区域", max_length=80)
    terms = models.CharField("费用和条件", max_length=200, blank=True, default="")
    closed = models.BooleanField(default=False, editable=False)

    class Meta(OnRecord.Meta):
        verbose_name = "校车余座"
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="busoffer_forward"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="busoffer_has_seats"),
        ]


explain_constraint("busoffer_forward", "截止日期不能早于起始日期。", "until")
explain_constraint("busoffer_has_seats", "请填写可提供的座位数。", "seats")


class SharingState(models.TextChoices):
    ASKED = "asked", "已申请"
    ACCEPTED = "accepted", "待两地教育局同意"
    CONSENTED = "consented", "待临时许可"
    PERMITTED = "permitted", "已许可"
    DECLINED = "declined", "未同意"
    ENDED = "ended", "已结束"


class Supervisor(models.TextChoices):
    PROVIDER = "provider", "提供方教育局"
    BORROWER = "borrower", "使用方教育局"


@pghistory.track()
class BusSharing(models.Model):
    """One request for an offer and what was agreed. A permit without both consents cannot be stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    offer = models.ForeignKey(BusOffer, on_delete=models.PROTECT, related_name="sharings")
    provider = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", editable=False
    )
    borrower = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", editable=False
    )
    provider_name = models.CharField("提供学校", max_length=80)
    borrower_name = models.CharField("使用学校", max_length=80)
    state = models.CharField(
        "状态", max_length=10, choices=SharingState.choices, default=SharingState.ASKED
    )
    pupils = models.PositiveSmallIntegerField("乘车人数", validators=[MaxValueValidator(99)])
    since = models.DateField("起始日期")
    until = models.DateField("截止日期")
    line = models.CharField("线路和时间", max_length=200)
    plate = models.CharField("车牌号", max_length=10)
    seats = models.PositiveSmallIntegerField("核载人数")
    driver = models.ForeignKey(BusDriver, null=True, on_delete=models.PROTECT, related_name="+")
    driver_name = models.CharField("驾驶人", max_length=40, blank=True, default="")
    fee = models.CharField("费用约定", max_length=120, blank=True, default="")
    duty = models.CharField("安全责任约定", max_length=300, blank=True, default="")
    provider_consent_at = models.DateTimeField("提供方教育局同意时间", null=True, blank=True)
    provider_office = models.CharField("提供方教育局", max_length=80, blank=True, default="")
    borrower_consent_at = models.DateTimeField("使用方教育局同意时间", null=True, blank=True)
    borrower_office = models.CharField("使用方教育局", max_length=80, blank=True, default="")
    permit_no = models.CharField("临时许可文号", max_length=40, blank=True, default="")
    permit_since = models.DateField("许可起始日期", null=True, blank=True)
    permit_until = models.DateField("许可截止日期", null=True, blank=True)
    supervisor = models.CharField(
        "运行监管单位", max_length=8, choices=Supervisor.choices, blank=True, default=""
    )
    why = models.CharField("未同意或结束的原因", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "校车共享"
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="bussharing_forward"),
            models.CheckConstraint(
                condition=Q(permit_no="", permit_since__isnull=True, permit_until__isnull=True)
                | Q(
                    provider_consent_at__isnull=False,
                    borrower_consent_at__isnull=False,
                    permit_until__gte=F("permit_since"),
                ),
                name="bussharing_permit_after_consents",
            ),
        ]


explain_constraint("bussharing_forward", "截止日期不能早于起始日期。", "until")
explain_constraint(
    "bussharing_permit_after_consents", "两地教育局都同意以后才能登记临时许可，日期不能颠倒。", "permit_until"
)  # fmt: skip


class Party(models.TextChoices):
    PROVIDER = "provider", "提供方"
    BORROWER = "borrower", "使用方"


class BusSide(OnRecord):
    """A party's door to a sharing: its record, with files and remarks of its own."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    sharing = models.ForeignKey(BusSharing, on_delete=models.PROTECT, related_name="sides")
    party = models.CharField("身份", max_length=8, choices=Party.choices)

    class Meta(OnRecord.Meta):
        verbose_name = "校车共享（一方）"
        constraints = [models.UniqueConstraint(fields=["sharing", "party"], name="busside_once")]


@pghistory.track()
class BusCost(models.Model):
    """What a month of a sharing cost: written down by who uses the bus, confirmed by who provides it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sharing = models.ForeignKey(BusSharing, on_delete=models.CASCADE, related_name="costs")
    month = models.DateField("月份")
    trips = models.PositiveSmallIntegerField("趟次")
    amount = models.DecimalField("金额（元）", max_digits=9, decimal_places=2)
    paid_on = models.DateField("支付日期", null=True, blank=True)
    confirmed_at = models.DateTimeField("提供方确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "共享费用"
        constraints = [
            models.UniqueConstraint(fields=["sharing", "month"], name="buscost_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="buscost_not_negative"),
        ]


explain_constraint("buscost_once", "这个月的费用已经登记。", "month")
explain_constraint("buscost_not_negative", "金额不能为负数。", "amount")
