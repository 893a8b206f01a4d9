"""Plans, their versions and what a version consists of.

Once a version is submitted its text does not change any more: the database refuses it (migration 0002).
Published versions are read by the units below (`scope_shared_down`).
"""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.plans.content import Kind, Level, content, kind_of
from anyuan.org.permissions import Permission


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    REVIEW = "review", "审核中"
    RETURNED = "returned", "已退回"
    PUBLISHED = "published", "现行"
    REPLACED = "replaced", "已被新版代替"
    VOID = "void", "已撤销"


class Plan(Scoped):
    """A unit's plan of one kind, whatever its versions."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ
    scope_shared_down: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=24)

    class Meta(Scoped.Meta):
        verbose_name = "预案"
        constraints = [models.UniqueConstraint(fields=["unit", "kind"], name="plan_once_a_kind")]

    @property
    def kind_spec(self) -> Kind:
        return kind_of(self.kind)


explain_constraint("plan_once_a_kind", "本单位已有这种预案，请在原来的基础上修订。", "kind")


@pghistory.track()
class PlanVersion(OnRecord):
    """One version. `edits` grows with each saving of the draft: two writers notice each other.

    `title` and `unit_name` repeat what units below, who see neither record nor unit, need to read it.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ
    scope_shared_down: ClassVar[bool] = True

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("版次")
    title = models.CharField("名称", max_length=120)
    unit_name = models.CharField("发布单位", max_length=120)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.CharField("修订理由", max_length=500, blank=True, default="")
    issue_number = models.CharField("文号", max_length=60, blank=True, default="")
    effective_on = models.DateField("生效日期", null=True, blank=True)
    review_due = models.DateField("应复核日期", null=True, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    edits = models.PositiveIntegerField("保存次数", default=0)

    class Meta(OnRecord.Meta):
        verbose_name = "预案版本"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["draft", "review"]), name="plan_one_in_work"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="published"), name="plan_one_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(published_at__isnull=False, review_due__isnull=False),
                name="plan_published_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "review_due"], condition=Q(state="published"), name="plan_in_force_due"
            )
        ]  # fmt: skip

    @property
    def tags(self) -> list[str]:
        return [tag("type", self.plan.kind)]

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT


explain_constraint("plan_one_in_work", "这份预案已有一个版本在修改或审核中，请先处理它。")


class Part(Scoped):
    """A row of a version's text."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ
    scope_shared_down: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField("次序")

    class Meta(Scoped.Meta):
        abstract = True
        ordering = ("position",)


class PlanSection(Part):
    key = models.CharField("代号", max_length=24)
    title = models.CharField("标题", max_length=60)
    text = models.TextField("内容", max_length=10000, blank=True)

    class Meta(Part.Meta):
        verbose_name = "预案章节"
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="plan_section_once")]


class PlanRole(Part):
    """Who does what: a person with an account, or a name; the number is their duty phone."""

    name = models.CharField("职务", max_length=40)
    duty = models.CharField("职责", max_length=500, blank=True, default="")
    person = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person_name = models.CharField("姓名", max_length=40, blank=True, default="")
    phone = models.CharField("值班电话", max_length=40, blank=True, default="")

    class Meta(Part.Meta):
        verbose_name = "预案职务"


class PlanLevel(Part):
    """A response level: when it begins, and its measures, one a line."""

    level = models.CharField("响应级别", max_length=8)
    when = models.CharField("启动条件", max_length=500, blank=True, default="")
    measures = models.TextField("措施（每行一条）", max_length=4000, blank=True, default="")

    class Meta(Part.Meta):
        verbose_name = "预案响应级别"
        constraints = [models.UniqueConstraint(fields=["version", "level"], name="plan_level_once")]

    @property
    def level_spec(self) -> Level:
        return content().levels.get(self.level) or Level(self.level, self.level, "secondary")

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.measures.splitlines() if line.strip()]


class PlanCard(Part):
    """What one role does, step by step, one a line."""

    role = models.CharField("谁", max_length=40)
    steps = models.TextField("步骤（每行一步）", max_length=3000)

    class Meta(Part.Meta):
        verbose_name = "行动卡"

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.steps.splitlines() if line.strip()]


@pghistory.track()
class PlanCheck(OnRecord):
    """A plan in force was looked at: it stays as it is, or is to be revised."""

    class Conclusion(models.TextChoices):
        KEEP = "keep", "无需修改"
        REVISE = "revise", "需要修订"

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="checks")
    conclusion = models.CharField("结论", max_length=6, choices=Conclusion.choices)
    note = models.CharField("复核情况", max_length=500)
    phones_tried = models.BooleanField("联络电话逐个打通", default=False)

    class Meta(OnRecord.Meta):
        verbose_name = "预案复核"


class Wish(Scoped):
    """What a drill or an incident showed that a plan should say differently; open until a version takes it."""

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.CASCADE, related_name="wishes")
    kind = models.CharField("预案种类", max_length=24)
    source = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    text = models.CharField("修改建议", max_length=1000)
    by_name = models.CharField("提出人", max_length=60)
    at = models.DateTimeField("提出时间", auto_now_add=True)
    closed_at = models.DateTimeField("处理时间", null=True, blank=True)
    closed_how = models.CharField("处理结果", max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "预案修改建议"
        constraints = [models.UniqueConstraint(fields=["source", "kind"], name="plan_wish_once")]
