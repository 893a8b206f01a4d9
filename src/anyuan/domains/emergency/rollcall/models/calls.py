"""A roll call, its groups and the people expected in them, and handing over to guardians."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission

COUNTED = [
    "expected",
    "present",
    "elsewhere",
    "missing",
    "groups",
    "taken",
    "counted_at",
    "safe_at",
]


class State(models.TextChoices):
    RUNNING = "running", "正在清点"
    ENDED = "ended", "清点结束"
    VOID = "void", "已撤销"


class GroupKind(models.TextChoices):
    CLASS = "class", "班级"
    STAFF = "staff", "教职工"
    VISITOR = "visitor", "校内来访人员"


class Where(models.TextChoices):
    """What is known of a person; nothing yet is written as ""."""

    PRESENT = "present", "到"
    MISSING = "missing", "未到"
    ELSEWHERE = "elsewhere", "另有去向"


def _person(label: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=label
    )  # fmt: skip


def _count(label: str) -> models.PositiveIntegerField[int, int]:
    return models.PositiveIntegerField(label, default=0)


class Counting(models.Model):
    """How many are expected, there, known to be elsewhere, and looked for; the rest nobody has spoken of."""

    expected = _count("应到")
    present = _count("实到")
    elsewhere = _count("另有去向")
    missing = _count("未到")

    class Meta:
        abstract = True

    @property
    def unseen(self) -> int:
        """Nobody has said anything of them yet."""
        return self.expected - self.present - self.elsewhere - self.missing

    @property
    def absent(self) -> int:
        """Not accounted for: looked for, or not spoken of yet."""
        return self.missing + self.unseen

    @property
    def accounted(self) -> int:
        return self.present + self.elsewhere


ADDS_UP = Q(expected__gte=F("present") + F("elsewhere") + F("missing"))


@pghistory.track(exclude=COUNTED)
class RollCall(OnRecord, Counting):
    """One roll call of a school or campus. Its totals follow its groups and are all that the levels above see.

    `counted_at`: every group is taken; `safe_at`: and nobody is missing (empty again if somebody is after all).
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    about = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.PROTECT, related_name="roll_calls",
        verbose_name="为了哪件事",
    )  # fmt: skip
    real = models.BooleanField("真实事件", default=False)
    title = models.CharField("名称", max_length=80)
    started_at = models.DateTimeField("开始时间")
    started_by = _person("发起人")
    started_by_name = models.CharField("发起人姓名", max_length=60)
    counted_at = models.DateTimeField("全部点到的时间", null=True, blank=True)
    safe_at = models.DateTimeField("全部找到的时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_by_name = models.CharField("结束人", max_length=60, blank=True, default="")
    end_note = models.CharField("结束说明", max_length=300, blank=True, default="")
    groups = _count("清点单元")
    taken = _count("已点单元")
    # Set when names and remarks of this roll call were taken out again (see retention).
    cleared_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(OnRecord.Meta):
        verbose_name = "清点"
        indexes = [
            models.Index(fields=["unit", "-record"], name="rollcall_unit_newest"),
            models.Index(fields=["about"], name="rollcall_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "real"], condition=Q(ended_at__isnull=True), name="rollcall_one_running"
            ),
            models.CheckConstraint(condition=ADDS_UP, name="rollcall_adds_up"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="rollcall_ends_after",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def running(self) -> bool:
        return self.ended_at is None

    @property
    def seconds(self) -> int | None:
        """From the start until every group was taken."""
        return seconds_between(self.started_at, self.counted_at)

    @property
    def tags(self) -> list[str]:
        return sorted(
            [
                tag("real", "real" if self.real else "drill"),
                tag("result", "missing" if self.absent else "complete"),
            ]
        )


explain_constraint("rollcall_one_running", "刚刚已有人发起清点，请刷新页面查看。")


class Group(Scoped, Counting):
    """Those who are counted together. `named`: person by person, else by numbers alone."""

    read_permission: ClassVar[Permission] = Permission.ROLLCALL_TAKE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    roll_call = models.ForeignKey(RollCall, on_delete=models.CASCADE, related_name="parts")
    place = models.PositiveSmallIntegerField("顺序")
    kind = models.CharField("类别", max_length=8, choices=GroupKind.choices)
    name = models.CharField("名称", max_length=40)
    grade = models.CharField("年级", max_length=6, blank=True, default="")
    assembly = models.CharField("集合地点", max_length=60, blank=True, default="")
    teacher = _person("班主任")
    teacher_name = models.CharField("班主任姓名", max_length=40, blank=True, default="")
    named = models.BooleanField("按姓名清点", default=True)
    # What was known when it started of those who are not there: fetched early, on a bus.
    known = models.CharField("事先知道", max_length=200, blank=True, default="")
    taken_at = models.DateTimeField("点到时间", null=True, blank=True)
    taken_by = _person("清点人")
    taken_by_name = models.CharField("清点人姓名", max_length=60, blank=True, default="")
    safe_at = models.DateTimeField("全部找到的时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "清点单元"
        constraints = [
            models.UniqueConstraint(fields=["roll_call", "place"], name="rollcall_group_order"),
            models.CheckConstraint(condition=ADDS_UP, name="rollcall_group_adds_up"),
        ]

    def __str__(self) -> str:
        return self.name


class Member(Scoped):
    """Somebody who was expected when it started, as named then; `state` is the last word about them.

    `heads`: a visitor who signed in for several. Names go when the school need not keep them any more.
    """

    read_permission: ClassVar[Permission] = Permission.ROLLCALL_TAKE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    roll_call = models.ForeignKey(RollCall, on_delete=models.CASCADE, related_name="members")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    pupil = models.ForeignKey(
        "rollcall.Pupil", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    person = _person("教职工")
    number = models.CharField("学号", max_length=30, blank=True, default="")
    name = models.CharField("姓名", max_length=40)
    heads = models.PositiveSmallIntegerField(
        "人数", default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    state = models.CharField(
        "情况", max_length=9, choices=Where.choices, blank=True, default=""
    )  # fmt: skip
    place = models.CharField("地点", max_length=60, blank=True, default="")
    note = models.CharField("说明", max_length=100, blank=True, default="")
    said_at = models.DateTimeField("最后一次说明的时间", null=True, blank=True)
    said_by_name = models.CharField("最后一次说明的人", max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "应到人员"
        indexes = [
            models.Index(fields=["group"], name="rollcall_member_group"),
            models.Index(
                fields=["roll_call"], condition=~Q(state="present"), name="rollcall_member_open"
            ),
            models.Index(fields=["pupil"], name="rollcall_member_pupil"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(heads__gte=1), name="rollcall_member_heads"),
            models.UniqueConstraint(
                fields=["roll_call", "pupil"], name="rollcall_member_pupil_once"
            ),
            models.UniqueConstraint(
                fields=["roll_call", "person"], name="rollcall_member_person_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class How(models.TextChoices):
    """How the school made sure of the person who fetched the child."""

    PHONE = "phone", "核对了手机号后四位"
    KNOWN = "known", "教师认识本人"
    EXCEPTION = "exception", "特殊情况"


class Handover(Scoped):
    """A pupil was given to a guardian. `member` is empty where the class is kept without names.

    A mistaken entry is taken back with a reason and stays to be read.
    """

    read_permission: ClassVar[Permission] = Permission.ROLLCALL_TAKE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    roll_call = models.ForeignKey(RollCall, on_delete=models.PROTECT, related_name="handovers")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="handovers")
    member = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="handovers"
    )
    pupil_name = models.CharField("学生", max_length=40)
    guardian = models.CharField("接领人", max_length=40)
    relation = models.CharField("与学生关系", max_length=20)
    listed = models.BooleanField("在监护人名单中", default=True)
    how = models.CharField("核对方式", max_length=10, choices=How.choices)
    reason = models.CharField("特殊情况说明", max_length=200, blank=True, default="")
    at = models.DateTimeField("交接时间")
    kept_at = models.DateTimeField("登记时间", auto_now_add=True)
    by = _person("交接人")
    by_name = models.CharField("交接人姓名", max_length=60)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    undone_by_name = models.CharField("撤回人", max_length=60, blank=True, default="")
    undone_why = models.CharField("撤回原因", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "交接"
        indexes = [models.Index(fields=["roll_call", "at"], name="rollcall_handover_when")]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(undone_at__isnull=True), name="rollcall_handed_once"
            ),
            models.UniqueConstraint(
                fields=["group", "pupil_name"],
                condition=Q(undone_at__isnull=True, member__isnull=True) & ~Q(pupil_name=""),
                name="rollcall_handed_name_once",
            ),
            models.CheckConstraint(
                condition=(Q(how="exception") & ~Q(reason=""))
                | (~Q(how="exception") & Q(listed=True))
                | Q(how="known", member__isnull=True),
                name="rollcall_exception_has_reason",
            ),
        ]  # fmt: skip


_TWICE = "这名学生已经交接过了，请刷新页面查看交给了谁。"
explain_constraint("rollcall_handed_once", _TWICE, "guardian")
explain_constraint("rollcall_handed_name_once", _TWICE, "pupil_name")
explain_constraint("rollcall_exception_has_reason", "特殊情况请写明原因。", "reason")


def seconds_between(since: datetime.datetime | None, until: datetime.datetime | None) -> int | None:
    if since is None or until is None:
        return None
    return max(0, round((until - since).total_seconds()))
