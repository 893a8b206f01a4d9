"""What people do with duties: waive and take it back, by the level above; switch a rule on or off."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import parent_key, subtree
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.obligations.generation import Made, keep_up
from anyuan.engines.obligations.models import Obligation, Rule
from anyuan.engines.obligations.recount import reckon
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

REASON_LONGEST = 300


def is_above(by: Actor, unit_key: str) -> bool:
    """Whether the actor stands at a level above the unit: only that may excuse it from a duty."""
    return (
        unit_key.startswith(by.unit_key) and unit_key != by.unit_key and bool(parent_key(unit_key))
    )


@action(Permission.OBLIGATION_WAIVE)
def waive(obligation: Obligation, *, by: Actor, reason: str) -> Obligation:
    """Excuse a unit from one duty, with a reason that it and everybody above can read.

    Refused: the unit's own level, no reason, or a duty that is not open (any more).
    """
    _refuse_own_level(by, obligation.unit_id)
    waived = _waive(Obligation.objects.filter(pk=obligation.pk), by=by, reason=reason)
    if not waived:
        raise Conflict(_("这项任务已完成或已免除，不需要再免除。"))
    obligation.refresh_from_db()
    note(
        Audit.Action.CHANGE,
        f"免除任务 {obligation.unit_id} {obligation.rule.key} {obligation.period_start}："
        f"{obligation.waived_reason}",
        by=by,
    )
    return obligation


@action(Permission.OBLIGATION_WAIVE)
def waive_many(
    area: Unit,
    *,
    by: Actor,
    unit_keys: Iterable[str],
    first: datetime.date,
    last: datetime.date,
    reason: str,
    rule_keys: Iterable[str] = (),
) -> int:
    """Excuse units of an area (a flood closes schools) from all open duties due in a span of days.

    `unit_keys`: units of the area, each with all below it; only duties of schools and campuses are
    waived, a district's own stay. `rule_keys` empty: every rule. Returns the number waived.
    """
    chosen = sorted(set(unit_keys))
    if not chosen:
        raise Refused(_("请至少选择一个单位。"), field="units")
    if last < first:
        raise Refused(_("结束日期不能早于开始日期。"), field="last")
    if any(not subtree(area.key).holds(key) for key in chosen):
        raise Missing
    below = Q()
    for key in chosen:
        units = subtree(key)
        below |= Q(unit_id__gte=units.lo, unit_id__lt=units.hi)
    rows = Obligation.objects.filter(
        below, due_on__range=(first, last), level__in=[Rule.Who.SCHOOL, Rule.Who.SITE]
    )
    if rules := list(rule_keys):
        rows = rows.filter(rule__key__in=rules)
    waived = _waive(rows, by=by, reason=reason)
    note(
        Audit.Action.CHANGE,
        f"批量免除任务 {waived} 项，{first} 至 {last}，{len(chosen)} 个单位：{reason.strip()}",
        by=by,
    )
    return waived


@action(Permission.OBLIGATION_WAIVE)
def unwaive(obligation: Obligation, *, by: Actor) -> Obligation:
    """Take a waiver back; the duty is what its records say. Refused: own level, or not waived."""
    _refuse_own_level(by, obligation.unit_id)
    changed = Obligation.objects.filter(pk=obligation.pk, state=Obligation.State.WAIVED).update(
        state=Obligation.State.OPEN, waived_by=None, waived_at=None, waived_reason=""
    )
    if not changed:
        raise Conflict(_("这项任务没有被免除。"))
    reckon([obligation.pk])
    obligation.refresh_from_db()
    note(
        Audit.Action.CHANGE,
        f"恢复任务 {obligation.unit_id} {obligation.rule.key} {obligation.period_start}",
        by=by,
    )
    return obligation


@action(Permission.POLICY_MANAGE)
def switch_rule(
    unit: Unit, *, by: Actor, rule: Rule, enabled: bool, today: datetime.date | None = None
) -> Made:
    """Turn a rule on or off for the city. Off: duties of periods not begun go, the others stay.

    Refused: a rule of another city, or one that has ended.
    """
    if rule.policy.unit_id != unit.key:
        raise Missing
    if rule.ends_on is not None:
        raise Refused(_("这条规则已停用，不能再开关。"))
    rule.enabled = enabled
    rule.save(update_fields=["enabled"])
    return keep_up(rule.policy, today=today or timezone.localdate())


def _waive(rows: QuerySet[Any], *, by: Actor, reason: str) -> int:
    text = reason.strip()
    if not text:
        raise Refused(_("请填写免除原因。"), field="reason")
    if len(text) > REASON_LONGEST:
        raise Refused(_("免除原因不超过 %(most)d 字。") % {"most": REASON_LONGEST}, field="reason")
    waived: int = rows.filter(state=Obligation.State.OPEN).update(
        state=Obligation.State.WAIVED,
        waived_by_id=by.person_id,
        waived_at=timezone.now(),
        waived_reason=text,
    )
    return waived


def _refuse_own_level(by: Actor, unit_key: str) -> None:
    if not is_above(by, unit_key):
        raise Forbidden(_("任务只能由上一级免除或恢复。"))
