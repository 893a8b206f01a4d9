"""The duty network 责任网络: the seats of a unit and who sits in each."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


class SeatKind(models.TextChoices):
    PARTY = "party", "党组织主要负责人"
    HEAD = "head", "行政主要负责人"
    LEADER = "leader", "班子成员"
    OFFICE = "office", "部门"
    GRADE = "grade", "年级"
    CLASS = "class", "班级"
    POST = "post", "岗位"


class Group(models.TextChoices):
    NONE = "", "不在领导小组"
    HEAD = "head", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "组员"


HEADS = (SeatKind.PARTY, SeatKind.HEAD)


@pghistory.track()
class Seat(Scoped):
    """One seat. Its holder is a person with an account or a name; neither: the seat is empty.

    Both heads stand at the top together (党政同责); a leader has a field of work and the safety duty that
    goes with it (一岗双责). A seat that is no longer there is ended, not deleted.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类别", max_length=8, choices=SeatKind.choices)
    title = models.CharField("职务或名称", max_length=40)
    person = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="责任人",
    )  # fmt: skip
    name = models.CharField("姓名", max_length=40, blank=True, default="")
    field = models.CharField("分管领域", max_length=60, blank=True, default="")
    duty = models.CharField("安全职责", max_length=300, blank=True, default="")
    group = models.CharField(
        "领导小组", max_length=8, choices=Group.choices, blank=True, default=Group.NONE
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="上一级",
    )  # fmt: skip
    post_key = models.CharField("岗位清单", max_length=40, blank=True, default="")
    position = models.PositiveSmallIntegerField("顺序", default=0)
    active = models.BooleanField("在用", default=True)

    class Meta(Scoped.Meta):
        verbose_name = "责任网络"
        indexes = [models.Index(fields=["unit", "position"], name="seat_unit_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=Q(active=True, kind__in=["party", "head"]),
                name="seat_head_once",
            ),
            models.UniqueConstraint(
                fields=["unit", "title"], condition=Q(active=True), name="seat_title_once"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="seat_not_under_itself"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def holder(self) -> str:
        return self.person.name if self.person is not None else self.name

    @property
    def lacks(self) -> list[str]:
        """What is missing at this seat, in words."""
        found = [] if self.holder else ["没有责任人"]
        if self.kind == SeatKind.LEADER:
            found += [] if self.field else ["没有分管领域"]
            found += [] if self.duty else ["没有写安全职责"]
        return found


explain_constraint("seat_head_once", "党组织和行政主要负责人各只能有一位，请改原来的。", "kind")
explain_constraint("seat_title_once", "责任网络里已有同名的职务，请换一个名称。", "title")
explain_constraint("seat_not_under_itself", "上一级不能是自己。", "parent")
