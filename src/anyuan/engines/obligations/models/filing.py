"""Filings 工作记录: what was done, when, the numbers asked, people, place; files hang on the record."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.engines.obligations.models.policy import Topic
from anyuan.org.permissions import Permission


@pghistory.track()
class Filing(OnRecord):
    """One piece of work under a topic of the work points."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    what = models.TextField("做了什么")
    people = models.PositiveIntegerField(
        "参加人数", null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    attended = models.CharField("参加人员", max_length=300, blank=True, default="")
    place = models.CharField("地点", max_length=120, blank=True, default="")
    # The numbers in words, so that the history of a filing shows what was corrected.
    figures = models.TextField("数字", blank=True, default="")
    withdrawn_reason = models.CharField("撤销原因", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "工作记录"


@pghistory.track()
class FilingNumber(Scoped):
    """One number of a filing, with the name and measure as they were asked then."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    filing = models.ForeignKey(Filing, on_delete=models.CASCADE, related_name="numbers")
    key = models.CharField("代号", max_length=60)
    name = models.CharField("名称", max_length=30)
    measure = models.CharField("单位", max_length=10)
    value = models.DecimalField("数值", max_digits=14, decimal_places=2)

    class Meta(Scoped.Meta):
        verbose_name = "工作记录数字"
        constraints = [
            models.UniqueConstraint(fields=["filing", "key"], name="filing_number_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0), name="filing_number_not_negative"
            ),
        ]
