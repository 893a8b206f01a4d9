"""The emergency stores 应急物资: what, how much, where, until when."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from anyuan.core.history import track_many
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit


class StoreKind(models.TextChoices):
    MEDICAL = "medical", "医疗急救"
    FLOOD = "flood", "防汛防台"
    COLD = "cold", "防寒除雪"
    LIGHT = "light", "照明电源"
    SIGNAL = "signal", "通信喊话"
    SHELTER = "shelter", "避险安置"
    FOOD = "food", "饮水食品"
    EPIDEMIC = "epidemic", "防疫消杀"
    OTHER = "other", "其他"


@track_many(exclude=NOT_TRACKED)
class EmergencyStore(LedgerRow):
    """One item of the stores at one place."""

    name = models.CharField("物资名称", max_length=40)
    kind = models.CharField("类别", max_length=12, choices=StoreKind.choices)
    quantity = models.PositiveIntegerField("数量", validators=[MaxValueValidator(99999)])
    measure = models.CharField("计量单位", max_length=10, default="件")
    place = models.CharField("存放地点", max_length=40)
    keeper = models.CharField("保管人", max_length=40, blank=True, default="")
    checked_on = models.DateField("最近检查日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "应急物资"
        constraints = [once_in_a_unit("name", "place", name="emergencystore")]

    def __str__(self) -> str:
        return f"{self.name} {self.place}"
