"""Messages in the product, how each person wants them, and their way out by other channels."""

from __future__ import annotations

import datetime
from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from anyuan.core.crypto import SealedField
from anyuan.core.ids import new_id
from anyuan.core.models import Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission


class Notification(Scoped):
    """One message to one person, at the unit of the post it was told to.

    A person reads their own from whichever post they stand in. `once_key` names the occasion: telling
    the same person the same occasion twice makes one row.
    """

    scope_owner: ClassVar[str] = "person_id"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(
        "org.Person", on_delete=models.CASCADE, related_name="+", verbose_name="收信人"
    )
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True, default="")
    url = models.CharField("链接", max_length=300, blank=True, default="")
    record = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    once_key = models.CharField("事由编号", max_length=200)
    at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "消息"
        constraints = [
            models.UniqueConstraint(fields=["person", "once_key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notification_person_at"),
            models.Index(
                fields=["person"],
                name="notification_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def day(self) -> datetime.date:
        """The day in China."""
        return timezone.localdate(self.at)


class Digest(models.TextChoices):
    """How ordinary messages come by other channels."""

    NONE = "none", "逐条发送"
    DAILY = "daily", "每天汇总一次"
    WEEKLY = "weekly", "每周汇总一次"


class Weekday(models.IntegerChoices):
    MONDAY = 0, "星期一"
    TUESDAY = 1, "星期二"
    WEDNESDAY = 2, "星期三"
    THURSDAY = 3, "星期四"
    FRIDAY = 4, "星期五"
    SATURDAY = 5, "星期六"
    SUNDAY = 6, "星期日"


class Preference(Scoped):
    """The channels on which a person wants one kind, where they differ from the kind's own."""

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("org.Person", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("消息种类", max_length=40)
    channels = ArrayField(models.CharField(max_length=12), verbose_name="渠道")

    class Meta(Scoped.Meta):
        verbose_name = "消息渠道"
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_once"),
        ]


class Rhythm(Scoped):
    """When a person wants messages by other channels; without a row the defaults here hold.

    Local times. `quiet_from` may be later than `quiet_to`: the night. Urgent kinds pass the quiet hours.
    """

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    person = models.OneToOneField(
        "org.Person", on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    quiet = models.BooleanField("夜间免打扰", default=True)
    quiet_from = models.TimeField("从", default=datetime.time(22))
    quiet_to = models.TimeField("到", default=datetime.time(7))
    digest = models.CharField(
        "普通消息", max_length=8, choices=Digest.choices, default=Digest.DAILY
    )
    digest_hour = models.PositiveSmallIntegerField(
        "汇总时间", default=8, validators=[MaxValueValidator(23)]
    )
    digest_weekday = models.PositiveSmallIntegerField(
        "汇总日", choices=Weekday.choices, default=Weekday.MONDAY
    )

    class Meta(Scoped.Meta):
        verbose_name = "消息时间"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23, digest_weekday__lte=6),
                name="rhythm_hour_and_day",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet=False) | ~models.Q(quiet_from=models.F("quiet_to")),
                name="rhythm_quiet_has_length",
            ),
        ]


explain_constraint("rhythm_quiet_has_length", "免打扰的起止时间不能相同。", "quiet_to")


class Delivery(Scoped):
    """One message on its way to one person by one channel.

    A worker takes rows for a while (`leased_until`); what a killed worker left is taken up again, so each
    is sent at least once. `bundled` rows of a person and channel go out as one digest.
    """

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    class State(models.TextChoices):
        QUEUED = "queued", "等待发送"
        SENDING = "sending", "正在发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "没有送达"
        GIVEN_UP = "given_up", "多次未成，已放弃"
        SKIPPED = "skipped", "不再需要"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("org.Person", on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField("渠道", max_length=12)
    urgent = models.BooleanField("紧急", default=False)
    bundled = models.BooleanField("汇总", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    detail = models.CharField("说明", max_length=200, blank=True, default="")
    external_id = models.CharField("对方编号", max_length=100, blank=True, default="")
    next_at = models.DateTimeField("下次发送", default=timezone.now)
    leased_until = models.DateTimeField("占用至", null=True, blank=True)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta(Scoped.Meta):
        verbose_name = "消息发送"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="delivery_waiting",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["person", "-at"], name="delivery_person"),
            models.Index(fields=["at"], name="delivery_old"),
        ]


class RobotKind(models.TextChoices):
    WECOM = "wecom", "企业微信"
    DINGTALK = "dingtalk", "钉钉"
    FEISHU = "feishu", "飞书"


@pghistory.track(exclude=["url", "secret", "tested_at", "last_at", "last_ok", "last_detail"])
class Robot(Scoped):
    """A unit's robot in a group chat. Whoever has the address can speak in the group: it is sealed."""

    read_permission: ClassVar[Permission] = Permission.TOKEN_MANAGE

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("平台", max_length=12, choices=RobotKind.choices)
    name = models.CharField("群名称", max_length=40)
    url = SealedField("机器人地址")
    secret = SealedField("签名密钥", blank=True, default="")
    active = models.BooleanField("使用中", default=True)
    created_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="添加人"
    )
    created_at = models.DateTimeField("添加时间", auto_now_add=True)
    tested_at = models.DateTimeField("最近试发", null=True, blank=True)
    last_at = models.DateTimeField("最近发送", null=True, blank=True)
    last_ok = models.BooleanField("最近发送成功", null=True, blank=True)
    last_detail = models.CharField("最近结果", max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "群机器人"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=models.Q(active=True), name="robot_once"
            ),
        ]
        indexes = [models.Index(fields=["unit", "-created_at"], name="robot_unit")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """What `channels.get(kind).send` takes."""
        return f"{self.url}#{self.secret}" if self.secret else self.url

    @property
    def waits_for_test(self) -> bool:
        """Asked to say something and not heard of since."""
        return self.tested_at is not None and (
            self.last_at is None or self.last_at < self.tested_at
        )


explain_constraint("robot_once", "本单位已有同名的机器人，请换一个名称。", "name")
explain_constraint("notices_robot_pkey", "这个机器人已经添加过了。")


class PaperTemplate(models.Model):
    """A bureau's own Word template for a kind of document; holds for its unit and all below.

    Public text like a checklist, so it is of no scope: a school's paper is made with its bureau's template.
    A version is never changed; `active` is the one in use, none means the house's own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )
    kind = models.CharField("文书", max_length=60)
    number = models.PositiveSmallIntegerField("版本")
    active = models.BooleanField("使用中", default=True)
    file = models.ForeignKey("core.File", on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    made_by_name = models.CharField("上传人", max_length=60)
    made_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "文书模板"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "number"], name="paper_version_once"),
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=models.Q(active=True), name="paper_active_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} 第{self.number}版"


explain_constraint("paper_version_once", "刚刚有人也上传了模板，请刷新页面后再试。", "file")
explain_constraint("paper_active_once", "刚刚有人也更换了模板，请刷新页面后再试。", "file")
