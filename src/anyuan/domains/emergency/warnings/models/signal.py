"""A warning at the level that weighs it and passes it on, and the order to suspend lessons."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.warnings.content import (
    Colour,
    Kind,
    colour_of,
    kind_of,
    short_level,
    suspension_title,
    titled,
)
from anyuan.org.permissions import Permission


class Origin(models.TextChoices):
    HAND = "hand", "手工录入"
    FILE = "file", "文件导入"
    URL = "url", "自动查看"
    API = "api", "系统推送"


class Status(models.TextChoices):
    """Only `ACTUAL` is meant for what is really happening."""

    ACTUAL = "Actual", "真实"
    EXERCISE = "Exercise", "演练"
    SYSTEM = "System", "系统消息"
    TEST = "Test", "测试"
    DRAFT = "Draft", "草稿"


class EndReason(models.TextChoices):
    CANCEL = "cancel", "发布方解除"
    EXPIRED = "expired", "到期自动解除"
    HAND = "hand", "人工解除"
    REPLACED = "replaced", "由新的预警代替"


@pghistory.track()
class WarningSignal(OnRecord):
    """One warning. `units`: the areas it is for, proposed until it is passed on, then as decided.

    `replaces`: the earlier warning of which this is an update; it ends when this one is passed on.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ
    case: Any  # the locked case, put here by the engine while a step is carried out

    number = models.CharField("编号", max_length=48)
    origin = models.CharField("来源方式", max_length=4, choices=Origin.choices)
    status = models.CharField(
        "性质", max_length=8, choices=Status.choices, default=Status.ACTUAL
    )  # fmt: skip
    kind = models.CharField("种类", max_length=16, blank=True, default="")
    colour = models.CharField("颜色", max_length=8, blank=True, default="")
    level = models.CharField("响应等级", max_length=4, blank=True, default="")
    headline = models.CharField("标题", max_length=200)
    words = models.TextField("预警内容", max_length=4000)
    advice = models.TextField("防御指引", max_length=4000, blank=True, default="")
    source = models.CharField("发布单位", max_length=120, blank=True, default="")
    area_words = models.CharField("影响范围", max_length=600, blank=True, default="")
    units = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, verbose_name="下发范围"
    )
    measures = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name="措施"
    )
    published_at = models.DateTimeField("发布时间", default=timezone.now)
    onset_at = models.DateTimeField("开始时间", null=True, blank=True)
    expires_at = models.DateTimeField("有效期至")
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="代替的预警",
    )  # fmt: skip

    issued_at = models.DateTimeField("下发时间", null=True, blank=True)
    issued_by_name = models.CharField("下发人", max_length=60, blank=True, default="")
    ack_due_at = models.DateTimeField("确认期限", null=True, blank=True)
    report_due_at = models.DateTimeField("反馈期限", null=True, blank=True)
    ended_at = models.DateTimeField("解除时间", null=True, blank=True)
    end_reason = models.CharField(
        "解除原因", max_length=8, choices=EndReason.choices, blank=True, default=""
    )
    summary = models.CharField("小结", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "预警"
        indexes = [models.Index(fields=["unit", "-record"], name="warning_unit_newest")]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="warning_number_once"),
            models.CheckConstraint(
                condition=Q(onset_at__isnull=True) | Q(onset_at__lte=F("expires_at")),
                name="warning_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

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
    def title(self) -> str:
        """What people call it; what is no real warning says so before everything else."""
        said = titled(self.kind, self.colour) if self.kind else self.headline
        return said if self.is_real else f"【{Status(self.status).label}】{said}"

    @property
    def tags(self) -> list[str]:
        found = [tag("type", self.kind or "other")]
        if self.colour:
            found.append(tag("colour", self.colour))
        return sorted(found)


explain_constraint("warning_number_once", "刚刚已有人录入，请刷新页面后再看。")
explain_constraint("warning_ends_after_it_begins", "有效期应晚于开始时间。", "expires_at")


@pghistory.track()
class SuspensionOrder(Scoped):
    """停课通知: what the schools below a unit are told to do with the day, from when to when."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    signal = models.ForeignKey(WarningSignal, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField("编号", max_length=48)
    title = models.CharField("预警", max_length=200)
    kind = models.CharField("方式", max_length=10)
    from_at = models.DateTimeField("从")
    to_at = models.DateTimeField("到")
    stages = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, verbose_name="学段"
    )
    words = models.CharField("具体要求", max_length=500, blank=True, default="")
    schools = models.PositiveIntegerField("学校数", default=0)
    by_name = models.CharField("签发人", max_length=60)
    made_at = models.DateTimeField("签发时间", default=timezone.now)

    class Meta(Scoped.Meta):
        verbose_name = "停课通知"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="suspension_number_once"),
            models.CheckConstraint(condition=Q(to_at__gt=F("from_at")), name="suspension_from_to"),
        ]

    @property
    def kind_title(self) -> str:
        return suspension_title(self.kind)


explain_constraint("suspension_from_to", "结束时间应晚于开始时间。", "to_at")
explain_constraint("suspension_number_once", "刚刚已有人签发，请刷新页面后再看。")
