"""Responsibility letters 责任书: the round in which they are issued, each letter, its text and signatures."""

from __future__ import annotations

import datetime
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.history import track_many
from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.org.permissions import Permission


class Level(models.TextChoices):
    """Which unit issues it."""

    CITY = "city", "市签辖市区和直属学校"
    DISTRICT = "district", "辖市区签学校"
    SCHOOL = "school", "学校签岗位"


class LetterState(models.TextChoices):
    ISSUED = "issued", "待乙方签"
    HALF = "half", "待甲方签"
    SIGNED = "signed", "已签订"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已收回"
    EXPIRED = "expired", "已到期"
    ENDED = "ended", "已终止"


STATE_LOOKS = {
    LetterState.ISSUED: ("orange", "pencil"),
    LetterState.HALF: ("azure", "writing-sign"),
    LetterState.SIGNED: ("green", "circle-check"),
    LetterState.RETURNED: ("red", "arrow-back-up"),
    LetterState.WITHDRAWN: ("secondary", "circle-x"),
    LetterState.EXPIRED: ("secondary", "calendar-off"),
    LetterState.ENDED: ("secondary", "user-off"),
}
OPEN = (LetterState.ISSUED, LetterState.HALF, LetterState.RETURNED)
DUE = (*OPEN, LetterState.SIGNED)


@pghistory.track()
class LetterRound(OnRecord):
    """All letters that a unit issues for a year at once. It counts for duties once all are signed."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    level = models.CharField("层级", max_length=8, choices=Level.choices)
    year = models.PositiveSmallIntegerField("年度")
    valid_from = models.DateField("有效期从")
    valid_to = models.DateField("有效期至")
    due_on = models.DateField("签订期限")
    done_on = models.DateField("签齐日期", null=True, blank=True)
    nudged_at = models.DateTimeField("最近催签", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "责任书签订"
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="round_once"),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="round_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_level_display()}"


@track_many()
class Letter(OnRecord):
    """One letter. `unit` is party B's unit, or the school of the person who signs (`holder`).

    What it says is in `LetterText`, who signed in `Signature`; both are written once.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    round = models.ForeignKey(LetterRound, on_delete=models.PROTECT, related_name="letters")
    party_a = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="甲方"
    )
    level = models.CharField("层级", max_length=8, choices=Level.choices)
    year = models.PositiveSmallIntegerField("年度")
    number = models.CharField("编号", max_length=60)
    plan = models.CharField("样本", max_length=40)
    a_name = models.CharField("甲方", max_length=80)
    b_name = models.CharField("乙方", max_length=80)
    holder = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="签订人",
    )  # fmt: skip
    post_title = models.CharField("岗位", max_length=40, blank=True, default="")
    valid_from = models.DateField("有效期从")
    valid_to = models.DateField("有效期至")
    due_on = models.DateField("签订期限")
    state = models.CharField(
        "状态", max_length=10, choices=LetterState.choices, default=LetterState.ISSUED
    )
    why = models.CharField("原因", max_length=200, blank=True, default="")
    signed_at = models.DateTimeField("签订时间", null=True, blank=True)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name="原责任书",
    )  # fmt: skip

    class Meta(OnRecord.Meta):
        verbose_name = "责任书"
        indexes = [
            models.Index(fields=["unit", "-record"], name="letter_unit_newest"),
            models.Index(fields=["round", "state"], name="letter_round_state"),
            models.Index(
                fields=["holder"], name="letter_holder_open", condition=Q(state="issued")
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["number"], name="letter_number_once"),
            models.UniqueConstraint(
                fields=["round", "unit"],
                condition=Q(
                    holder__isnull=True, state__in=["issued", "half", "returned", "signed"]
                ),
                name="letter_unit_once",
            ),
            models.UniqueConstraint(
                fields=["round", "holder"],
                condition=Q(state__in=["issued", "half", "returned", "signed"]),
                name="letter_holder_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="letter_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.b_name}"

    @property
    def look(self) -> tuple[str, str]:
        """Colour and icon of the state."""
        return STATE_LOOKS[LetterState(self.state)]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def late(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()

    @property
    def tags(self) -> list[str]:
        return sorted([tag("level", self.level)])

    def is_valid(self, on: datetime.date) -> bool:
        """Whether it binds on a day."""
        return self.state == LetterState.SIGNED and self.valid_from <= on <= self.valid_to


class LetterText(Scoped):
    """What a letter says, frozen when it was issued; written once (a trigger holds every role to it)."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    letter = models.OneToOneField(
        Letter, on_delete=models.PROTECT, primary_key=True, related_name="body"
    )
    text = models.TextField("全文")
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField("定稿时间")
    seal = models.CharField(max_length=64)

    class Meta(Scoped.Meta):
        verbose_name = "责任书全文"


class Turn(models.IntegerChoices):
    """Party B signs first, party A countersigns."""

    B = 1, "乙方"
    A = 2, "甲方"


class Signature(Scoped):
    """Who signed, in which post, when, how they proved who they are; written once."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="signatures")
    turn = models.PositiveSmallIntegerField("顺序", choices=Turn.choices)
    person = models.ForeignKey(
        "org.Person", on_delete=models.PROTECT, related_name="+", verbose_name="签署人"
    )
    name = models.CharField("姓名", max_length=60)
    post = models.CharField("岗位", max_length=40)
    unit_name = models.CharField("单位", max_length=80)
    at = models.DateTimeField("时间")
    method = models.CharField("验证方式", max_length=20)
    sha256 = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta(Scoped.Meta):
        verbose_name = "签署"
        constraints = [
            models.UniqueConstraint(fields=["letter", "turn"], name="signature_once"),
            models.CheckConstraint(condition=Q(turn__in=[1, 2]), name="signature_turn"),
        ]
