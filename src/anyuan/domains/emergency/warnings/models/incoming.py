"""What comes in from outside: CAP messages, each once, and the addresses that are looked at."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.warnings.models.signal import Origin, WarningSignal
from anyuan.org.permissions import Permission


class CapMessage(Scoped):
    """A message as it came: (sender, identifier, sent) names it, so it is taken once.

    `refers`: the messages it is about, each as `named` writes it; a message may come before those.
    """

    read_permission: ClassVar[Permission] = Permission.WARNING_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sender = models.CharField("发送者", max_length=200)
    identifier = models.CharField("消息编号", max_length=200)
    sent_at = models.DateTimeField("发送时间")
    name = models.CharField(max_length=480)
    kind = models.CharField("类别", max_length=8)
    status = models.CharField("性质", max_length=8)
    refers = ArrayField(models.CharField(max_length=480), default=list, blank=True)
    signal = models.ForeignKey(
        WarningSignal, null=True, on_delete=models.PROTECT, related_name="messages"
    )
    origin = models.CharField("来源方式", max_length=4, choices=Origin.choices)
    result = models.CharField("处理结果", max_length=200)
    xml = models.TextField("原文")
    at = models.DateTimeField("收到时间", default=timezone.now)

    class Meta(Scoped.Meta):
        verbose_name = "外来预警"
        indexes = [models.Index(fields=["unit", "-at"], name="capmessage_newest")]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="capmessage_once")]


explain_constraint("capmessage_once", "这条预警已经收到过了。")


@pghistory.track(exclude=["etag", "modified", "next_at", "last_at", "last_good", "last_said"])
class CapSource(Scoped):
    """An address with a CAP message, or a list of links to some, looked at every so many minutes."""

    read_permission: ClassVar[Permission] = Permission.WARNING_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("名称", max_length=60)
    url = models.CharField("地址", max_length=400)
    minutes = models.PositiveIntegerField(
        "每隔几分钟查看", default=5, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    is_on = models.BooleanField("启用", default=True)
    etag = models.CharField(max_length=200, blank=True, default="")
    modified = models.CharField(max_length=60, blank=True, default="")
    next_at = models.DateTimeField("下次查看", default=timezone.now)
    last_at = models.DateTimeField("上次查看", null=True, blank=True)
    last_good = models.BooleanField("上次成功", default=True)
    last_said = models.CharField("上次结果", max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "预警来源"
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(is_on=True), name="capsource_due")
        ]
        constraints = [models.UniqueConstraint(fields=["unit", "url"], name="capsource_once")]


explain_constraint("capsource_once", "这个地址已经添加过了。", "url")
