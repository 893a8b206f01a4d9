"""Facts, targets, and when each month was last rolled up."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from anyuan.core.models import Scoped
from anyuan.org.permissions import Permission


class Fact(Scoped):
    """One indicator of one unit in one month. For a median the numerator is the median itself."""

    read_permission: ClassVar[Permission] = Permission.BOARD_READ

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    indicator = models.CharField("指标", max_length=80)
    month = models.DateField("月份")
    numerator = models.DecimalField("分子", max_digits=16, decimal_places=2)
    denominator = models.DecimalField("分母", max_digits=16, decimal_places=2)
    on_time = models.DecimalField("按时", max_digits=16, decimal_places=2, default=0)

    class Meta(Scoped.Meta):
        verbose_name = "指标数据"
        constraints = [
            models.UniqueConstraint(fields=["unit", "month", "indicator"], name="fact_of_month"),
            models.CheckConstraint(condition=Q(denominator__gte=0), name="fact_denominator"),
        ]
        indexes = [models.Index(fields=["indicator", "month", "unit"], name="fact_indicator_month")]


class Target(Scoped):
    """What a level aims at in a year, set by the level itself or one above."""

    read_permission: ClassVar[Permission] = Permission.BOARD_READ

    id = models.BigAutoField(primary_key=True)
    indicator = models.CharField("指标", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    value = models.DecimalField("目标值", max_digits=12, decimal_places=2)

    class Meta(Scoped.Meta):
        verbose_name = "指标目标"
        constraints = [
            models.UniqueConstraint(fields=["unit", "indicator", "year"], name="target_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="target_not_negative"),
        ]


class RolledUp(models.Model):
    """When a month was last rolled up; a board shown since then may be kept."""

    month = models.DateField(primary_key=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "汇总时间"
