"""Every read of duties that pages, the API and other engines share."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from anyuan.core import kinds
from anyuan.core.keys import subtree
from anyuan.core.models import Record
from anyuan.engines.obligations.models import Evidence, Obligation, Policy, Rule, Topic
from anyuan.org.actor import Actor, visible
from anyuan.org.permissions import Permission

# Rows that one group of a school's day shows; its number is always the whole.
GROUP_MOST = 40
COUNT_MOST = 10_000
WEEK = datetime.timedelta(days=7)
STATES = {
    "open": "待办",
    "overdue": "已逾期",
    "late": "逾期完成",
    "met": "已完成",
    "waived": "已免除",
}


@dataclasses.dataclass(frozen=True)
class DutyFilter:
    """What a list asks for; empty asks nothing. `state`: one of STATES. `unit`: a key, with all below."""

    state: str = ""
    point: int | None = None
    kind: str = ""
    level: str = ""
    rule: str = ""
    unit: str = ""
    due_from: datetime.date | None = None
    due_to: datetime.date | None = None
    q: str = ""

    @property
    def order(self) -> list[str]:
        """What is to be done by due day, what is over from the newest."""
        return ["due_on", "id"] if self.state in {"open", "overdue"} else ["-due_on", "-id"]


@dataclasses.dataclass
class Group:
    """Duties under one heading: at most GROUP_MOST rows, and how many there are in all."""

    rows: list[Obligation]
    total: int


@dataclasses.dataclass
class Today:
    """A unit's day. In `overdue` a rule stands once for each unit, its last duty with `times`."""

    overdue: Group
    today: Group
    week: Group
    later: Group
    done: Group


@dataclasses.dataclass(frozen=True)
class Counts:
    """Open duties of the periods begun, by how they stand."""

    open: int
    overdue: int
    due_today: int
    due_week: int


def obligations_of(
    by: Actor, filters: DutyFilter | None = None, *, today: datetime.date | None = None
) -> QuerySet[Obligation]:
    """The duties the actor may see, filtered; with rule and unit. Sort and page by `filters.order`."""
    asked = filters or DutyFilter()
    rows = visible(Obligation, by).select_related("rule", "unit")
    if asked.unit:
        rows = rows.within(subtree(asked.unit))
    rows = _in_state(rows, asked.state, today or timezone.localdate())
    for name, value in (("point", asked.point), ("kind", asked.kind), ("level", asked.level)):
        if value:
            rows = rows.filter(**{name: value})
    if asked.rule:
        rows = rows.filter(rule__key=asked.rule)
    if asked.due_from:
        rows = rows.filter(due_on__gte=asked.due_from)
    if asked.due_to:
        rows = rows.filter(due_on__lte=asked.due_to)
    if asked.q:
        rows = rows.filter(Q(rule__title__icontains=asked.q) | Q(unit__name__icontains=asked.q))
    return rows


def _in_state(rows: Any, state: str, today: datetime.date) -> Any:
    if state == "overdue":
        return rows.filter(state=Obligation.State.OPEN, due_on__lt=today)
    if state == "open":
        return rows.filter(state=Obligation.State.OPEN, due_on__gte=today, period_start__lte=today)
    return rows.filter(state=state) if state else rows


def bounded_count(rows: QuerySet[Any]) -> int:
    """How many rows, counted no further than COUNT_MOST + 1 (shown as “一万以上”)."""
    return rows.order_by()[: COUNT_MOST + 1].count()


def today_of(by: Actor, *, today: datetime.date | None = None) -> Today:
    """The day of the actor's own unit and what is below it, grouped; five queries."""
    day = today or timezone.localdate()
    rows = visible(Obligation, by).select_related("rule", "unit")
    begun = rows.filter(state=Obligation.State.OPEN, due_on__gte=day, period_start__lte=day)
    counts = counts_of(by, today=day)
    ahead = list(begun.order_by("due_on", "point", "id")[: 3 * GROUP_MOST])
    done = rows.filter(filed_on__gte=day - WEEK, due_on__gte=day - datetime.timedelta(days=366))
    done = done.exclude(state=Obligation.State.OPEN).order_by("-filed_on", "-id")
    overdue = _overdue_by_rule(rows, day)
    recent = list(done[:GROUP_MOST])
    return Today(
        overdue=Group(overdue, counts.overdue),
        today=Group([r for r in ahead if r.due_on == day][:GROUP_MOST], counts.due_today),
        week=Group([r for r in ahead if day < r.due_on <= day + WEEK][:GROUP_MOST],
                   counts.due_week),
        later=Group([r for r in ahead if r.due_on > day + WEEK][:GROUP_MOST],
                    counts.open - counts.due_today - counts.due_week),
        done=Group(recent, len(recent)),
    )  # fmt: skip


def counts_of(by: Actor, *, unit: str = "", today: datetime.date | None = None) -> Counts:
    """Open duties of begun periods in the actor's units (or below `unit`); one query.

    `open` counts those not overdue yet; `due_today` and `due_week` (the seven days after today) are
    parts of it.
    """
    day = today or timezone.localdate()
    rows = visible(Obligation, by).filter(state=Obligation.State.OPEN, period_start__lte=day)
    if unit:
        rows = rows.within(subtree(unit))
    found = rows.aggregate(
        open=Count("unit_id", filter=Q(due_on__gte=day)),
        overdue=Count("unit_id", filter=Q(due_on__lt=day)),
        due_today=Count("unit_id", filter=Q(due_on=day)),
        due_week=Count("unit_id", filter=Q(due_on__gt=day, due_on__lte=day + WEEK)),
    )
    return Counts(**found)


def _overdue_by_rule(rows: Any, day: datetime.date) -> list[Obligation]:
    """The last overdue duty of each rule and unit, with `times` overdue; the newest first."""
    same = [F("unit_id"), F("rule__key")]
    late = rows.filter(state=Obligation.State.OPEN, due_on__lt=day).annotate(
        times=Window(Count("id"), partition_by=same),
        place=Window(RowNumber(), partition_by=same, order_by=[F("due_on").desc(), F("id").desc()]),
    )
    return list(late.filter(place=1).order_by("-due_on", "-id")[:GROUP_MOST])


def earlier(obligation: Obligation, by: Actor, *, most: int = 12) -> list[Obligation]:
    """The same rule's duties of the same unit in other periods, the newest first."""
    return list(
        visible(Obligation, by)
        .filter(unit_id=obligation.unit_id, rule__key=obligation.rule.key)
        .exclude(pk=obligation.pk)
        .filter(period_start__lte=timezone.localdate())
        .select_related("rule")
        .order_by("-period_start")[:most]
    )


def evidence_of(obligation: Obligation, by: Actor, *, most: int = 50) -> list[Evidence]:
    """The records that count, the first first; a record is named and linked, with who filed it."""
    return list(
        visible(Evidence, by)
        .filter(obligation=obligation)
        .select_related("record__unit", "record__created_by")
        .order_by("record__happened_on", "record_id")[:most]
    )


def fulfilled_by(record: Record, actor: Actor) -> dict[str, Any] | None:
    """The side panel of a record: the duties it counts for, among those the actor may see."""
    declared = kinds.all_kinds().get(record.kind)
    if declared is not None and not declared.counted:
        return None
    found = visible(Evidence, actor).filter(record=record)
    rows = found.select_related("obligation__rule", "obligation__unit").order_by(
        "obligation__due_on"
    )
    duties = [evidence.obligation for evidence in rows[:20]]
    return {"duties": duties, "counts": record.counts} if duties or record.counts else None


def may_fulfil(obligation: Obligation, by: Actor) -> bool:
    """Whether the actor's own unit owes the duty (a school for its campuses too)."""
    if not by.may(Permission.FILING_WRITE):
        return False
    if by.is_supervisor:
        return obligation.unit_id == by.unit_key
    return by.units.holds(obligation.unit_id)


def fulfil_url(obligation: Obligation) -> str:
    """The form that makes the record this duty needs, filled as far as the rule tells; "" if none."""
    kind = kinds.all_kinds().get(obligation.kind)
    if kind is None or kind.new_url_name is None:
        return ""
    asked = {facet: values[0] for facet, values in obligation.rule.match.items()}
    query = urlencode({**asked, "obligation": str(obligation.pk)})
    try:
        address = reverse(kind.new_url_name)
    except NoReverseMatch:
        return ""
    return f"{address}?{query}"


def current_policy() -> Policy | None:
    """The policy in force today: the newest that has begun and not ended."""
    today = timezone.localdate()
    return (
        Policy.objects.filter(valid_from__lte=today)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .order_by("-valid_from", "-id")
        .first()
    )


def topics_offered() -> QuerySet[Topic]:
    """Topics of the policy in force that may be filed, by point."""
    policy = current_policy()
    return Topic.objects.filter(policy=policy, offered=True).prefetch_related("asks")


def rules_of(policy: Policy) -> QuerySet[Rule]:
    """The rules in force of a policy with their points and steps of escalation."""
    return (
        Rule.objects.filter(policy=policy, ends_on=policy.valid_to)
        .select_related("point")
        .prefetch_related("escalations")
    )
