"""Fire equipment and the people of the micro fire station."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models

from anyuan.core.crypto import SealedField
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.models.person import MOBILE


class FacilityType(models.TextChoices):
    EXTINGUISHER = "extinguisher", "灭火器"
    HYDRANT = "hydrant", "消火栓"
    SPRINKLER = "sprinkler", "自动喷淋"
    DETECTOR = "detector", "烟感报警器"
    LIGHTING = "lighting", "应急照明"
    SIGN = "sign", "疏散指示标志"
    DOOR = "door", "防火门"
    SHUTTER = "shutter", "防火卷帘"
    HOSE = "hose", "水带水枪"
    BLANKET = "blanket", "灭火毯"
    OTHER = "other", "其他"


class FacilityState(models.TextChoices):
    NORMAL = "normal", "完好"
    DEFECT = "defect", "有缺陷"
    REPAIRING = "repairing", "维修中"


@pghistory.track(exclude=NOT_TRACKED)
class FireFacility(LedgerRow):
    """One piece of fire equipment, or several alike that hang together under one number."""

    number = models.CharField("编号", max_length=30)
    type = models.CharField("种类", max_length=12, choices=FacilityType.choices)
    place = models.CharField("位置", max_length=60)
    quantity = models.PositiveIntegerField("数量", default=1, validators=[MaxValueValidator(9999)])
    state = models.CharField(
        "状态", max_length=10, choices=FacilityState.choices, default=FacilityState.NORMAL
    )
    model = models.CharField("规格型号", max_length=60, blank=True, default="")
    made_on = models.DateField("生产日期", null=True, blank=True)
    checked_on = models.DateField("最近检查日期", null=True, blank=True)
    test_due_on = models.DateField("下次检测日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    keeper = models.CharField("责任人", max_length=40, blank=True, default="")
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "消防器材"
        constraints = [once_in_a_unit("number", name="firefacility")]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"


class Duty(models.TextChoices):
    HEAD = "head", "站长"
    DEPUTY = "deputy", "副站长"
    FIGHTER = "fighter", "消防员"
    CONTROL = "control", "控制室值班员"
    DRIVER = "driver", "驾驶员"


@pghistory.track(exclude=NOT_TRACKED)
class StationMember(LedgerRow):
    """One person of the micro fire station in one duty."""

    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职责", max_length=8, choices=Duty.choices, default=Duty.FIGHTER)
    job = models.CharField("本职岗位", max_length=40, blank=True, default="")
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    shift = models.CharField("班次", max_length=20, blank=True, default="")
    certificate_no = models.CharField("消防设施操作员证号", max_length=40, blank=True, default="")
    certificate_until = models.DateField("证书有效期至", null=True, blank=True)
    joined_on = models.DateField("入队日期", null=True, blank=True)
    trained_on = models.DateField("最近训练日期", null=True, blank=True)
    training_until = models.DateField("下次训练期限", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "微型消防站队员"
        constraints = [once_in_a_unit("name", "duty", name="stationmember")]

    def __str__(self) -> str:
        return self.name
