"""What is written once: the timeline with its chain, reports and their receipts.

The database refuses to change or delete these rows (migration 0002); only their unit may follow a school
that moves or is merged.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.incidents.models.incident import Hurt, Incident, figures_text
from anyuan.org.permissions import Permission

MANY = MaxValueValidator(30000)


class EntryKind(models.TextChoices):
    REPORTED = "reported", "首报"
    TOLD = "told", "通知"
    PHONE = "phone", "电话报告"
    CONFIRMED = "confirmed", "校（园）长确认"
    RECEIVED = "received", "接报"
    LEVEL = "level", "定级"
    HANDLING = "handling", "处置"
    FACTS = "facts", "情况变化"
    NOTE = "note", "记录"
    TASK = "task", "任务"
    PEOPLE = "people", "伤者"
    REPORT = "report", "书面报告"
    LATE = "late", "超时"
    CLOSED = "closed", "结束"
    REOPENED = "reopened", "重新处置"
    VOID = "void", "撤销"


class Entry(Scoped):
    """One line of the timeline. `at` is when it was written, `about` the moment it tells of."""

    read_permission: ClassVar[Permission] = Permission.INCIDENT_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField("序号")
    at = models.DateTimeField("记录时间")
    about = models.DateTimeField("发生时间")
    kind = models.CharField("类别", max_length=12, choices=EntryKind.choices)
    text = models.CharField("内容", max_length=1000)
    person = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("记录人", max_length=60)
    prev_hash = models.CharField("前一条的校验码", max_length=40)
    hash = models.CharField("校验码", max_length=40)

    class Meta(Scoped.Meta):
        verbose_name = "事件记录"
        constraints = [
            models.UniqueConstraint(fields=["incident", "seq"], name="incident_entry_once")
        ]


class Chain(Scoped):
    """How many lines a timeline has and a seal over the last one: lines cut off at the end are noticed."""

    read_permission: ClassVar[Permission] = Permission.INCIDENT_READ

    incident = models.OneToOneField(
        Incident, on_delete=models.PROTECT, primary_key=True, related_name="chain"
    )
    entries = models.PositiveIntegerField("条数", default=0)
    last = models.CharField("最后一条的校验码", max_length=40, blank=True, default="")
    seal = models.CharField("封签", max_length=40)

    class Meta(Scoped.Meta):
        verbose_name = "事件记录的封签"


class ReportKind(models.TextChoices):
    FIRST = "first", "初报"
    FOLLOW = "follow", "续报"
    FINAL = "final", "终报"


class Report(Scoped):
    """A report as it was sent: what it says of the incident then, and of who sent it."""

    read_permission: ClassVar[Permission] = Permission.INCIDENT_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField("种类", max_length=6, choices=ReportKind.choices)
    number = models.PositiveIntegerField("第几报")
    happened_at = models.DateTimeField("发生时间")
    place = models.CharField("地点", max_length=60)
    incident_kind = models.CharField("事件种类", max_length=40)
    level = models.CharField("等级", max_length=20)
    what = models.TextField("事件经过", max_length=2000)
    people = models.CharField("涉及人员", max_length=300, blank=True, default="")
    hurt = models.CharField("伤亡", max_length=8, choices=Hurt.choices)
    dead = models.PositiveIntegerField("死亡人数", validators=[MANY])
    missing = models.PositiveIntegerField("失踪人数", validators=[MANY])
    injured = models.PositiveIntegerField("受伤人数", validators=[MANY])
    serious = models.PositiveIntegerField("其中重伤", validators=[MANY])
    measures = models.TextField("已采取的措施", max_length=2000)
    cause = models.TextField("原因（初步判断）", max_length=1000, blank=True, default="")
    opinion = models.CharField("舆情和家长情绪", max_length=300, blank=True, default="")
    next_steps = models.TextField("下一步和需要的支持", max_length=1000, blank=True, default="")
    contact = models.CharField("联系人", max_length=40)
    contact_phone = models.CharField("联系电话", max_length=20)
    approved_by = models.CharField("签发人", max_length=40)
    person = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("报送人", max_length=60)
    from_name = models.CharField("报送单位", max_length=80)
    to_name = models.CharField("主送单位", max_length=80)
    sent_at = models.DateTimeField("报送时间", default=timezone.now)
    due_at = models.DateTimeField("期限", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "突发事件报告"
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="incident_report_once"),
        ]

    @property
    def title(self) -> str:
        if self.kind == ReportKind.FOLLOW:
            return f"续报（第 {self.number - 1} 次）"
        return str(ReportKind(self.kind).label)

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.sent_at > self.due_at

    @property
    def figures_text(self) -> str:
        return figures_text(self)


explain_constraint("incident_report_once", "刚刚已有人报送，请刷新页面后再看。")


class Receipt(Scoped):
    """Who of the levels above has taken note of a report, and when."""

    read_permission: ClassVar[Permission] = Permission.INCIDENT_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="receipt")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField("收到时间", default=timezone.now)
    person = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("收到人", max_length=60)
    unit_name = models.CharField("收到单位", max_length=80)

    class Meta(Scoped.Meta):
        verbose_name = "报告签收"
