"""A policy pack as loaded: its points, topics and numbers. Public text, the same for every unit below."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models


@pghistory.track(exclude=["content"])
class Policy(models.Model):
    """One year's work points of one city. A changed pack under the same key is its next `version`.

    `content` is the whole pack as it was loaded, so that the next one can be compared with it and its
    calendar read; what is queried stands in rows of its own. `generated_to` is the last day up to which
    duties exist.
    """

    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+")
    key = models.CharField("代号", max_length=60)
    title = models.CharField("名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度")
    summary = models.CharField("概要", max_length=1000, blank=True, default="")
    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("截止日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    content = models.JSONField("载入的内容")
    content_hash = models.CharField("校验值", max_length=64)
    generated_to = models.DateField("任务已生成至", null=True, blank=True)
    loaded_at = models.DateTimeField("载入时间", auto_now=True)
    loaded_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "工作要点"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "key"], name="policy_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from") - 1),
                name="policy_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Section(models.Model):
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = "部分"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="section_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Point(models.Model):
    """One numbered point with its measures, in the pack's own words."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="points")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="points")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("名称", max_length=60)
    summary = models.CharField("概要", max_length=600)
    measures = ArrayField(models.CharField(max_length=200), verbose_name="措施")

    class Meta:
        verbose_name = "要点"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="point_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Topic(models.Model):
    """A subject of filings 工作记录; a topic no longer in the pack is not `offered` any more."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="topics")
    slug = models.CharField("代号", max_length=60)
    title = models.CharField("名称", max_length=40)
    point = models.PositiveSmallIntegerField("要点")
    hint = models.CharField("提示", max_length=200)
    offered = models.BooleanField("可填报", default=True)

    class Meta:
        verbose_name = "工作记录主题"
        ordering = ["point", "id"]
        constraints = [models.UniqueConstraint(fields=["policy", "slug"], name="topic_once")]

    def __str__(self) -> str:
        return self.title


class TopicAsk(models.Model):
    """A number that the form of a topic asks for, such as people attended (人)."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="asks")
    position = models.PositiveSmallIntegerField("顺序")
    key = models.CharField("代号", max_length=60)
    title = models.CharField("名称", max_length=30)
    measure = models.CharField("单位", max_length=10)
    required = models.BooleanField("必填", default=False)

    class Meta:
        verbose_name = "数字项"
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="topic_ask_once")]

    def __str__(self) -> str:
        return f"{self.title}（{self.measure}）"


class Number(models.Model):
    """A number that rules or other engines depend on, with its source. `values`: one, or ordered bands."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="numbers")
    key = models.CharField("代号", max_length=60)
    title = models.CharField("名称", max_length=60)
    values = ArrayField(models.DecimalField(max_digits=14, decimal_places=4), verbose_name="数值")
    measure = models.CharField("单位", max_length=20)
    source = models.CharField("出处", max_length=400)
    certainty = models.CharField("可靠程度", max_length=10)

    class Meta:
        verbose_name = "数值"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["policy", "key"], name="number_once")]

    def __str__(self) -> str:
        return self.title
