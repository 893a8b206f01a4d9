"""The case of a record, and the steps it has gone."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.engines.cases import registry
from anyuan.engines.cases.spec import Loop, State
from anyuan.org.permissions import Permission


@pghistory.track()
class Case(OnRecord):
    """Where one thing stands in its loop. `version` grows with each step: two people cannot both act.

    `level`: who supervises it now (the school itself, or the level that listed it). `escalated`: the
    last day of the escalation (relative to the due day) that was told.
    """

    class Level(models.TextChoices):
        SCHOOL = "school", "学校"
        DISTRICT = "district", "辖市区"
        CITY = "city", "市"

    read_permission: ClassVar[Permission] = Permission.HAZARD_READ

    loop = models.CharField("闭环", max_length=24)
    state = models.CharField("状态", max_length=24)
    level = models.CharField("监督层级", max_length=8, choices=Level.choices, default=Level.SCHOOL)
    due_on = models.DateField("期限", null=True, blank=True)
    owner = models.ForeignKey(
        "org.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="负责人",
    )
    opened_at = models.DateTimeField("建立时间", auto_now_add=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    escalated = models.SmallIntegerField("已提醒", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta(OnRecord.Meta):
        verbose_name = "闭环"
        indexes = [
            models.Index(fields=["loop", "state", "unit"], name="case_loop_state_unit"),
            models.Index(
                fields=["due_on"], condition=Q(closed_at__isnull=True), name="case_open_due"
            ),
            # Counts of what is open, for any unit, are read from this index alone.
            models.Index(
                fields=["unit"],
                include=["loop", "level", "state", "due_on"],
                condition=Q(closed_at__isnull=True),
                name="case_open_unit",
            ),
        ]

    @property
    def spec(self) -> Loop:
        return registry.get(self.loop)

    @property
    def state_spec(self) -> State:
        return self.spec.state(self.state)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Step(Scoped):
    """One step of a case: written once, never changed."""

    read_permission: ClassVar[Permission] = Permission.HAZARD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    transition = models.CharField("操作", max_length=24)
    label = models.CharField("操作名称", max_length=40)
    from_state = models.CharField("原状态", max_length=24, blank=True)
    to_state = models.CharField("新状态", max_length=24)
    person = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("办理人", max_length=60)
    at = models.DateTimeField("时间", auto_now_add=True)
    note = models.TextField("说明", blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "办理步骤"
        indexes = [models.Index(fields=["case", "at"], name="step_case_at")]
