"""Many rows at once: an import's plan and its writing, the same change for chosen rows.

A fixed number of statements, however many rows; all of them or none.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import new_id
from anyuan.core.models import Audit, Record
from anyuan.core.refused import Conflict, Missing, Refused
from anyuan.engines.ledgers import bulk
from anyuan.engines.ledgers.facts import read_facts, setting_of, title_and_tags, words_for_search
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import empty, plain
from anyuan.org.action import action
from anyuan.org.actor import Actor, visible
from anyuan.org.audit import note
from anyuan.org.permissions import Permission

CHOSEN_LIMIT = 1000


@dataclasses.dataclass(frozen=True)
class Incoming:
    """A row to put: its unit, its values by field (read already), the line it came from."""

    unit_id: str
    facts: Mapping[str, Any]
    line: int = 0


@dataclasses.dataclass
class Plan:
    """What putting rows would do; `wrong`: (line, field, sentence)."""

    new: list[Incoming] = dataclasses.field(default_factory=list)
    # The row's number and version, its unit, all its facts as they will be.
    changed: list[tuple[uuid.UUID, int, str, dict[str, Any]]] = dataclasses.field(
        default_factory=list
    )
    same: int = 0
    wrong: list[tuple[int, str, str]] = dataclasses.field(default_factory=list)
    names: tuple[str, ...] = ()


def plan_rows(by: Actor, ledger: Ledger, rows: Sequence[Incoming]) -> Plan:
    """Recognise rows by their key, say what is new, changed, the same, and what cannot stand."""
    names = tuple(n for n in ledger.fields if rows and n in rows[0].facts)
    plan = Plan(names=names)
    kept = _kept(by, ledger, {row.unit_id for row in rows}, names)
    defaults = {name: empty(field) for name, field in ledger.fields.items()}
    setting = setting_of(ledger) if ledger.check else None
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = _key(ledger, row.unit_id, row.facts)
        if key in seen:
            text = _("与第 %(line)s 行重复（%(heads)s相同）。")
            facts = {"line": seen[key], "heads": ledger.heads(ledger.key_fields)}
            plan.wrong.append((row.line, ledger.key_fields[0], text % facts))
            continue
        seen[key] = row.line
        before = kept.get(key)
        given = _given(ledger, row.facts, before)
        full = {**(before[2] if before else defaults), **given}
        if ledger.check and setting:
            wrong = ledger.check(full, setting)
            plan.wrong += [(row.line, name, text) for name, text in wrong.items()]
        if before is None:
            plan.new.append(Incoming(row.unit_id, full, row.line))
        elif any(before[2][name] != value for name, value in given.items()):
            plan.changed.append((before[0], before[1], row.unit_id, full))
        else:
            plan.same += 1
    return plan


def _given(ledger: Ledger, facts: Mapping[str, Any], before: Any) -> dict[str, Any]:
    """What a line says; an empty sealed cell says nothing of a row that has a value."""
    if before is None or not ledger.sealed:
        return dict(facts)
    return {n: value for n, value in facts.items() if value or n not in ledger.sealed}


def _key(ledger: Ledger, unit_id: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    return (unit_id, *(plain(facts[name]).lower() for name in ledger.key_fields))


def _kept(by: Actor, ledger: Ledger, units: set[str], names: Iterable[str]) -> dict[Any, Any]:
    """Key → (number, version, facts) of the active rows of these units."""
    wanted = [*ledger.open_fields, *(name for name in names if name in ledger.sealed)]
    rows = visible(ledger.model, by).filter(unit_id__in=units, active=True)
    found = {}
    for pk, version, unit_id, *values in rows.values_list(
        "record_id", "version", "unit_id", *wanted
    ):
        facts = dict(zip(wanted, values, strict=True))
        found[_key(ledger, unit_id, facts)] = (pk, version, facts)
    return found


def _writes(subject: Any, *, ledger: Ledger, **given: Any) -> Permission:
    return ledger.write


@action(_writes)
def put_rows(own_unit: str, *, by: Actor, ledger: Ledger, rows: Sequence[Incoming]) -> Plan:
    """Add what is new and update what is known by its key. Errors: Conflict where a line cannot stand."""
    if any(not by.units.holds(row.unit_id) for row in rows):
        raise Missing
    plan = plan_rows(by, ledger, rows)
    if plan.wrong:
        line, field, sentence = plan.wrong[0]
        raise Conflict(f"第 {line} 行{ledger.head(field)}：{sentence}")
    carry_out(by, ledger, plan)
    return plan


def carry_out(by: Actor, ledger: Ledger, plan: Plan) -> None:
    """Write a plan without mistakes; inside a guarded service."""
    _insert(by, ledger, plan.new)
    _update(ledger, plan)
    units = {row.unit_id for row in plan.new} | {unit for _pk, _v, unit, _f in plan.changed}
    if units:
        told = f"{ledger.title}导入：新增 {len(plan.new)}，更新 {len(plan.changed)}"
        note(Audit.Action.CHANGE, told, by=by)
        days = {timezone.localdate()}
        events.emit("records.changed", kind=ledger.key, units=units, days=days)


def _insert(by: Actor, ledger: Ledger, rows: Sequence[Incoming]) -> None:
    now, today = timezone.now(), timezone.localdate()
    records, lines = [], []
    # Columns that the ledger does not show.
    others = {
        f.name: empty(f) for f in ledger.model._meta.concrete_fields if f.name not in ledger.fields
    }
    for row in rows:
        pk = new_id()
        title, tags = title_and_tags(ledger, row.facts)
        records.append({
            "id": pk, "kind": ledger.key, "unit": row.unit_id, "happened_on": today, "title": title,
            "done_by": by.unit_key if by.is_supervisor and by.unit_key else row.unit_id, "state": "listed",
            "counts": True, "tags": tags, "created_by": by.person_id, "created_at": now, "updated_at": now,
        })  # fmt: skip
        search = words_for_search(ledger, row.facts)
        lines.append({**others, **row.facts, "record": pk, "unit": row.unit_id, "search": search})
    bulk.insert(Record, records)
    bulk.insert(ledger.model, lines)


def _update(ledger: Ledger, plan: Plan) -> None:
    now = timezone.now()
    records, lines = [], []
    for pk, version, _unit, facts in plan.changed:
        title, tags = title_and_tags(ledger, facts)
        records.append({"id": pk, "title": title, "tags": tags, "updated_at": now})
        search = words_for_search(ledger, facts)
        given = {name: facts[name] for name in plan.names}
        lines.append({"record": pk, "search": search, "version": version + 1, **given})
    bulk.update(ledger.model, lines, key="record")
    bulk.update(Record, records, key="id")


@action(_writes)
def change_rows(
    own_unit: str, *, by: Actor, ledger: Ledger, ids: Sequence[uuid.UUID], facts: Mapping[str, Any]
) -> int:
    """Give chosen rows the same value in some of the columns declared for it; how many there were."""
    if not ids:
        raise Refused(_("请先在台账里勾选要修改的行。"), field="ids")
    if len(ids) > CHOSEN_LIMIT:
        raise Refused(_("一次最多修改 1000 行。"), field="ids")
    if not facts or set(facts) - set(ledger.bulk):
        raise Refused(_("请选择要修改的项目。"), field="field")
    wanted = set(ids)
    rows = visible(ledger.model, by).filter(pk__in=wanted, active=True).select_for_update()
    found = list(
        rows.order_by("record_id").values("record_id", "version", "unit_id", *ledger.open_fields)
    )
    if len(found) != len(wanted):
        raise Missing
    plan, setting = Plan(names=tuple(facts)), setting_of(ledger)
    for row in found:
        current = {name: row[name] for name in ledger.open_fields}
        try:
            changed = read_facts(ledger, facts, current, setting=setting)
        except Refused as refusal:
            about = title_and_tags(ledger, current)[0]
            raise Refused(f"{about}：{refusal.sentence}", field="value") from refusal
        full = {**current, **changed}
        plan.changed.append((row["record_id"], row["version"], row["unit_id"], full))
    _update(ledger, plan)
    units = {row["unit_id"] for row in found}
    days = set(Record.objects.filter(pk__in=wanted).values_list("happened_on", flat=True))
    events.emit("records.changed", kind=ledger.key, units=units, days=days)
    return len(found)
