"""The assessment of who hires, the part of each school, the firm's people, and what they find."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.risk.assessments.credit import is_valid
from anyuan.engines.checks.categories import Category
from anyuan.org.permissions import Permission


def real_code(code: str) -> None:
    if not is_valid(code):
        raise ValidationError(_("统一社会信用代码不正确，请照营业执照核对 18 位数字和字母。"))


class Rating(models.TextChoices):
    GOOD = "good", "好"
    FAIR = "fair", "较好"
    PASS = "pass", "一般"
    POOR = "poor", "差"


@pghistory.track()
class Assessment(OnRecord):
    """One assessment, of who hires: firm, contract, topics, days. Its loop is the case of its record."""

    read_permission: ClassVar[Permission] = Permission.ASSESSMENT_MANAGE
    case: Any  # the locked case, put here by the engine while a step is carried out

    number = models.CharField("编号", max_length=40)
    title = models.CharField("名称", max_length=80)
    firm = models.CharField("评估机构", max_length=80)
    firm_code = models.CharField("统一社会信用代码", max_length=18, validators=[real_code])
    qualification = models.CharField("资质", max_length=120)
    topics = models.CharField("评估内容", max_length=300)
    contract_no = models.CharField("合同编号", max_length=60, blank=True, default="")
    fee = models.DecimalField(
        "费用（元）", max_digits=12, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    begins_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")

    class Meta(OnRecord.Meta):
        verbose_name = "第三方评估"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="assessment_number_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")), name="assessment_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


explain_constraint("assessment_ends_after_start", "结束日期不能早于开始日期。", "ends_on")


@pghistory.track()
class AssessedSite(OnRecord):
    """A school's part. What it must know of the whole is written here too: it cannot read the hirer's row."""

    # The hirer's record; a school below does not see it, so it is no foreign key to follow.
    whole = models.UUIDField("所属评估", editable=False)
    number = models.CharField("编号", max_length=40)
    title = models.CharField("名称", max_length=80)
    firm = models.CharField("评估机构", max_length=80)
    topics = models.CharField("评估内容", max_length=300)
    begins_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    score = models.DecimalField(
        "得分", max_digits=5, decimal_places=1, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    rating = models.CharField("等次", max_length=4, choices=Rating.choices, blank=True, default="")
    conclusion = models.TextField("结论", max_length=2000, blank=True, default="")
    handed_in_at = models.DateTimeField("提交报告时间", null=True, blank=True)
    handed_in_by = models.CharField("提交人", max_length=60, blank=True, default="")
    answer = models.TextField("学校答复", max_length=2000, blank=True, default="")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta(OnRecord.Meta):
        verbose_name = "被评估学校"
        indexes = [models.Index(fields=["whole"], name="assessed_whole")]
        constraints = [models.UniqueConstraint(fields=["whole", "unit"], name="assessed_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def tags(self) -> list[str]:
        return [tag("rating", self.rating)] if self.rating else []


class AssessorAccess(Scoped):
    """That a person of the firm may look at one school for one assessment, until a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(AssessedSite, on_delete=models.CASCADE, related_name="accesses")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey("org.Post", null=True, on_delete=models.SET_NULL, related_name="+")
    since = models.DateField("起始日期")
    until = models.DateField("截止日期")
    ended_at = models.DateTimeField("提前终止", null=True)

    class Meta(Scoped.Meta):
        verbose_name = "评估人员权限"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "person"], condition=Q(ended_at__isnull=True), name="assessor_once"
            )
        ]


explain_constraint("assessor_once", "此人已在这次评估中。", "username")


class Finding(Scoped):
    """One thing the assessor found; it became a hazard at once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site = models.ForeignKey(AssessedSite, on_delete=models.CASCADE, related_name="findings")
    place = models.CharField("地点", max_length=60)
    text = models.CharField("问题", max_length=500)
    category = models.CharField("类别", max_length=2, choices=Category.choices)
    level = models.CharField(
        "等级", max_length=8, choices=[("general", "一般隐患"), ("major", "重大隐患")]
    )
    basis = models.CharField("依据", max_length=200, blank=True, default="")
    by_name = models.CharField("评估人", max_length=60)
    at = models.DateTimeField("时间", auto_now_add=True)
    # The record of the hazard it became.
    hazard = models.ForeignKey(
        "core.Record", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(Scoped.Meta):
        verbose_name = "评估发现"
        indexes = [models.Index(fields=["site", "at"], name="assessment_finding_site")]
