"""Messages in the product: one row a person and occasion."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.models import Record, Scoped


class Notification(Scoped):
    """One message to one person, at the unit of the post it was told to.

    A person reads their own from whichever post they stand in. `once_key` names the occasion: telling
    the same person the same occasion twice makes one row.
    """

    scope_owner: ClassVar[str] = "person_id"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(
        "org.Person", on_delete=models.CASCADE, related_name="+", verbose_name="收信人"
    )
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True, default="")
    url = models.CharField("链接", max_length=300, blank=True, default="")
    record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    once_key = models.CharField("事由编号", max_length=200)
    at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "消息"
        constraints = [
            models.UniqueConstraint(fields=["person", "once_key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notification_person_at"),
            models.Index(
                fields=["person"],
                name="notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title
