"""Schemes with their items and vetoes, rounds, results with their scores, reviews and objections."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.history import track_many
from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.responsibility.appraisal.scoring import Formula, read_steps
from anyuan.org.permissions import Permission

POSITIVE = MinValueValidator(0)


class Audience(models.TextChoices):
    DISTRICT = "district", "辖市区"
    SCHOOL = "school", "学校"


class Source(models.TextChoices):
    FACTS = "facts", "系统数据（完成率）"
    MISSING = "missing", "按未完成件数扣分"
    REVIEW = "review", "考核人评分"


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    GOOD = "good", "良好"
    PASSING = "passing", "合格"
    FAILING = "failing", "不合格"


def points_field(name: str, **more: Any) -> models.DecimalField:
    return models.DecimalField(
        name, max_digits=6, decimal_places=2, validators=[POSITIVE, MaxValueValidator(1000)], **more
    )


@pghistory.track()
class Scheme(Scoped):
    """One version of a scheme. A draft may change; a version in use never does, its successor is a new draft."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        READY = "ready", "可以使用"
        OLD = "old", "已有新版本"

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField("方案名称", max_length=80)
    audience = models.CharField("考核谁", max_length=8, choices=Audience.choices)
    version = models.PositiveSmallIntegerField("版本", default=1)
    state = models.CharField("状态", max_length=5, choices=State.choices, default=State.DRAFT)
    excellent = points_field("优秀线", default=90)
    good = points_field("良好线", default=80)
    passing = points_field("合格线", default=60)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "考核方案"
        constraints = [
            models.CheckConstraint(
                condition=Q(excellent__gt=F("good"), good__gt=F("passing")),
                name="scheme_cutoffs_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（第{self.version}版）"


explain_constraint("scheme_cutoffs_in_order", "等次线应为优秀高于良好、良好高于合格。", "good")


class Worth(models.Model):
    """What an item of a scheme, and its copy on a result, say of how points are given."""

    position = models.PositiveSmallIntegerField("顺序", default=0)
    code = models.CharField("编号", max_length=10)
    group = models.CharField("类别", max_length=30)
    title = models.CharField("考核内容", max_length=80)
    full = points_field("分值")
    source = models.CharField("得分来源", max_length=8, choices=Source.choices)
    indicators = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name="指标"
    )
    floor = points_field("零分线（%）", default=0)
    target = points_field("满分线（%）", default=100)
    steps = models.CharField("分档", max_length=120, blank=True, default="")
    each = points_field("每件扣分", default=0)
    advice = models.CharField("怎样得分", max_length=200, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def formula(self) -> Formula:
        return Formula(
            self.source, self.full, self.floor, self.target, read_steps(self.steps), self.each
        )


WORTH = tuple(field.name for field in Worth._meta.local_fields)


@pghistory.track()
class SchemeItem(Worth, Scoped):
    read_permission: ClassVar[Permission] = Permission.APPRAISAL_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="items")

    class Meta(Scoped.Meta):
        verbose_name = "考核项目"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="scheme_item_once"),
        ]


explain_constraint("scheme_item_once", "有两个项目的编号相同，请改成不同的编号。")


@pghistory.track()
class SchemeVeto(Scoped):
    """A veto: shown by evidence where `indicator` is given (anything missing), else by decision."""

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="vetoes")
    key = models.SlugField("代号", max_length=30)
    title = models.CharField("一票否决情形", max_length=80)
    indicator = models.CharField("指标", max_length=80, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "一票否决项"
        constraints = [models.UniqueConstraint(fields=["scheme", "key"], name="scheme_veto_once")]


@pghistory.track()
class Round(Scoped):
    """A scheme applied to units for a period of months; `unit` is who appraises."""

    class State(models.TextChoices):
        OPEN = "open", "评分中"
        PUBLISHED = "published", "已公布，可申诉"
        FINAL = "final", "已定"

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="rounds")
    title = models.CharField("名称", max_length=80)
    since = models.DateField("起始月份")
    until = models.DateField("截止月份（不含）")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    refreshed_at = models.DateTimeField("取数时间", null=True, blank=True)
    made_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "考核批次"
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="round_days_in_order")
        ]

    @property
    def last_month(self) -> datetime.date:
        return self.until - datetime.timedelta(days=1)


@track_many()
class Result(OnRecord):
    """What one unit got in a round. After publishing its score is fixed, after the decision everything.

    Titles and lines are copied: the unit does not see the row of those above.
    """

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_ANSWER

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="results")
    title = models.CharField("名称", max_length=80)
    by_name = models.CharField("考核单位", max_length=80)
    scheme_version = models.PositiveSmallIntegerField("方案版本")
    since = models.DateField("起始月份")
    until = models.DateField("截止月份（不含）")
    score = points_field("公布得分", null=True, blank=True)
    grade = models.CharField("等次", max_length=10, choices=Grade.choices, blank=True, default="")
    rank = models.PositiveSmallIntegerField("名次", null=True, blank=True)
    of = models.PositiveSmallIntegerField("参评单位数", default=0)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    objection_until = models.DateField("申诉截止", null=True, blank=True)
    final_score = points_field("最后得分", null=True, blank=True)
    final_at = models.DateTimeField("确定时间", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "考核结果"
        constraints = [
            models.UniqueConstraint(fields=["round", "unit"], name="result_once_in_round"),
            models.CheckConstraint(
                condition=Q(final_at__isnull=True, final_score__isnull=True)
                | Q(final_at__isnull=False, final_score__isnull=False, score__isnull=False),
                name="result_final_has_score",
            ),
        ]

    @property
    def shown_score(self) -> Any:
        return self.final_score if self.final_score is not None else self.score

    @property
    def may_object(self) -> bool:
        """Within the days in which the unit may object."""
        until = self.objection_until
        return self.final_at is None and until is not None and timezone.localdate() <= until


@track_many()
class ItemScore(Worth, Scoped):
    """One item of a result: its worth as the scheme's version said, its evidence, its points."""

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_ANSWER

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="items")
    numerator = models.DecimalField("完成", max_digits=16, decimal_places=2, default=0)
    denominator = models.DecimalField("应完成", max_digits=16, decimal_places=2, default=0)
    self_points = points_field("自评", null=True, blank=True)
    self_note = models.TextField("自评说明", max_length=1000, blank=True, default="")
    points = points_field("得分", null=True, blank=True)
    frozen = models.BooleanField("已公布", default=False)

    class Meta(Scoped.Meta):
        verbose_name = "项目得分"
        constraints = [
            models.UniqueConstraint(fields=["result", "code"], name="item_score_once"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=F("full")),
                name="item_score_within_full",
            ),
            models.CheckConstraint(
                condition=Q(self_points__isnull=True) | Q(self_points__lte=F("full")),
                name="item_self_within_full",
            ),
        ]

    @property
    def rate(self) -> float | None:
        return float(self.numerator / self.denominator) if self.denominator else None

    @property
    def lost(self) -> Any:
        return None if self.points is None else self.full - self.points


explain_constraint("item_self_within_full", "自评分不能超过这一项的分值。", "points")


@pghistory.track()
class Review(Scoped):
    """What one reviewer gave for one item, and why; a change stays in the history."""

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(ItemScore, on_delete=models.CASCADE, related_name="reviews")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("考核人", max_length=60)
    points = points_field("评分")
    reason = models.CharField("理由", max_length=300)
    at = models.DateTimeField("时间", auto_now=True)

    class Meta(Scoped.Meta):
        verbose_name = "评分"
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="review_once")]


@pghistory.track()
class Veto(Scoped):
    """A veto of a result: `found` by evidence, or `holds` by somebody's decision."""

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_ANSWER

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="vetoes")
    key = models.SlugField("代号", max_length=30)
    title = models.CharField("一票否决情形", max_length=80)
    indicator = models.CharField("指标", max_length=80, blank=True, default="")
    found = models.PositiveIntegerField("查到件数", default=0)
    holds = models.BooleanField("成立", default=False)
    reason = models.CharField("认定理由", max_length=300, blank=True, default="")
    by_name = models.CharField("认定人", max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "一票否决"
        constraints = [models.UniqueConstraint(fields=["result", "key"], name="veto_once")]

    @property
    def applies(self) -> bool:
        return self.holds or self.found > 0


@pghistory.track()
class Objection(Scoped):
    """A unit objects to its published result; another person than who scored decides."""

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        UPHELD = "upheld", "申诉成立"
        REJECTED = "rejected", "维持原分"

    read_permission: ClassVar[Permission] = Permission.APPRAISAL_ANSWER

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="objections")
    item = models.ForeignKey(ItemScore, on_delete=models.CASCADE, related_name="objections")
    text = models.TextField("申诉理由", max_length=2000)
    made_by_name = models.CharField("申诉人", max_length=60)
    made_at = models.DateTimeField("申诉时间", auto_now_add=True)
    state = models.CharField("处理", max_length=8, choices=State.choices, default=State.OPEN)
    new_points = points_field("改为", null=True, blank=True)
    answer = models.TextField("答复", max_length=1000, blank=True, default="")
    decided_by = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_name = models.CharField("处理人", max_length=60, blank=True, default="")
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "申诉"
        constraints = [
            models.UniqueConstraint(fields=["item"], name="objection_once_an_item"),
            models.CheckConstraint(
                condition=~Q(state="upheld") | Q(new_points__isnull=False),
                name="objection_upheld_has_points",
            ),
        ]


explain_constraint("objection_once_an_item", "这一项已经申诉过了，请等待答复。")
