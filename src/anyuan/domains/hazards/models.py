"""The hazard's own columns, and the places whose codes people scan."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from anyuan.core.crypto import SealedField
from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.engines.checks.categories import Category
from anyuan.org.permissions import Permission


class Level(models.TextChoices):
    GENERAL = "general", "一般隐患"
    MAJOR = "major", "重大隐患"


class Source(models.TextChoices):
    CHECK = "check", "检查发现"
    DRILL = "drill", "演练发现"
    SELF = "self", "学校自查"
    DISTRICT = "district", "上级督查"
    PUBLIC = "public", "群众反映"
    THIRD_PARTY = "third_party", "第三方评估"
    JOINT = "joint", "联合检查"
    INCIDENT = "incident", "事件教训"


class Place(Scoped):
    """A place of a unit with a code to scan; the token is random and can be renewed."""

    read_permission: ClassVar[Permission] = Permission.HAZARD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("地点", max_length=60)
    token = models.CharField("编码", max_length=48, default=secrets.token_urlsafe)
    active = models.BooleanField("启用", default=True)

    class Meta(Scoped.Meta):
        verbose_name = "地点"
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="place_once")]

    def __str__(self) -> str:
        return self.name


explain_constraint("place_once", "本单位已有同名地点。", "name")


@pghistory.track(exclude=["reporter_contact"])
class Hazard(OnRecord):
    """One hazard. The five settled 五落实: who, measures, funds, time limit (the case's), plan until then."""

    read_permission: ClassVar[Permission] = Permission.HAZARD_READ
    case: Any  # the locked case, put here by the engine while a step is carried out

    number = models.CharField("编号", max_length=48)
    category = models.CharField("类别", max_length=2, choices=Category.choices)
    level = models.CharField("等级", max_length=8, choices=Level.choices, default=Level.GENERAL)
    source = models.CharField("来源", max_length=12, choices=Source.choices)
    # The finding it came from: a second sending of the same finding opens nothing.
    source_ref = models.CharField(max_length=80, null=True, blank=True)
    place = models.CharField("地点", max_length=60)
    description = models.TextField("问题描述", max_length=2000)
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    found_on = models.DateField("发现日期")
    recurrent = models.BooleanField("十二个月内重复出现", default=False)

    responsible = models.CharField("责任人", max_length=60, blank=True, default="")
    measures = models.TextField("整改措施", max_length=2000, blank=True, default="")
    funds = models.DecimalField(
        "整改资金（元）", max_digits=12, decimal_places=2, null=True, blank=True
    )
    interim_plan = models.TextField("整改期间应急预案", max_length=2000, blank=True, default="")
    cause = models.CharField("成因", max_length=200, blank=True, default="")
    rectification = models.TextField("整改情况", max_length=2000, blank=True, default="")
    rectified_by = models.ForeignKey(
        "org.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="整改人",
    )
    rectified_on = models.DateField("整改完成日期", null=True, blank=True)
    verified_by = models.ForeignKey(
        "org.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="复查人",
    )
    postpone_to = models.DateField("申请延期至", null=True, blank=True)
    listed_on = models.DateField("挂牌日期", null=True, blank=True)
    delisted_on = models.DateField("摘牌日期", null=True, blank=True)
    # Only what somebody without an account left, for asking back; sealed, each reading is logged.
    reporter_contact = SealedField("反映人联系方式", blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "隐患"
        indexes = [
            models.Index(fields=["unit", "category", "place"], name="hazard_unit_category"),
            models.Index(fields=["unit", "-record"], name="hazard_unit_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="hazard_number_once"),
            models.UniqueConstraint(fields=["unit", "source_ref"], name="hazard_source_once"),
            models.CheckConstraint(
                condition=Q(funds__isnull=True) | Q(funds__gte=0), name="hazard_funds"
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True)
                | Q(rectified_by__isnull=True)
                | ~Q(verified_by=models.F("rectified_by")),
                name="hazard_verified_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"

    @property
    def category_label(self) -> str:
        """As `get_category_display`, which builds a table of all labels for each row of a list."""
        return str(Category(self.category).label)

    @property
    def tags(self) -> list[str]:
        """The facets that rules match, as written on the record."""
        facets = {"level": self.level, "source": self.source, "category": self.category}
        return sorted(tag(name, value) for name, value in facets.items())


explain_constraint("hazard_funds", "整改资金不能是负数。", "funds")
explain_constraint("hazard_verified_by_another", "复查人不能是整改人本人，请由另一位人员复查。")


class PublicReports(models.Model):
    """How many reports without an account came in the hour that began at `since`, for one key.

    The key is an address (hashed) or a place. A table and not the cache, so that all server processes
    count together, and reports sent at once queue at the row (as org's SignInFailures).
    """

    key = models.CharField(primary_key=True, max_length=60)
    reports = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        verbose_name = "群众反映计数"
        indexes = [models.Index(fields=["since"], name="public_reports_since")]
