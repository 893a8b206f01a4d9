"""Drills and the problems found in them."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


class Kind(models.TextChoices):
    FIRE = "fire", "火灾疏散"
    EARTHQUAKE = "earthquake", "地震避险"
    VIOLENCE = "violence", "反恐防暴"
    FLOOD = "flood", "防汛"
    BUS = "bus", "校车应急"
    EPIDEMIC = "epidemic", "疫情处置"
    CRUSH = "crush", "防踩踏"
    WEATHER = "weather", "恶劣天气"
    FOOD = "food", "食物中毒"
    DROWNING = "drowning", "溺水救护"
    COMPREHENSIVE = "comprehensive", "综合演练"


class Mode(models.TextChoices):
    REAL = "real", "实战演练"
    DESK = "desk", "桌面推演"


class State(models.TextChoices):
    PLANNED = "planned", "已计划"
    HELD = "held", "已开展"
    EVALUATED = "evaluated", "已评估"
    REPORTED = "reported", "已报送"
    CANCELLED = "cancelled", "已取消"
    VOID = "void", "已撤销"


@pghistory.track()
class Drill(OnRecord):
    """One drill. Times are seconds from the signal; people are heads at the assembly point."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    kind = models.CharField("种类", max_length=16, choices=Kind.choices)
    mode = models.CharField("形式", max_length=4, choices=Mode.choices, default=Mode.REAL)
    announced = models.BooleanField("事先通知", default=True)
    at_night = models.BooleanField("夜间（宿舍）", default=False)
    plan = models.CharField("依据的预案", max_length=120, blank=True, default="")
    scenario = models.TextField("情景", max_length=1000, blank=True, default="")
    buildings = models.CharField("演练楼宇", max_length=120, blank=True, default="")
    expected = models.PositiveIntegerField(
        "应到人数", null=True, blank=True, validators=[MaxValueValidator(30000)]
    )
    present = models.PositiveIntegerField(
        "实到人数", null=True, blank=True, validators=[MaxValueValidator(30000)]
    )
    absent_why = models.CharField("未到原因", max_length=200, blank=True, default="")
    seconds = models.PositiveIntegerField(
        "疏散用时（秒）", null=True, blank=True, validators=[MaxValueValidator(7200)]
    )
    injured = models.PositiveIntegerField("受伤人数", default=0)
    rating = models.PositiveSmallIntegerField(
        "评分", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    evaluation = models.TextField("评估意见", max_length=2000, blank=True, default="")
    plan_changes = models.TextField("预案修改建议", max_length=1000, blank=True, default="")
    # What came with the programme, the run sheet and the report; empty for drills of before.
    planned_time = models.TimeField("计划时间", null=True, blank=True)
    leader = models.CharField("负责人", max_length=40, blank=True, default="")
    place = models.CharField("集合地点", max_length=60, blank=True, default="")
    floors = models.PositiveSmallIntegerField(
        "最高楼层", null=True, blank=True, validators=[MaxValueValidator(60)]
    )
    plan_record = models.ForeignKey(
        "core.Record", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.CharField("批准人", max_length=40, blank=True, default="")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    notified_to = models.CharField("告知对象", max_length=100, blank=True, default="")
    notified_at = models.DateTimeField("告知时间", null=True, blank=True)
    notes = models.TextField("现场记录", max_length=2000, blank=True, default="")
    report_due_on = models.DateField("报告期限", null=True, blank=True)
    reported_by = models.CharField("报送人", max_length=40, blank=True, default="")
    reported_at = models.DateTimeField("报送时间", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "演练"
        indexes = [models.Index(fields=["unit", "-record"], name="drill_unit_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(present__isnull=True)
                | Q(expected__isnull=True)
                | Q(present__lte=F("expected")),
                name="drill_present_of_expected",
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__lte=100), name="drill_rating"
            ),
        ]

    @property
    def tags(self) -> list[str]:
        return sorted([tag("type", self.kind), tag("mode", self.mode)])


explain_constraint("drill_present_of_expected", "实到人数不能多于应到人数。", "present")


class Problem(Scoped):
    """A problem found in a drill; each has opened a hazard."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    drill = models.ForeignKey(Drill, on_delete=models.CASCADE, related_name="problems")
    place = models.CharField("地点", max_length=60, blank=True, default="")
    text = models.CharField("问题", max_length=300)
    # Seen on the run sheet: the hazard is opened when the drill is finished.
    raised = models.BooleanField("已转为隐患", default=True)
    photo = models.ForeignKey(
        "core.File", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    seen_at = models.DateTimeField("发现时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "演练问题"
