"""A look back after an incident: its panel, the frozen evidence, findings and what was decided.

Evidence is written once: the database refuses to change or delete it (migration 0002).
"""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from anyuan.core.ids import new_id
from anyuan.core.kinds import all_kinds, record_url
from anyuan.core.models import OnRecord, Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.risk.tracing.content import handling_title
from anyuan.engines.cases.models import Case
from anyuan.org.permissions import Permission


@pghistory.track()
class Trace(OnRecord):
    """One look back. `unit` is the office that runs it, `about` the school that it is about.

    `moment` is when the incident happened: evidence is what stood at that time. `since` is the first day
    looked at. `frozen_hash` is over all items, `seal` keyed over that: a change made in the database by
    hand is noticed.
    """

    read_permission: ClassVar[Permission] = Permission.TRACE_RUN

    number = models.CharField("编号", max_length=40)
    cause = models.ForeignKey(
        Record, on_delete=models.PROTECT, related_name="+", verbose_name="所涉事件"
    )
    about = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="涉及单位"
    )
    moment = models.DateTimeField("事件发生时间")
    since = models.DateField("追溯起始")
    reason = models.CharField("立项理由", max_length=500)
    lead_department = models.CharField("牵头部门", max_length=60)
    frozen_at = models.DateTimeField("证据固定时间", null=True, blank=True)
    frozen_hash = models.CharField("证据校验值", max_length=64, blank=True, default="")
    seal = models.CharField("封签", max_length=40, blank=True, default="")
    served_at = models.DateTimeField("告知时间", null=True, blank=True)
    objection_until = models.DateField("申辩截止", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    outcome = models.CharField("执行情况", max_length=1000, blank=True, default="")
    voided_at = models.DateTimeField("撤销时间", null=True, blank=True)

    case: Case  # set by the loop's step

    class Meta(OnRecord.Meta):
        verbose_name = "责任倒查"
        constraints = [
            models.UniqueConstraint(fields=["number"], name="trace_number"),
            models.UniqueConstraint(
                fields=["cause", "unit"],
                condition=Q(voided_at__isnull=True),
                name="trace_cause_once",
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(frozen_hash=""), name="trace_frozen_hashed"
            ),
        ]

    @property
    def cause_url(self) -> str:
        return record_url(self.cause.kind, self.cause_id)


explain_constraint("trace_cause_once", "这起事件已经立项倒查，请在原来的倒查里办理。", "cause")


class Panelist(Scoped):
    """A member of the panel."""

    read_permission: ClassVar[Permission] = Permission.TRACE_RUN

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="panel")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    lead = models.BooleanField("组长", default=False)

    class Meta(Scoped.Meta):
        verbose_name = "倒查组成员"
        constraints = [
            models.UniqueConstraint(fields=["trace", "person"], name="panelist_once"),
            models.UniqueConstraint(
                fields=["trace"], condition=Q(lead=True), name="panel_one_lead"
            ),
        ]


class Section(models.TextChoices):
    """The parts of the evidence, in the order in which they are read."""

    POSTS = "posts", "当时在岗的责任人"
    DUTIES = "duties", "当时的任务完成情况"
    OPEN = "open", "当时没有办结的事项"
    RECORDS = "records", "此前的工作记录"
    ABOVE = "above", "上级的检查和督促"
    NOTICES = "notices", "此前收到的通知和预警"
    LATER = "later", "事后补记的内容"


class Item(Scoped):
    """One piece of evidence as it stood at the moment of the incident. Written once."""

    read_permission: ClassVar[Permission] = Permission.TRACE_RUN

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trace = models.ForeignKey(Trace, on_delete=models.PROTECT, related_name="items")
    seq = models.PositiveIntegerField("序号")
    section = models.CharField("类别", max_length=8, choices=Section.choices)
    day = models.DateField("日期", null=True)
    title = models.CharField("内容", max_length=300)
    stood = models.CharField("当时的状况", max_length=300, blank=True, default="")
    who = models.CharField("人员", max_length=120, blank=True, default="")
    unit_name = models.CharField("单位", max_length=120)
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+")
    hash = models.CharField("校验值", max_length=64)

    class Meta(Scoped.Meta):
        verbose_name = "倒查证据"
        constraints = [models.UniqueConstraint(fields=["trace", "seq"], name="trace_item_once")]

    @property
    def url(self) -> str:
        """The page of the record it comes from; empty where there is none."""
        if self.record is None or self.record.kind not in all_kinds():
            return ""
        return record_url(self.record.kind, self.record_id)


class ItemFile(Scoped):
    """A file that belonged to a record of the evidence, with its hash. Written once."""

    read_permission: ClassVar[Permission] = Permission.TRACE_RUN

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="files")
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    uploaded_at = models.DateTimeField("上传时间")

    class Meta(Scoped.Meta):
        verbose_name = "证据文件"


class Conclusion(models.TextChoices):
    DONE = "done", "履职到位"
    WEAK = "weak", "履职不力"
    NEGLECT = "neglect", "失职"


@pghistory.track()
class Finding(Scoped):
    """What the panel found of one person, or of a unit (`person_name` empty).

    `unit` is the unit concerned: once served, its head and the person read it there. `evidence` are the
    numbers of items. After an objection `final_*` hold what was decided; without one they repeat it.
    """

    class Answer(models.TextChoices):
        UPHELD = "upheld", "维持"
        CHANGED = "changed", "变更"
        DROPPED = "dropped", "撤销"

    read_permission: ClassVar[Permission] = Permission.TRACE_ANSWER

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trace = models.ForeignKey(Trace, on_delete=models.PROTECT, related_name="findings")
    # Repeated here: the unit concerned does not see the trace itself, nor who else is concerned.
    trace_title = models.CharField("倒查事项", max_length=200)
    run_by = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="倒查单位"
    )
    person = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person_name = models.CharField("姓名", max_length=40, blank=True, default="")
    post_name = models.CharField("岗位", max_length=60, blank=True, default="")
    conclusion = models.CharField("认定", max_length=8, choices=Conclusion.choices)
    handling = models.CharField("处理建议", max_length=24, blank=True, default="")
    basis = models.CharField("依据", max_length=500)
    reasons = models.TextField("事实和理由", max_length=3000)
    evidence = ArrayField(models.PositiveIntegerField(), verbose_name="证据序号", default=list)
    served_at = models.DateTimeField("告知时间", null=True, blank=True)
    objection_until = models.DateField("申辩截止", null=True, blank=True)
    objection = models.TextField("申辩意见", max_length=3000, blank=True, default="")
    objected_at = models.DateTimeField("申辩时间", null=True, blank=True)
    objected_by = models.CharField("申辩人", max_length=60, blank=True, default="")
    answer = models.CharField("复核", max_length=8, choices=Answer.choices, blank=True, default="")
    answer_reason = models.CharField("复核理由", max_length=1000, blank=True, default="")
    final_conclusion = models.CharField(
        "最终认定", max_length=8, choices=Conclusion.choices, blank=True, default=""
    )
    final_handling = models.CharField("最终处理", max_length=24, blank=True, default="")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "倒查意见"
        indexes = [models.Index(fields=["unit", "served_at"], name="finding_unit_served")]
        constraints = [
            models.UniqueConstraint(
                fields=["trace", "unit", "person"], name="finding_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(conclusion=Conclusion.DONE) | ~Q(handling=""),
                name="finding_neglect_handled",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("served_at")),
                name="finding_served_first",
            ),
        ]

    @property
    def handling_title(self) -> str:
        return handling_title(self.handling)

    @property
    def final_handling_title(self) -> str:
        return handling_title(self.final_handling)

    @property
    def subject(self) -> str:
        """Whom it is about, in words."""
        if self.person_name:
            return f"{self.unit.name} {self.post_name} {self.person_name}"
        return str(self.unit.name)


explain_constraint("finding_once", "对这个人（单位）已有一条意见，请修改原来的。", "subject")
explain_constraint(
    "finding_neglect_handled", "认定为履职不力或失职的，请选择处理建议。", "handling"
)


class Opinion(Scoped):
    """What one member of the panel says of one finding; the last word counts, all are in the history."""

    read_permission: ClassVar[Permission] = Permission.TRACE_RUN

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="opinions")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField("同意")
    words = models.CharField("意见", max_length=500, blank=True, default="")
    at = models.DateTimeField("时间", auto_now=True)

    class Meta(Scoped.Meta):
        verbose_name = "倒查组意见"
        constraints = [
            models.UniqueConstraint(fields=["finding", "person"], name="opinion_once"),
            models.CheckConstraint(
                condition=Q(agrees=True) | ~Q(words=""), name="opinion_against_says_why"
            ),
        ]


explain_constraint("opinion_against_says_why", "不同意的，请写明意见。", "words")
