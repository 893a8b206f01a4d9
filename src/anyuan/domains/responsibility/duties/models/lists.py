"""Duty lists 责任清单: what a post has to do, its versions as they were read, and who holds it."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


@pghistory.track()
class DutyList(OnRecord):
    """The list of one post of a unit; `version` counts its texts."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    post_key = models.CharField("岗位代号", max_length=40, blank=True, default="")
    title = models.CharField("岗位", max_length=40)
    version = models.PositiveSmallIntegerField("版本", default=0)
    active = models.BooleanField("在用", default=True)

    class Meta(OnRecord.Meta):
        verbose_name = "责任清单"
        indexes = [models.Index(fields=["unit", "record"], name="dutylist_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "title"], condition=Q(active=True), name="dutylist_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


explain_constraint("dutylist_once", "本单位已有这个岗位的责任清单，请直接修改它。", "title")


class DutyItem(Scoped):
    """One duty of a version of a list; written once with the version."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duty_list = models.ForeignKey(DutyList, on_delete=models.CASCADE, related_name="items")
    version = models.PositiveSmallIntegerField("版本")
    position = models.PositiveSmallIntegerField("顺序")
    content = models.CharField("职责", max_length=200)
    basis = models.CharField("依据", max_length=80, blank=True, default="")
    frequency = models.CharField("频次", max_length=60, blank=True, default="")
    evidence = models.CharField("证据", max_length=80, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "职责条目"
        constraints = [
            models.UniqueConstraint(
                fields=["duty_list", "version", "position"], name="dutyitem_place_once"
            ),
        ]


class DutyVersion(Scoped):
    """A version's text as holders read it; never changed."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duty_list = models.ForeignKey(DutyList, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField("版本")
    text = models.TextField("全文")
    sha256 = models.CharField(max_length=64)
    made_by_name = models.CharField("修改人", max_length=60)
    made_at = models.DateTimeField("修改时间")

    class Meta(Scoped.Meta):
        verbose_name = "责任清单版本"
        constraints = [
            models.UniqueConstraint(fields=["duty_list", "version"], name="dutyversion_once"),
        ]


@pghistory.track()
class Holding(Scoped):
    """A person holds the post of a list; what they acknowledged, when and in which words."""

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    duty_list = models.ForeignKey(DutyList, on_delete=models.CASCADE, related_name="holdings")
    person = models.ForeignKey(
        "org.Person", on_delete=models.PROTECT, related_name="+", verbose_name="责任人"
    )
    since = models.DateField("起始日期")
    until = models.DateField("截止日期", null=True, blank=True)
    read_version = models.PositiveSmallIntegerField("已确认的版本", default=0)
    read_sha256 = models.CharField(max_length=64, blank=True, default="")
    read_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "清单责任人"
        indexes = [
            models.Index(fields=["person"], name="holding_person", condition=Q(until__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["duty_list", "person"], condition=Q(until__isnull=True), name="holding_once"
            ),
        ]


explain_constraint("holding_once", "这个人已经是这份清单的责任人。", "people")
