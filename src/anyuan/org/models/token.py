"""Tokens with which a person's tool or another system speaks to the API."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.org.models.person import Person
from anyuan.org.permissions import Permission


@pghistory.track(exclude=["digest", "last_used_at"])
class ApiToken(Scoped):
    """One token of a unit: whose it is, what it may do, until when. The secret itself is not kept.

    `person` is empty for a token of a system. `digest` is SHA-256 of the secret: the secret is 256 random
    bits, so a slow hash would protect nothing and cost every request.
    """

    read_permission: ClassVar[Permission] = Permission.TOKEN_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("用途", max_length=60)
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="所属人员",
    )
    permissions = ArrayField(models.CharField(max_length=40), verbose_name="可以做什么")
    digest = models.CharField(max_length=64)
    expires_on = models.DateField("有效期至")
    issued_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="发放人"
    )
    issued_at = models.DateTimeField("发放时间", auto_now_add=True)
    revoked_at = models.DateTimeField("收回时间", null=True, blank=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "接口令牌"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(permissions__len__gt=0), name="token_may_do_something"
            )
        ]
        indexes = [models.Index(fields=["unit", "-issued_at"], name="token_unit_issued")]

    def __str__(self) -> str:
        return self.name
