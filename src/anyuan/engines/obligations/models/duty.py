"""Duties: what a unit owes for one period, the records that count, and the reminders sent."""

from __future__ import annotations

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from anyuan.core.models import Scoped
from anyuan.core.models.record import Record
from anyuan.core.periods import label
from anyuan.engines.obligations.models.rule import Rule
from anyuan.org.permissions import Permission


class Obligation(Scoped):
    """One duty: unit × rule × period. Millions of rows: a plain number as key, no history table.

    `done`, `state`, `met_on` and `filed_on` are recounted from records, never typed (recount.py).
    `met_on`: the day on which the last record that was needed happened; by it the duty is `met` (on
    time) or `late`. `filed_on`: the day on which that many records were written down; a duty may be
    met in time and filed late, and both are shown. Overdue is open with the due day past.
    `point`, `kind` and `level` repeat the rule's for lists and counts without a join.
    Records count that happened from `period_start` to `counts_until`: the period's end, or for what is
    done once by a date the day before the next window, so that a late deed still counts, as late.
    """

    class State(models.TextChoices):
        OPEN = "open", "待办"
        MET = "met", "已完成"
        LATE = "late", "逾期完成"
        WAIVED = "waived", "已免除"

    read_permission: ClassVar[Permission] = Permission.OBLIGATION_READ

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(
        "org.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="单位",
        db_index=False,
    )
    rule = models.ForeignKey(
        Rule, on_delete=models.PROTECT, related_name="obligations", db_index=False
    )
    point = models.PositiveSmallIntegerField("要点")
    kind = models.CharField("记录种类", max_length=40)
    level = models.CharField("责任层级", max_length=10, choices=Rule.Who.choices)
    period_start = models.DateField("周期起始")
    period_end = models.DateField("周期截止")
    counts_until = models.DateField("计入截止")
    due_on = models.DateField("到期日")
    needed = models.PositiveIntegerField("应完成次数")
    done = models.PositiveIntegerField("已完成次数", default=0)
    state = models.CharField("状态", max_length=6, choices=State.choices, default=State.OPEN)
    met_on = models.DateField("完成日期", null=True, blank=True)
    filed_on = models.DateField("填报日期", null=True, blank=True)
    waived_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    waived_at = models.DateTimeField("免除时间", null=True, blank=True)
    waived_reason = models.CharField("免除原因", max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = "任务"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "unit", "period_start"], name="obligation_once"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gte=F("period_start"))
                & Q(counts_until__gte=F("period_end"))
                & Q(due_on__gte=F("period_start"))
                & Q(counts_until__gte=F("due_on")),
                name="obligation_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["met", "late"], met_on__isnull=False)
                | Q(state__in=["open", "waived"], met_on__isnull=True),
                name="obligation_met_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state="waived", waived_at__isnull=False) & ~Q(waived_reason="")
                | ~Q(state="waived") & Q(waived_at__isnull=True, waived_reason=""),
                name="obligation_waived_has_reason",
            ),
        ]
        indexes = [
            # A school's list by due day, and a subtree's counts.
            models.Index(fields=["unit", "due_on"], name="obligation_unit_due"),
            # The city's list, newest first, read no further than its first page.
            models.Index(fields=["due_on", "id"], name="obligation_due"),
            # The city's overdue and reminders: open ones only, the smallest part of the table.
            models.Index(
                fields=["due_on", "id"], condition=Q(state="open"), name="obligation_open_due"
            ),
            # Counts of what is open, for any unit, from the index alone.
            models.Index(
                fields=["unit"],
                include=["due_on", "period_start"],
                condition=Q(state="open"),
                name="obligation_open_unit",
            ),
            # Recount: the duties of a unit that a record of a kind and day may meet.
            models.Index(fields=["unit", "kind", "period_start"], name="obligation_recount"),
        ]

    def __str__(self) -> str:
        return f"{self.rule.title}（{self.period_label}）"

    @property
    def period_label(self) -> str:
        return label(self.rule.period, self.period_start, self.period_end)

    @property
    def is_overdue(self) -> bool:
        return self.state == self.State.OPEN and self.due_on < timezone.localdate()

    @property
    def shown_state(self) -> str:
        """The state with `overdue` told apart from open, for badges."""
        return "overdue" if self.is_overdue else self.state

    @property
    def filed_late(self) -> bool:
        """Done in time but written down after the due day."""
        return (
            self.state == self.State.MET
            and self.filed_on is not None
            and self.filed_on > self.due_on
        )

    def is_over(self, today: datetime.date) -> bool:
        """Nothing that happens from now on can count; only what was done and not filed yet."""
        return self.counts_until < today


class Evidence(Scoped):
    """A record that counts for a duty. `unit` is the duty's: the level above keeps its own to itself.

    Always read by record or by duty: an index by unit would only tempt the planner.
    """

    read_permission: ClassVar[Permission] = Permission.OBLIGATION_READ

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    obligation = models.ForeignKey(
        Obligation, on_delete=models.CASCADE, related_name="evidence", db_index=False
    )
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="evidence")

    class Meta(Scoped.Meta):
        verbose_name = "佐证"
        constraints = [
            models.UniqueConstraint(fields=["obligation", "record"], name="evidence_once"),
        ]


class Reminder(Scoped):
    """One reminder of a duty that went out, so that none goes out twice.

    `days`: negative so many days before the due day, positive after it; `to` the level told.
    """

    read_permission: ClassVar[Permission] = Permission.OBLIGATION_READ

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    obligation = models.ForeignKey(
        Obligation, on_delete=models.CASCADE, related_name="reminders", db_index=False
    )
    days = models.SmallIntegerField("距到期天数")
    to = models.CharField("告知", max_length=10)
    sent_on = models.DateField("日期")

    class Meta(Scoped.Meta):
        verbose_name = "任务提醒"
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "days", "to"], name="obligation_reminder_once"
            ),
        ]
