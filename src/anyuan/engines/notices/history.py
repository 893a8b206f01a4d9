"""A record's history: every change of its anchor and of the rows that hang on it, from what to what.

Read from pghistory's event tables in one statement over all of them, however many domains there are;
names of units and people take one query each.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from anyuan.core import kinds
from anyuan.core.crypto import SealedField
from anyuan.core.models import OnRecord, Record
from anyuan.org.models import Person, Unit

EMPTY = "（空）"
VERBS = {"insert": "建立", "update": "修改", "delete": "删除"}
# Columns that say nothing to a reader: keys, the machine's own times, facets in their coded form.
SILENT = {"id", "unit", "record", "created_at", "created_by", "updated_at", "tags"}
LONGEST = 300

# How a column's value reads, where its own choices do not say: (model label, field) → label.
Reading = Callable[[Any], str]
READINGS: dict[tuple[str, str], Reading] = {}
# How the states of a kind of record in a loop read.
STATES: dict[str, Mapping[str, str]] = {}
# How states read that many kinds have.
USUAL_STATES = {
    "filed": "已填报",
    "draft": "草稿",
    "void": "已撤销",
    "listed": "在册",
    "ended": "已移出",
}
# Columns of models that repeat what the record itself says, or are the machine's own.
HIDDEN: set[tuple[str, str]] = set()


@dataclasses.dataclass
class Change:
    """What one person did in one go: `changes` are (field, before, after) as text."""

    at: datetime.datetime
    by: str
    label: str
    changes: list[tuple[str, str, str]]


@dataclasses.dataclass(frozen=True)
class _Event:
    model: type[models.Model]
    number: int
    label: str
    at: datetime.datetime
    row: dict[str, Any]
    context: uuid.UUID | None
    by: str


def read_as(model: str, field: str, reading: Reading) -> None:
    """Declare how a column's stored value is written in histories (a loop's states, say)."""
    READINGS[(model, field)] = reading


def read_states(kind: str, labels: Mapping[str, str]) -> None:
    """Declare how the states of a kind of record are written in histories (those of its loop)."""
    STATES[kind] = labels


def hide(model: str, *fields: str) -> None:
    """Leave columns of a model out of histories."""
    HIDDEN.update((model, field) for field in fields)


def tracked() -> list[tuple[type[models.Model], type[models.Model]]]:
    """(model, event model) of the anchor and of each tracked model keyed by the record."""
    found = []
    for event in apps.get_models(include_auto_created=True):
        source = getattr(event, "pgh_tracked_model", None)
        if source is not None and (source is Record or issubclass(source, OnRecord)):
            found.append((source, event))
    return sorted(found, key=lambda pair: (pair[0] is not Record, pair[0]._meta.label))


def history(record: Record) -> list[Change]:
    """The changes of a record, the newest first; two or three queries."""
    events = _events(record)
    names = _names(events, record)
    changes: dict[Any, Change] = {}
    for event, before in _with_before(events):
        key = event.context or (event.model, event.number)
        change = changes.setdefault(key, Change(event.at, event.by, "", []))
        verb = VERBS.get(event.label, event.label)
        # The first row of a record is its making; what comes after in the same go adds to it.
        if not change.label or verb == VERBS["insert"]:
            change.label = verb
        if before is not None:
            change.changes += _differences(event.model, before, event.row, names)
    told = [c for c in changes.values() if c.changes or c.label != VERBS["update"]]
    return told[::-1]  # events come by time and, within one transaction, by number


def _events(record: Record) -> list[_Event]:
    pairs = tracked()
    quote = connection.ops.quote_name
    parts = " UNION ALL ".join(
        f"SELECT {number}, e.pgh_id, e.pgh_label, e.pgh_created_at, to_jsonb(e) AS kept,"  # noqa: S608 -- own names
        f" e.pgh_context_id FROM {quote(event._meta.db_table)} AS e WHERE e.pgh_obj_id = %s"
        for number, (_, event) in enumerate(pairs)
    )
    statement = (
        f"SELECT told.*, coalesce(context.metadata->>'by', '') FROM ({parts})"  # noqa: S608 -- own names
        " AS told(n, number, label, at, kept, context_id)"
        " LEFT JOIN pghistory_context AS context ON context.id = told.context_id"
        " ORDER BY told.at, told.n, told.number"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [record.pk] * len(pairs))
        return [
            _Event(pairs[n][0], number, label, at, _as_dict(row), context, by or "系统")
            for n, number, label, at, row, context, by in cursor.fetchall()
        ]


def _as_dict(value: Any) -> dict[str, Any]:
    """A row from to_jsonb: Django's connection hands JSON over as text."""
    row: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return row


def _with_before(events: list[_Event]) -> Iterator[tuple[_Event, dict[str, Any] | None]]:
    last: dict[type[models.Model], dict[str, Any]] = {}
    for event in events:
        yield event, last.get(event.model)
        last[event.model] = event.row


def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [
        field
        for field in model._meta.concrete_fields
        if field.name not in SILENT
        and not field.primary_key
        and (model._meta.label, field.name) not in HIDDEN
    ]


def _names(events: list[_Event], record: Record) -> dict[tuple[type[models.Model], str], str]:
    """Names of the units and people that any of the rows mention; what the record brought is not asked."""
    wanted: dict[type[models.Model], set[Any]] = {Unit: set(), Person: set()}
    for event in events:
        for field in _fields(event.model):
            if field.related_model in wanted and event.row.get(str(field.column)) is not None:
                wanted[field.related_model].add(event.row[str(field.column)])  # type: ignore[index]
    found: dict[tuple[type[models.Model], str], str] = {}
    for known in _loaded(record):
        found[(type(known), str(known.pk))] = known.name
        wanted[type(known)].discard(known.pk)
    if wanted[Unit]:
        rows = Unit.raw.filter(key__in=wanted[Unit]).values_list("key", "name")
        found |= {(Unit, str(key)): name for key, name in rows}
    if wanted[Person]:
        people = Person.objects.filter(pk__in=wanted[Person]).values_list("pk", "name")
        found |= {(Person, str(key)): name for key, name in people}
    return found


def _loaded(record: Record) -> Iterator[Unit | Person]:
    """Units and people that came with the record or with the row that hangs on it."""
    for one in list(record._state.fields_cache.values()):
        if isinstance(one, (Unit, Person)):
            yield one
        elif isinstance(one, OnRecord):
            for other in one._state.fields_cache.values():
                if isinstance(other, (Unit, Person)):
                    yield other


def _differences(
    model: type[models.Model], before: dict[str, Any], after: dict[str, Any], names: dict[Any, str]
) -> list[tuple[str, str, str]]:
    found = []
    for field in _fields(model):
        old, new = before.get(str(field.column)), after.get(str(field.column))
        if old == new:
            continue
        label = str(field.verbose_name)
        if isinstance(field, SealedField):
            found.append((label, "已加密", "已更改"))
        elif model is Record and field.name == "state":
            kind = str(after["kind"])
            found.append((label, state_word(kind, str(old)), state_word(kind, str(new))))
        else:
            found.append((label, _text(field, old, names), _text(field, new, names)))
    return found


def state_word(kind: str, state: str) -> str:
    """The state of a record in the words of its kind."""
    declared = kinds.all_kinds().get(kind)
    known = {**USUAL_STATES, **STATES.get(kind, {}), **(declared.states if declared else {})}
    return known.get(state, state)


def _text(field: models.Field[Any, Any], value: Any, names: dict[Any, str]) -> str:
    """A stored value (as JSON gives it) as the reader knows it."""
    if value is None or value == "" or value == []:
        return EMPTY
    reading = READINGS.get((field.model._meta.label, field.name))
    if reading:
        return reading(value)
    if field.is_relation:
        return names.get((field.related_model, str(value)), "另一项")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))  # type: ignore[attr-defined]
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(str(value))
        return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else str(value)
    if isinstance(field, models.DateField):
        day = parse_date(str(value))
        return day.isoformat() if day else str(value)
    if isinstance(value, (int, float, Decimal)):
        return f"{value:,}"
    if isinstance(value, list):
        return "、".join(str(one) for one in value)[:LONGEST]
    return str(value)[:LONGEST]
