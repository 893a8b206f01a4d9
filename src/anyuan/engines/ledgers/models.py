"""The base of every ledger's row, and what people keep beside ledgers: views, exports, warnings sent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from anyuan.core.ids import new_id
from anyuan.core.models import OnRecord, Record, Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission

# Columns that follow from the others, for `@track_many(exclude=NOT_TRACKED)`.
NOT_TRACKED = ["search", "version"]


class LedgerRow(OnRecord):
    """One person or thing of a unit. `version` grows with each change: two clerks are told of each other.

    `search` holds the row's words in lower case with their pinyin, written by the services.
    """

    read_permission: ClassVar[Permission] = Permission.LEDGER_READ

    active = models.BooleanField("在册", default=True, editable=False)
    ended_why = models.CharField("移出原因", max_length=200, blank=True, default="", editable=False)
    search = models.TextField("检索", default="", blank=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    class Meta(OnRecord.Meta):
        abstract = True
        indexes = [models.Index(fields=["unit", "record"], name="%(class)s_unit")]


def once_in_a_unit(*fields: str, name: str) -> models.UniqueConstraint:
    """The constraint of a ledger's key: no two active rows of a unit have the same."""
    return models.UniqueConstraint(
        fields=["unit", *fields], condition=Q(active=True), name=f"{name}_once"
    )


class SavedView(Scoped):
    """A person's own view of a ledger: the filter, order and columns as the list's address says them.

    The view without a name holds the columns that the person chose for good.
    """

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.LEDGER_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("org.Person", on_delete=models.CASCADE, related_name="+")
    ledger = models.CharField("台账", max_length=40)
    name = models.CharField("名称", max_length=30, blank=True, default="")
    query = models.CharField("条件", max_length=1500, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "常用视图"
        constraints = [
            models.UniqueConstraint(fields=["person", "ledger", "name"], name="savedview_once")
        ]

    def __str__(self) -> str:
        return self.name


explain_constraint("savedview_once", "已有同名的视图，请换一个名称。", "name")


class Export(Scoped):
    """A large export that is written in the background; only the person who asked for it gets it."""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在生成"
        DONE = "done", "已完成"
        FAILED = "failed", "没有完成"

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.LEDGER_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("org.Person", on_delete=models.CASCADE, related_name="+")
    post = models.UUIDField("岗位")
    ledger = models.CharField("台账", max_length=40)
    query = models.CharField("条件", max_length=1500, blank=True, default="")
    sealed = models.BooleanField("含敏感信息", default=False)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    why = models.CharField("原因", max_length=200, blank=True, default="")
    total = models.PositiveIntegerField("总行数", default=0)
    done = models.PositiveIntegerField("已写行数", default=0)
    # Each start of the writing has its number: a start that was given up stops by itself.
    attempt = models.PositiveSmallIntegerField("次数", default=0)
    asked_at = models.DateTimeField("申请时间", auto_now_add=True)
    seen_at = models.DateTimeField("进展时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "导出"
        indexes = [
            models.Index(
                fields=["seen_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="export_unfinished",
            )
        ]

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0


class Warned(Scoped):
    """A warning that went out: for one date of a row, so many days before it (0: it has passed)."""

    read_permission: ClassVar[Permission] = Permission.LEDGER_READ

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    field = models.CharField("日期", max_length=40)
    expires_on = models.DateField("到期日")
    days = models.SmallIntegerField("提前天数")
    sent_on = models.DateField("提醒日期")

    class Meta(Scoped.Meta):
        verbose_name = "到期提醒"
        constraints = [
            models.UniqueConstraint(
                fields=["record", "field", "expires_on", "days"], name="warned_once"
            )
        ]


Row = Any  # a row of whichever ledger: its columns are known to the ledger only
