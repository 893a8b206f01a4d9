"""Units of the tree city → district → school → campus, and what a site is like."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models

from anyuan.core.keys import depth, parent_key
from anyuan.core.models import KeyField, Scoped, ScopedManager
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


@pghistory.track()
class Unit(models.Model):
    """One unit. `key` is the path of codes from the root and the scope of everything it owns.

    The parent is the managing authority; where a unit stands is `location` (a school directly under
    the bureau stands in a district and reports to the city).
    """

    class Kind(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "辖市区"
        SCHOOL = "school", "学校"
        CAMPUS = "campus", "校区"

    class State(models.TextChoices):
        ACTIVE = "active", "正常"
        MERGED = "merged", "已并入"
        CLOSED = "closed", "已停办"

    scope_path: ClassVar[str] = "key"
    scope_owner: ClassVar[str] = ""
    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    key = KeyField("编号", primary_key=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    code = models.CharField("代码", max_length=20)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=30)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ACTIVE)
    location = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="所在辖市区",
    )
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="并入单位",
    )
    ended_on = models.DateField("停办或并入日期", null=True, blank=True)

    objects = ScopedManager()
    raw = models.Manager()

    class Meta:
        verbose_name = "单位"
        base_manager_name = "raw"
        default_manager_name = "raw"
        indexes = [models.Index(fields=["kind", "key"], name="unit_kind_key")]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="unit_code_once"),
            models.CheckConstraint(
                condition=models.Q(kind="city", parent__isnull=True)
                | (~models.Q(kind="city") & models.Q(parent__isnull=False)),
                name="unit_only_city_is_root",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def whole_name(self) -> str:
        """The short name; a campus with its school's before it (load `parent` along with it)."""
        if self.kind == Unit.Kind.CAMPUS and self.parent is not None:
            return f"{self.parent.short_name}{self.short_name}"
        return self.short_name

    @property
    def parent_key(self) -> str:
        return parent_key(self.key)

    @property
    def depth(self) -> int:
        return depth(self.key)


explain_constraint("org_unit_pkey", "这个单位代码已被使用，请核对后重填。", "code")
explain_constraint("unit_code_once", "这个单位代码已被使用，请核对后重填。", "code")


class Stage(models.TextChoices):
    KINDERGARTEN = "kindergarten", "幼儿园"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "普通高中"
    VOCATIONAL = "vocational", "中等职业学校"
    SPECIAL = "special", "特殊教育学校"


@pghistory.track()
class Profile(Scoped):
    """What a school or campus is like: rules apply by these facts.

    `is_site` marks a physical site: a campus, or a school that has no campuses of its own.
    """

    class Datum(models.TextChoices):
        WGS84 = "wgs84", "WGS-84"
        GCJ02 = "gcj02", "GCJ-02（国测局）"
        BD09 = "bd09", "BD-09（百度）"

    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    unit = models.OneToOneField(
        Unit, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    is_site = models.BooleanField("独立校址", default=True)
    stages = ArrayField(models.CharField(max_length=16), verbose_name="学段")
    is_public = models.BooleanField("公办", default=True)
    boarding = models.BooleanField("寄宿制", default=False)
    boarders = models.PositiveIntegerField("寄宿生数", default=0)
    pupils = models.PositiveIntegerField("学生数", default=0, validators=[MaxValueValidator(30000)])
    staff = models.PositiveIntegerField("教职工数", default=0)
    classes = models.PositiveIntegerField("班级数", default=0)
    buildings = models.PositiveIntegerField("建筑数", default=1)
    has_bus = models.BooleanField("有校车", default=False)
    has_canteen = models.BooleanField("有食堂", default=False)
    has_lab = models.BooleanField("有实验室", default=False)
    high_rise = models.BooleanField("有高层建筑", default=False)
    key_fire_unit = models.BooleanField("消防安全重点单位", default=False)
    address = models.CharField("地址", max_length=120, blank=True, default="")
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    datum = models.CharField("坐标系", max_length=6, choices=Datum.choices, default=Datum.WGS84)

    class Meta(Scoped.Meta):
        verbose_name = "学校概况"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(boarders__lte=models.F("pupils")),
                name="profile_boarders_are_pupils",
                violation_error_message="寄宿生数不能多于学生数。",
            ),
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True, lat__isnull=True)
                | models.Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="profile_place_on_earth",
                violation_error_message="经纬度不正确，请核对。",
            ),
        ]


explain_constraint("profile_boarders_are_pupils", "寄宿生数不能多于学生数。", "boarders")
explain_constraint("profile_place_on_earth", "经纬度不正确，请核对。", "lon")


class Installation(models.Model):
    """One row: what this installation is (a demo has known accounts and says so on its sign-in page)."""

    only = models.BooleanField(primary_key=True, default=True)
    demo = models.BooleanField(default=False)
    demo_size = models.CharField(max_length=10, default="", blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    mfa_roles = ArrayField(
        models.CharField(max_length=24), default=list, blank=True, verbose_name="必须两步验证的岗位"
    )

    class Meta:
        verbose_name = "安装信息"
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="installation_once")
        ]
