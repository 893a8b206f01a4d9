"""Alerts, the receipt of each person told, what each replied, and what went out by other channels."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.kinds import tag
from anyuan.core.models import OnRecord, Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.domains.emergency.alerts.further import names as further_names
from anyuan.engines.notices.channels import labels
from anyuan.engines.notices.models import Robot
from anyuan.org.models.unit import Stage
from anyuan.org.permissions import Permission, Role

TITLE_LIMIT, TEXT_LIMIT = 60, 500
NO_NUL = [ProhibitNullCharactersValidator()]


class Kind(models.TextChoices):
    TEST = "test", "演练测试"
    REAL = "real", "真实"


class Level(models.TextChoices):
    """How soon the next channel follows where nobody answers (the pack's number, in this order)."""

    EXTREME = "extreme", "特急"
    URGENT = "urgent", "紧急"
    GENERAL = "general", "一般"


class State(models.TextChoices):
    DRAFT = "draft", "待发送"
    WAITING = "waiting", "待第二人确认"
    RUNNING = "running", "进行中"
    ENDED = "ended", "已结束"
    CORRECTED = "corrected", "已更正"
    WITHDRAWN = "withdrawn", "已撤回"
    CANCELLED = "cancelled", "已取消"
    LAPSED = "lapsed", "超时未确认"


class Answer(models.TextChoices):
    NONE = "", "未回应"
    SAFE = "safe", "安全"
    HELP = "help", "需要帮助"
    KNOWN = "known", "知道了"


class Sent(models.TextChoices):
    """Where one delivery stands."""

    WAITING = "waiting", "等待发送"
    DONE = "done", "已发出"
    FAILED = "failed", "没有发出"
    SPARED = "spared", "已回应，不再发"


def _person(label: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "org.Person",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=label,
    )


@pghistory.track()
class Alert(OnRecord):
    """What a unit tells its people and those below. What was said and to whom never changes.

    `units`: keys whose subtrees are told (of the sender's own). `stages`: only schools with one of them; empty
    for all. `further`: whom others declare, such as classes (see further.py); then only these people.
    `alone`: sent by one person who typed the given word.
    """

    read_permission: ClassVar[Permission] = Permission.ALERT_SEND

    kind = models.CharField("性质", max_length=4, choices=Kind.choices)
    level = models.CharField("等级", max_length=8, choices=Level.choices, default=Level.URGENT)
    title = models.CharField("标题", max_length=TITLE_LIMIT, validators=NO_NUL)
    text = models.TextField("内容", max_length=TEXT_LIMIT, validators=NO_NUL)
    template = models.CharField("模板", max_length=40, blank=True, default="")
    asks_answer = models.BooleanField("要求回复是否安全", default=True)
    units = ArrayField(models.CharField(max_length=120), verbose_name="范围")
    roles = ArrayField(models.CharField(max_length=24), verbose_name="岗位")
    stages = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, verbose_name="学段"
    )
    further = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name="班级等"
    )
    channels = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="渠道"
    )
    expected = models.PositiveIntegerField("预计人数")
    source = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    told = models.PositiveIntegerField("通知人数", default=0)
    sent_by = _person("发送人")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    confirm_until = models.DateTimeField("确认时限", null=True, blank=True)
    confirmed_by = _person("确认人")
    alone = models.BooleanField("一人值班，输入确认词发送", default=False)
    nudges = models.PositiveSmallIntegerField("催办次数", default=0)
    nudged_at = models.DateTimeField("催办时间", null=True, blank=True)
    ended_by = _person("结束人")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    end_note = models.CharField("结束说明", max_length=300, blank=True, default="")

    class Meta(OnRecord.Meta):
        verbose_name = "紧急通知"
        indexes = [
            models.Index(fields=["unit", "-record"], name="alert_unit_newest"),
            models.Index(fields=["unit", "sent_at"], name="alert_unit_sent"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | Q(sent_by__isnull=True)
                | ~Q(confirmed_by=models.F("sent_by")),
                name="alert_two_people",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="alert_said",
                fields=[
                    "kind", "level", "title", "text", "template", "asks_answer", "units", "roles", "stages",
                    "further", "channels", "source", "corrects",
                ],
            ),
            pgtrigger.Protect(name="alert_kept", operation=pgtrigger.Delete),
        ]  # fmt: skip

    @property
    def tags(self) -> list[str]:
        return sorted([tag("kind", self.kind), tag("level", self.level)])

    @property
    def is_real(self) -> bool:
        return self.kind == Kind.REAL

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    @property
    def further_names(self) -> list[str]:
        return further_names(self.unit, self.further)

    @property
    def stage_names(self) -> list[str]:
        return [str(Stage(stage).label) for stage in self.stages]

    @property
    def way_names(self) -> list[str]:
        known = {"robot": "群机器人", **labels()}
        return [known.get(key, key) for key in self.channels]


explain_constraint("alert_two_people", "须由本级另一个人确认，不能自己确认自己发起的通知。")
explain_constraint("alerts_alert_corrects_id_key", "这条通知已经更正或撤回过了。")


class Receipt(Scoped):
    """One person told of one alert, at the unit of the post by which they were told."""

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.ALERT_SEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="receipts")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    role = models.CharField("岗位", max_length=24, choices=Role.choices)
    told_at = models.DateTimeField("通知时间", default=timezone.now)
    seen_at = models.DateTimeField("看到时间", null=True)
    answered_at = models.DateTimeField("回应时间", null=True)
    in_time = models.BooleanField("及时回应", default=False)
    answer = models.CharField("回应", max_length=5, choices=Answer.choices, default="", blank=True)
    words = models.CharField("说明", max_length=200, default="", blank=True)
    place = models.CharField("所在位置", max_length=80, default="", blank=True)
    over = models.BooleanField("通知已结束", default=False)

    class Meta(Scoped.Meta):
        verbose_name = "回执"
        constraints = [
            models.UniqueConstraint(fields=["alert", "person"], name="alert_receipt_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="alert_receipt_answer_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                name="alert_receipt_open",
                condition=Q(answered_at__isnull=True, over=False),
            ),
            models.Index(fields=["person", "-told_at", "-id"], name="alert_receipt_person_newest"),
            models.Index(fields=["unit", "told_at"], name="alert_receipt_unit_told"),
        ]

    @property
    def minutes(self) -> int | None:
        """Minutes until the first answer."""
        if self.answered_at is None:
            return None
        return int((self.answered_at - self.told_at) / datetime.timedelta(minutes=1))


class Reply(Scoped):
    """Each thing a person answered, kept as it was said."""

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.ALERT_SEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="replies")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField("回应", max_length=5, choices=Answer.choices)
    words = models.CharField("说明", max_length=200, default="", blank=True)
    place = models.CharField("所在位置", max_length=80, default="", blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta(Scoped.Meta):
        verbose_name = "回应"
        indexes = [models.Index(fields=["receipt", "at"], name="alert_reply_receipt_at")]
        triggers = [
            pgtrigger.ReadOnly(
                name="alert_reply_said", fields=["receipt", "answer", "words", "place", "at"]
            ),
            pgtrigger.Protect(name="alert_reply_kept", operation=pgtrigger.Delete),
        ]


class Delivery(Scoped):
    """One message to one person, or by one robot to a group. A worker holds it until `lease_until`."""

    read_permission: ClassVar[Permission] = Permission.ALERT_SEND

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="deliveries")
    receipt = models.ForeignKey(
        Receipt, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    robot = models.ForeignKey(
        Robot, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField("渠道", max_length=12)
    round = models.PositiveSmallIntegerField("第几次", default=0)
    state = models.CharField("状态", max_length=7, choices=Sent.choices, default=Sent.WAITING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_at = models.DateTimeField("下次发送")
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    detail = models.CharField("结果", max_length=200, default="", blank=True)
    external_id = models.CharField("对方编号", max_length=100, default="", blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "发送"
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "channel", "round"], name="alert_delivery_once"
            ),
            models.UniqueConstraint(fields=["alert", "robot", "round"], name="alert_robot_once"),
            models.CheckConstraint(
                condition=Q(receipt__isnull=False) ^ Q(robot__isnull=False),
                name="alert_delivery_to_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at"],
                name="alert_delivery_due",
                condition=Q(state="waiting"),
            ),
            models.Index(fields=["alert", "channel", "state"], name="alert_delivery_alert_state"),
        ]
