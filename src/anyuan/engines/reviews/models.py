"""A review of one version of something, its steps (written once) and comments at places in the text."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.kinds import record_url
from anyuan.core.models import Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.engines.reviews.spec import ReviewKind, Stage, get
from anyuan.org.permissions import Permission


class Review(Scoped):
    """One way through the stages. `stages` are fixed when it is submitted; `place` is the one it is at.

    `turn` grows with each step: two people cannot both act. A record has at most one open review.
    """

    class State(models.TextChoices):
        OPEN = "open", "审核中"
        PUBLISHED = "published", "已发布"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="reviews")
    stages = ArrayField(models.CharField(max_length=24), verbose_name="环节")
    place = models.PositiveSmallIntegerField("所在环节", default=0)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    turn = models.PositiveIntegerField("版本", default=1)
    author = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField("提交人", max_length=60)
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "审核"
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(closed_at__isnull=True), name="review_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="review_closed_with_its_state",
            ),
        ]

    @property
    def kind(self) -> ReviewKind:
        return get(self.record.kind)

    @property
    def stage(self) -> Stage | None:
        """Whose word is asked now; None when it is over."""
        return self.kind.stage(self.stages[self.place]) if self.closed_at is None else None

    @property
    def url(self) -> str:
        """The page of what is reviewed."""
        return record_url(self.record.kind, self.record_id)


explain_constraint("review_one_open", "已经提交审核，请等待审核结果。")


class ReviewStep(Scoped):
    """One step: written once."""

    class Act(models.TextChoices):
        SUBMIT = "submit", "提交审核"
        SIGN = "sign", "同意"
        PUBLISH = "publish", "同意并发布"
        RETURN = "return", "退回修改"
        WITHDRAW = "withdraw", "撤回"

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField("操作", max_length=8, choices=Act.choices)
    stage_label = models.CharField("环节", max_length=40, blank=True, default="")
    person = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("办理人", max_length=60)
    at = models.DateTimeField("时间", auto_now_add=True)
    note = models.CharField("说明", max_length=500, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "审核步骤"
        indexes = [models.Index(fields=["review", "at"], name="review_step_at")]


class ReviewComment(Scoped):
    """A remark at a place: the words of a section that it is about; `start` is where they stood then.

    It follows the text: in a later version it stands where the same words are found, and is told to be
    about an earlier text where they are not.
    """

    read_permission: ClassVar[Permission] = Permission.RECORD_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="review_comments")
    section = models.CharField("章节", max_length=40)
    quote = models.CharField("原文", max_length=300, blank=True, default="")
    start = models.PositiveIntegerField("位置", null=True, blank=True)
    text = models.CharField("意见", max_length=1000)
    person = models.ForeignKey("org.Person", null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField("提出人", max_length=60)
    at = models.DateTimeField("时间", auto_now_add=True)
    resolved_at = models.DateTimeField("处理时间", null=True, blank=True)
    resolved_by_name = models.CharField("处理人", max_length=60, blank=True, default="")
    answer = models.CharField("处理说明", max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "审核意见"
        indexes = [models.Index(fields=["record", "at"], name="review_comment_record")]
