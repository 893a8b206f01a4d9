"""The programme of a term's drills, its lines, and the calendar address of a person."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.drills.models.drill import Drill, Kind, Mode
from anyuan.org.permissions import Permission


@pghistory.track()
class Programme(OnRecord):
    """The drills of one unit in one term and the holidays after it: proposed, edited, adopted.

    Adopted, its lines become planned drills, and the record counts as the unit's plan.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期")
    label = models.CharField("学期", max_length=40)
    adopted_by = models.CharField("采用人", max_length=40, blank=True, default="")
    adopted_at = models.DateTimeField("采用时间", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "演练计划"
        constraints = [
            models.UniqueConstraint(fields=["unit", "starts_on"], name="drill_programme_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="drill_programme_days"
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.adopted_at is None


explain_constraint("drill_programme_once", "这个学期的演练计划已经有了，请打开它修改。", "")


class Entry(Scoped):
    """One line of a programme; `why` says which duties it serves. Adopted, it has its drill."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="entries")
    on = models.DateField("日期")
    kind = models.CharField("种类", max_length=16, choices=Kind.choices)
    mode = models.CharField("形式", max_length=4, choices=Mode.choices, default=Mode.REAL)
    at_night = models.BooleanField("夜间（宿舍）", default=False)
    why = models.CharField("依据", max_length=300, blank=True, default="")
    drill = models.OneToOneField(
        Drill, null=True, blank=True, on_delete=models.PROTECT, related_name="entry"
    )

    class Meta(Scoped.Meta):
        verbose_name = "演练计划项目"
        indexes = [models.Index(fields=["programme", "on"], name="drill_entry_day")]


class Feed(Scoped):
    """A person's calendar address at one unit. A new `serial` ends the addresses given before."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("org.Person", on_delete=models.CASCADE, related_name="+")
    serial = models.PositiveIntegerField("第几个", default=1)
    made_at = models.DateTimeField("启用时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "日历订阅"
        constraints = [
            models.UniqueConstraint(fields=["unit", "person"], name="drill_feed_once"),
        ]
