"""Rules: who owes what, how often, and which record meets it."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from anyuan.engines.obligations.models.policy import Point, Policy
from anyuan.engines.obligations.packs.words import PERIOD, WHO


@pghistory.track()
class Rule(models.Model):
    """One version of a rule. Periods that begin from `starts_on` to `ends_on` are its own.

    A change of words is made in place; a change that touches duties ends this version and begins the
    next, so that duties already begun or fulfilled keep the rule by which they were counted.

    Applicability (empty or null asks nothing): `who`, `stages` (any of), the flags, `min_pupils`.
    A record fits when it is of `kind` and, for each of the `facets` facets, has one of `tags`.
    """

    class Who(models.TextChoices):
        CITY = "city", WHO["city"]
        DISTRICT = "district", WHO["district"]
        SCHOOL = "school", WHO["school"]
        SITE = "site", WHO["site"]

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="rules")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="rules")
    key = models.CharField("代号", max_length=60)
    version = models.PositiveSmallIntegerField("版本", default=1)
    title = models.CharField("名称", max_length=120)
    advice = models.CharField("做法", max_length=600, blank=True, default="")
    source = models.CharField("出处", max_length=400)
    certainty = models.CharField("可靠程度", max_length=10)
    position = models.PositiveSmallIntegerField("顺序")

    who = models.CharField("责任单位", max_length=10, choices=Who.choices)
    stages = ArrayField(models.CharField(max_length=16), default=list, verbose_name="学段")
    boarding = models.BooleanField("寄宿制", null=True)
    has_bus = models.BooleanField("有校车", null=True)
    has_canteen = models.BooleanField("有食堂", null=True)
    has_lab = models.BooleanField("有实验室", null=True)
    high_rise = models.BooleanField("有高层建筑", null=True)
    key_fire_unit = models.BooleanField("消防安全重点单位", null=True)
    is_public = models.BooleanField("公办", null=True)
    min_pupils = models.PositiveIntegerField("最少学生数", null=True)

    kind = models.CharField("记录种类", max_length=40)
    tags = ArrayField(models.CharField(max_length=80), default=list, verbose_name="记录要求")
    facets = models.PositiveSmallIntegerField("要求项数", default=0)
    area = models.BooleanField("计入所辖单位的记录", default=False)
    needed = models.PositiveIntegerField("次数", default=1)

    period = models.CharField("周期", max_length=10, choices=list(PERIOD.items()))
    remind_days = ArrayField(models.SmallIntegerField(), default=list, verbose_name="提前提醒")
    enabled = models.BooleanField("启用", default=True)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)

    class Meta:
        verbose_name = "规则"
        ordering = ["point__number", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "key", "version"], name="rule_version_once"),
            models.UniqueConstraint(
                fields=["policy", "key"],
                condition=Q(ends_on__isnull=True),
                name="rule_one_in_force",
            ),
            models.CheckConstraint(condition=Q(needed__gt=0), name="rule_needs_something"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - 1),
                name="rule_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def match(self) -> dict[str, list[str]]:
        """Facet → the values any of which will do."""
        found: dict[str, list[str]] = {}
        for tag in self.tags:
            facet, _, value = tag.partition(":")
            found.setdefault(facet, []).append(value)
        return found


class Escalation(models.Model):
    """So many days after the due date, tell the level `to`."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="escalations")
    after_days = models.PositiveSmallIntegerField("超期天数")
    to = models.CharField(
        "告知", max_length=10, choices=[(key, WHO[key]) for key in ("school", "district", "city")]
    )

    class Meta:
        verbose_name = "超期提醒"
        ordering = ["after_days"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "after_days", "to"], name="escalation_once"),
        ]
