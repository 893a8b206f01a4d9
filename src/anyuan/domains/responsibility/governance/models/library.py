"""Regulations of a unit, each version a record; and the yearly look at all of them."""

from __future__ import annotations

import datetime
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.models import OnRecord
from anyuan.core.refused import explain_constraint
from anyuan.domains.responsibility.governance.content import title_of
from anyuan.org.permissions import Permission


@pghistory.track()
class Regulation(OnRecord):
    """One version of a regulation. `current`: the version in force; older ones stay to be read."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    type = models.CharField("种类", max_length=24)
    title = models.CharField("名称", max_length=80)
    version = models.PositiveSmallIntegerField("版本", default=1)
    document_no = models.CharField("文号", max_length=60, blank=True, default="")
    issued_on = models.DateField("印发日期")
    since = models.DateField("施行日期")
    approved_by = models.CharField("批准人或会议", max_length=60)
    text = models.TextField("正文", max_length=20000, blank=True, default="")
    review_due = models.DateField("下次复核")
    current = models.BooleanField("现行", default=True)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(OnRecord.Meta):
        verbose_name = "规章制度"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "type", "title"], condition=Q(current=True), name="regulation_once"
            ),
            models.CheckConstraint(
                condition=Q(since__gte=F("issued_on")), name="regulation_days_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "type"],
                include=["review_due"],
                condition=Q(current=True),
                name="regulation_current",
            )
        ]

    @property
    def type_title(self) -> str:
        return title_of(self.type)

    @property
    def is_due(self) -> bool:
        """To be looked at again."""
        return self.current and self.review_due < timezone.localdate()

    def days_to_review(self, today: datetime.date) -> int:
        return (self.review_due - today).days


explain_constraint("regulation_once", "这项制度已经有现行版本，请打开它，用“发布新版本”。", "title")
explain_constraint("regulation_days_in_order", "施行日期不能早于印发日期。", "since")


@pghistory.track()
class LibraryReview(OnRecord):
    """All regulations were looked at: which still fit, which are to be written anew."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    fits = models.PositiveSmallIntegerField("仍然适用")
    to_revise = models.PositiveSmallIntegerField("需要修订")
    note = models.TextField("复核意见", max_length=1000, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "制度复核"
