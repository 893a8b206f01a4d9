"""What a school (or a district's office) was told, when it confirmed, and what it did of each measure.

The texts are the school's own copy: the warning itself lies at a unit above, outside the school's scope.
"""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from anyuan.core.history import track_many
from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.warnings.content import (
    Colour,
    Kind,
    colour_of,
    kind_of,
    short_level,
    suspension_title,
)
from anyuan.domains.emergency.warnings.models.signal import (
    EndReason,
    Status,
    SuspensionOrder,
    WarningSignal,
)
from anyuan.org.permissions import Permission


@track_many(exclude=["reminded_at", "escalated_at", "words", "advice"])
class WarningResponse(OnRecord):
    """One unit's part of one warning. `office`: the unit is a district, which confirms and may add."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    signal = models.ForeignKey(WarningSignal, on_delete=models.PROTECT, related_name="responses")
    office = models.BooleanField("辖市区", default=False)
    number = models.CharField("编号", max_length=48)
    status = models.CharField("性质", max_length=8, choices=Status.choices)
    title = models.CharField("预警", max_length=200)
    kind = models.CharField("种类", max_length=16)
    colour = models.CharField("颜色", max_length=8)
    level = models.CharField("响应等级", max_length=4)
    words = models.TextField("预警内容")
    advice = models.TextField("防御指引", blank=True, default="")
    source = models.CharField("发布单位", max_length=120, blank=True, default="")
    from_name = models.CharField("下发单位", max_length=80)
    expires_at = models.DateTimeField("有效期至")

    told_at = models.DateTimeField("下发时间")
    ack_due_at = models.DateTimeField("确认期限")
    report_due_at = models.DateTimeField("反馈期限")
    acked_at = models.DateTimeField("确认时间", null=True, blank=True)
    acked_by_name = models.CharField("确认人", max_length=60, blank=True, default="")
    reported_at = models.DateTimeField("反馈时间", null=True, blank=True)
    reported_by_name = models.CharField("反馈人", max_length=60, blank=True, default="")
    reports = models.PositiveSmallIntegerField("反馈次数", default=0)
    note = models.CharField("情况说明", max_length=500, blank=True, default="")
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)
    end_reason = models.CharField(
        "解除原因", max_length=8, choices=EndReason.choices, blank=True, default=""
    )
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "预警反馈"
        indexes = [
            models.Index(fields=["signal", "unit"], name="response_signal_unit"),
            models.Index(fields=["unit", "-record"], name="response_unit_newest"),
            models.Index(
                fields=["told_at"], condition=Q(ended_at__isnull=True, acked_at__isnull=True),
                name="response_unanswered",
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["signal", "unit"], name="response_once"),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True) | Q(acked_at__isnull=False),
                name="response_acked_before_reported",
            ),
        ]

    @property
    def kind_spec(self) -> Kind:
        return kind_of(self.kind)

    @property
    def colour_spec(self) -> Colour | None:
        return colour_of(self.colour)

    @property
    def level_words(self) -> str:
        return short_level(self.level)

    @property
    def is_real(self) -> bool:
        return self.status == Status.ACTUAL

    @property
    def acked_late(self) -> bool:
        return self.acked_at is not None and self.acked_at > self.ack_due_at


explain_constraint("response_once", "这条预警已经下发到该单位。")


class Done(models.TextChoices):
    OPEN = "", "未反馈"
    DONE = "done", "已落实"
    NOT = "na", "不适用"


@track_many()
class Measure(Scoped):
    """One measure asked of one school, and what it did."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    response = models.ForeignKey(WarningResponse, on_delete=models.PROTECT, related_name="asked")
    seq = models.PositiveSmallIntegerField("序号")
    text = models.CharField("措施", max_length=200)
    from_name = models.CharField("提出单位", max_length=80)
    state = models.CharField("落实", max_length=4, choices=Done.choices, blank=True, default="")
    words = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "预警措施"
        constraints = [models.UniqueConstraint(fields=["response", "seq"], name="measure_once")]


explain_constraint("measure_once", "刚刚已有人增加措施，请刷新页面后再试。")


@pghistory.track()
class Suspension(Scoped):
    """What a school was told of a suspension, and what it did for those who came anyway."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    response = models.OneToOneField(
        WarningResponse, on_delete=models.PROTECT, primary_key=True, related_name="suspension"
    )
    order = models.ForeignKey(SuspensionOrder, on_delete=models.PROTECT, related_name="told")
    kind = models.CharField("方式", max_length=10)
    from_at = models.DateTimeField("从")
    to_at = models.DateTimeField("到")
    words = models.CharField("具体要求", max_length=500, blank=True, default="")
    from_name = models.CharField("签发单位", max_length=80)
    pupils = models.PositiveIntegerField("应通知家长（人）", null=True, blank=True)
    told = models.PositiveIntegerField("已通知家长（人）", null=True, blank=True)
    on_site = models.PositiveIntegerField("仍在校学生（人）", null=True, blank=True)
    carer = models.CharField("谁在看护", max_length=80, blank=True, default="")
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "停课情况"
        constraints = [
            models.CheckConstraint(
                condition=Q(told__isnull=True) | Q(told__lte=F("pupils")),
                name="suspension_told_of_all",
            ),
        ]

    @property
    def kind_title(self) -> str:
        return suspension_title(self.kind)


explain_constraint("suspension_told_of_all", "已通知的家长数不能多于应通知的人数。", "told")
