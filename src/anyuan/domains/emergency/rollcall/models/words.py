"""What was said: sheets of a group and marks of single people. Written once, the database holds to it.

Only the unit may follow a school that moves, and remarks are emptied when names need not be kept any more.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.domains.emergency.rollcall.models.calls import Group, Member, RollCall, Where
from anyuan.org.permissions import Permission


class Sheet(Scoped):
    """One sending, keyed by the phone: sent twice it is one. `at` is when it was tapped, `kept_at` when it came.

    `rest`: all of the group of whom nobody had spoken yet are there. A group by numbers says them here.
    """

    read_permission: ClassVar[Permission] = Permission.ROLLCALL_TAKE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    roll_call = models.ForeignKey(RollCall, on_delete=models.PROTECT, related_name="sheets")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="sheets")
    at = models.DateTimeField("清点时间")
    kept_at = models.DateTimeField("收到时间", auto_now_add=True)
    by = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("清点人", max_length=60)
    rest = models.BooleanField("其余都到", default=False)
    # For a group without names only.
    present = models.PositiveIntegerField("实到", null=True)
    elsewhere = models.PositiveIntegerField("另有去向", null=True)
    note = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "清点单"
        indexes = [models.Index(fields=["group", "at"], name="rollcall_sheet_group")]


class Mark(Scoped):
    """One word about one person."""

    read_permission: ClassVar[Permission] = Permission.ROLLCALL_TAKE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="marks")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="marks")
    state = models.CharField("情况", max_length=9, choices=Where.choices)
    place = models.CharField("地点", max_length=60, blank=True, default="")
    note = models.CharField("说明", max_length=100, blank=True, default="")
    at = models.DateTimeField("时间")
    by_name = models.CharField("说明人", max_length=60)

    class Meta(Scoped.Meta):
        verbose_name = "清点标记"
        constraints = [
            models.UniqueConstraint(fields=["sheet", "member"], name="rollcall_mark_once")
        ]
        indexes = [models.Index(fields=["member", "at"], name="rollcall_mark_member")]
