"""Risk points, their controls, gradings and checks, plans of a school, and proposals to grade anew."""

from __future__ import annotations

import secrets
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.risk.points.content import Colour, colour_of
from anyuan.domains.risk.points.scoring import text
from anyuan.engines.checks.categories import Category

PER_MILLE = MaxValueValidator(1000)
PHONE = RegexValidator(r"^[0-9 +()-]{3,20}$", "电话只能填数字和 + - ( )，3 到 20 位。")


class ColourKey(models.TextChoices):
    RED = "red", "红色·重大风险"
    ORANGE = "orange", "橙色·较大风险"
    YELLOW = "yellow", "黄色·一般风险"
    BLUE = "blue", "蓝色·低风险"


class Method(models.TextChoices):
    LEC = "lec", "作业条件法"
    LS = "ls", "风险矩阵法"
    DIRECT = "direct", "直接判定"


class ControlLevel(models.TextChoices):
    SCHOOL = "school", "校级"
    DEPARTMENT = "department", "部门级"
    POST = "post", "岗位级"


class Exposed(models.TextChoices):
    PUPILS = "pupils", "学生"
    STAFF = "staff", "教职工"
    VISITORS = "visitors", "来访人员"


class Measure(models.TextChoices):
    ENGINEERING = "engineering", "工程技术"
    MANAGEMENT = "management", "管理"
    TRAINING = "training", "培训教育"
    PROTECTION = "protection", "个体防护"
    EMERGENCY = "emergency", "应急处置"


class Every(models.IntegerChoices):
    DAY = 1, "每天"
    WEEK = 7, "每周"
    MONTH = 30, "每月"
    TERM = 150, "每学期"


class SitePlan(Scoped):
    """A floor plan or site plan of a school, on which points are marked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField("名称", max_length=40)
    file = models.ForeignKey("core.File", on_delete=models.PROTECT, related_name="+")
    width = models.PositiveIntegerField("宽（像素）")
    height = models.PositiveIntegerField("高（像素）")

    class Meta(Scoped.Meta):
        verbose_name = "平面图"
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="risk_plan_once"),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="risk_plan_size"),
        ]

    def __str__(self) -> str:
        return self.name


explain_constraint("risk_plan_once", "已有同名的平面图，请换个名称。", "name")


@pghistory.track()
class RiskPoint(OnRecord):
    """One risk point; what its last grading said, and when its controls are to be looked after."""

    case: Any  # the locked case, put here by the engine while a step is carried out

    number = models.CharField("编号", max_length=40)
    name = models.CharField("名称", max_length=60)
    category = models.CharField("类别", max_length=2, choices=Category.choices)
    typical = models.CharField("常见风险点", max_length=40, blank=True, default="")
    zone = models.CharField("部位", max_length=60)
    plan = models.ForeignKey(
        SitePlan, null=True, blank=True, on_delete=models.SET_NULL, related_name="points"
    )
    x = models.PositiveSmallIntegerField(
        "横向（千分之几）", null=True, blank=True, validators=[PER_MILLE]
    )
    y = models.PositiveSmallIntegerField(
        "纵向（千分之几）", null=True, blank=True, validators=[PER_MILLE]
    )
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    hazard = models.CharField("危险源", max_length=200)
    accidents = models.CharField("可能的事故", max_length=100)
    people = ArrayField(
        models.CharField(max_length=8, choices=Exposed.choices),
        default=list,
        verbose_name="受影响的人",
    )
    people_count = models.PositiveIntegerField(
        "受影响人数", default=0, validators=[MaxValueValidator(30000)]
    )
    checklist = models.CharField("对照的检查表", max_length=40, blank=True, default="")
    phone = models.CharField("值班电话", max_length=20, blank=True, default="", validators=[PHONE])

    colour = models.CharField(
        "颜色", max_length=6, choices=ColourKey.choices, blank=True, default=""
    )
    value = models.DecimalField("分值", max_digits=7, decimal_places=2, null=True, blank=True)
    control_level = models.CharField(
        "管控层级", max_length=10, choices=ControlLevel.choices, blank=True, default=""
    )
    responsible = models.CharField("责任人", max_length=40, blank=True, default="")
    graded_on = models.DateField("评估日期", null=True, blank=True)
    graded_by = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_due = models.DateField("应重新评估", null=True, blank=True)
    check_days = models.PositiveSmallIntegerField("检查周期（天）", null=True, blank=True)
    next_check_on = models.DateField("下次检查", null=True, blank=True)
    removed_on = models.DateField("移出日期", null=True, blank=True)
    # For the card's address: random, so that nobody guesses the card of another point.
    token = models.CharField(max_length=48, default=secrets.token_urlsafe, editable=False)

    class Meta(OnRecord.Meta):
        verbose_name = "风险点"
        indexes = [
            models.Index(fields=["unit", "colour"], name="risk_unit_colour"),
            models.Index(fields=["unit", "next_check_on"], name="risk_unit_next"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="risk_number_once"),
            models.UniqueConstraint(
                fields=["unit", "name", "zone"], condition=Q(removed_on__isnull=True), name="risk_point_once"
            ),
            models.CheckConstraint(
                condition=Q(plan__isnull=True) | Q(x__isnull=False, y__isnull=False),
                name="risk_marked_on_plan",
            ),
            models.CheckConstraint(
                condition=(Q(x__isnull=True) | Q(x__lte=1000)) & (Q(y__isnull=True) | Q(y__lte=1000)),
                name="risk_within_plan",
            ),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(
                    lon__range=(-180, 180), lat__range=(-90, 90), lon__isnull=False, lat__isnull=False
                ),
                name="risk_place_on_earth",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def colour_spec(self) -> Colour | None:
        return colour_of(self.colour)

    @property
    def category_label(self) -> str:
        return str(Category(self.category).label)

    @property
    def people_text(self) -> str:
        who = "、".join(str(Exposed(one).label) for one in self.people)
        return f"{who}，约 {self.people_count} 人" if self.people_count else who

    @property
    def value_text(self) -> str:
        return text(self.value)

    @property
    def tags(self) -> list[str]:
        """The facets that rules match, as written on the record."""
        facets = {"category": self.category, "colour": self.colour or "none"}
        return sorted(tag(name, value) for name, value in facets.items())


explain_constraint("risk_point_once", "这个部位已有同名的风险点。", "name")
explain_constraint("risk_marked_on_plan", "请在平面图上点出位置。", "x")
explain_constraint("risk_place_on_earth", "经纬度不正确，请核对。", "lon")


@pghistory.track()
class RiskControl(Scoped):
    """One thing that holds the risk down, who keeps it up, and how often it is looked after."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(RiskPoint, on_delete=models.CASCADE, related_name="controls")
    kind = models.CharField("种类", max_length=12, choices=Measure.choices)
    text = models.CharField("措施", max_length=200)
    owner = models.CharField("落实人", max_length=40, blank=True, default="")
    # Oftener than the colour asks; empty: as the colour asks.
    every = models.PositiveSmallIntegerField(
        "多久检查", choices=Every.choices, null=True, blank=True
    )
    active = models.BooleanField("在用", default=True)

    class Meta(Scoped.Meta):
        verbose_name = "管控措施"
        indexes = [models.Index(fields=["point", "active"], name="risk_control_point")]

    def __str__(self) -> str:
        return self.text


class RiskGrading(OnRecord):
    """One grading as it was made: never changed (the database refuses)."""

    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="gradings")
    on = models.DateField("评估日期")
    method = models.CharField("方法", max_length=6, choices=Method.choices)
    likelihood = models.DecimalField("可能性", max_digits=5, decimal_places=2, null=True)
    exposure = models.DecimalField("暴露频次", max_digits=5, decimal_places=2, null=True)
    consequence = models.DecimalField("后果", max_digits=5, decimal_places=2, null=True)
    value = models.DecimalField("分值", max_digits=7, decimal_places=2, null=True)
    direct = models.CharField("直接判定", max_length=100, blank=True)
    # The limits and their side as they were in force: the arithmetic can be followed years later.
    limits = ArrayField(models.DecimalField(max_digits=7, decimal_places=2), default=list)
    limit_up = models.BooleanField(default=False)
    table = models.CharField("打分表版本", max_length=60)
    colour = models.CharField("颜色", max_length=6, choices=ColourKey.choices)
    before = models.CharField("原颜色", max_length=6, choices=ColourKey.choices, blank=True)
    control_level = models.CharField("管控层级", max_length=10, choices=ControlLevel.choices)
    responsible = models.CharField("责任人", max_length=40)
    reason = models.CharField("理由", max_length=300)
    by_name = models.CharField("评估人", max_length=60)

    class Meta(OnRecord.Meta):
        verbose_name = "风险评估"
        indexes = [models.Index(fields=["point", "-record"], name="risk_grading_point")]
        constraints = [
            models.CheckConstraint(
                condition=Q(method="direct", value__isnull=True) | Q(value__isnull=False),
                name="risk_grading_value",
            ),
        ]

    @property
    def arithmetic(self) -> str:
        """How the value came about, in one line."""
        if self.method == Method.DIRECT:
            return f"直接判定：{self.direct}"
        if self.method == Method.LEC:
            return (
                f"可能性 {text(self.likelihood)} × 暴露频次 {text(self.exposure)}"
                f" × 后果 {text(self.consequence)} ＝ {text(self.value)}"
            )
        return f"可能性 {text(self.likelihood)} × 严重程度 {text(self.consequence)} ＝ {text(self.value)}"

    @property
    def tags(self) -> list[str]:
        return sorted([tag("colour", self.colour), tag("method", self.method)])


class RiskCheck(OnRecord):
    """The controls of a point, looked after on a day: in order, or what was not."""

    point = models.ForeignKey(RiskPoint, on_delete=models.PROTECT, related_name="checks")
    on = models.DateField("检查日期")
    ok = models.BooleanField("措施有效")
    failed = ArrayField(
        models.CharField(max_length=200), default=list, verbose_name="没有落实的措施"
    )
    note = models.CharField("说明", max_length=300, blank=True)
    due_on = models.DateField("应检查日期", null=True)
    in_time = models.BooleanField("按时", default=True)
    by_name = models.CharField("检查人", max_length=60)

    class Meta(OnRecord.Meta):
        verbose_name = "风险管控检查"
        indexes = [
            models.Index(fields=["point", "-record"], name="risk_check_point"),
            models.Index(fields=["unit", "due_on"], name="risk_check_due"),
        ]


class RegradeProposal(Scoped):
    """The system's proposal to grade a point anew, with its reason; a person decides. `fact` is told once."""

    class Why(models.TextChoices):
        INCIDENT = "incident", "发生突发事件"
        REPEATED = "repeated", "同类隐患反复出现"
        MAJOR = "major", "出现重大隐患"
        OVERDUE = "overdue", "管控措施多次没有检查"
        REVIEW = "review", "到了重新评估的时间"

    class State(models.TextChoices):
        OPEN = "open", "待处理"
        ACCEPTED = "accepted", "已重新评估"
        DECLINED = "declined", "不需要重评"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    point = models.ForeignKey(RiskPoint, on_delete=models.CASCADE, related_name="proposals")
    why = models.CharField("原因", max_length=10, choices=Why.choices)
    detail = models.CharField("说明", max_length=200)
    fact = models.CharField(max_length=80)
    at = models.DateTimeField("提出时间", auto_now_add=True)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField("处理时间", null=True)
    decision = models.CharField("处理说明", max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "重新评估建议"
        indexes = [
            models.Index(fields=["unit"], condition=Q(state="open"), name="risk_proposal_open")
        ]
        constraints = [
            models.UniqueConstraint(fields=["point", "fact"], name="risk_proposal_once"),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(decision=""), name="risk_declined_says_why"
            ),
        ]
