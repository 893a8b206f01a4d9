"""Reading ledgers: what a list's address asks for, its rows in order, counts, one row."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from anyuan.core.keys import subtree
from anyuan.core.models import Record
from anyuan.core.refused import Forbidden, Missing
from anyuan.engines.ledgers import registry
from anyuan.engines.ledgers.expiry import STATES, Watch
from anyuan.engines.ledgers.models import Export, Row, SavedView
from anyuan.engines.ledgers.spec import Flag, Ledger
from anyuan.engines.ledgers.values import Field, kind_of, shown
from anyuan.org.actor import Actor, visible
from anyuan.org.pages import Page, get_visible, keyset_page

PAGE_SIZE = 50
COUNTED = 10_000
RELATED_ROWS = 8
# What an empty value is in an order: empty days and numbers stand first when ascending.
LEAST: dict[str, Any] = {
    "day": datetime.date(1, 1, 1), "whole": -(2**31), "decimal": -(10**9), "yes": False,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What a list shows: filter values by name, order, columns, and rows taken off instead of active ones."""

    q: str = ""
    unit: str = ""
    expiry: str = ""
    flag: str = ""
    ended: bool = False
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    sort: str = ""
    columns: tuple[str, ...] = ()


def wanted_of(ledger: Ledger, query: QueryDict) -> Wanted:
    """Read the address; what the ledger does not know is left out."""
    names = {name for field in ledger.filters for name in filter_names(ledger, field)}
    sort = query.get("sort", "")
    columns = tuple(one.field for one in ledger.columns if one.field in query.getlist("col"))
    return Wanted(
        q=query.get("q", "").replace("\x00", "").strip()[:60],
        unit=query.get("unit", ""),
        expiry=query.get("expiry", "") if query.get("expiry") in STATES else "",
        flag=query.get("flag", "") if query.get("flag") in {f.key for f in ledger.flags} else "",
        ended=query.get("ended") == "1",
        values={name: text for name in names if (text := query.get(name, "").strip())},
        sort=sort if sort.removeprefix("-") in sortable(ledger) else "",
        columns=tuple(name for name in columns if name not in ledger.sealed),
    )


def filter_names(ledger: Ledger, field: str) -> tuple[str, ...]:
    """The names in the address by which a field is filtered: a day has a first and a last."""
    if kind_of(ledger.fields[field]) == "day":
        return (f"{field}_from", f"{field}_to")
    return (field,)


def sortable(ledger: Ledger) -> set[str]:
    return {n for n in ledger.open_fields if kind_of(ledger.fields[n]) != "long"} | {"unit"}


def readable(ledger: Ledger, by: Actor) -> Ledger:
    """The ledger, or Forbidden with words: an empty list would say that there is nothing."""
    if not by.may(ledger.read):
        raise Forbidden("您的岗位不能查看这份台账。")
    return ledger


def ledgers_of(by: Actor) -> list[Ledger]:
    return [one for one in registry.all_ledgers().values() if by.may(one.read)]


def filtered(by: Actor, ledger: Ledger, wanted: Wanted, watch: Watch) -> QuerySet[Any]:
    """Rows the actor sees, by the list's address; sealed columns stay unread."""
    rows = visible(ledger.model, by).filter(active=not wanted.ended)
    rows = rows.select_related("unit").defer("search", *ledger.sealed)
    if wanted.unit:
        try:
            rows = rows.within(subtree(wanted.unit))
        except ValueError:
            return rows.none()
    for word in wanted.q.lower().split():
        rows = rows.filter(search__contains=word)
    if wanted.expiry:
        rows = rows.filter(watch.condition(wanted.expiry))
    if flag := flag_of(ledger, wanted.flag):
        rows = rows.filter(flag.condition)
    for name, text in wanted.values.items():
        rows = rows.filter(_condition(ledger, name, text))
    return rows


def flag_of(ledger: Ledger, key: str) -> Flag | None:
    return next((flag for flag in ledger.flags if flag.key == key), None)


def _condition(ledger: Ledger, name: str, text: str) -> Q:
    if name not in ledger.fields:
        field, _under, end = name.rpartition("_")
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        return Q(**{f"{field}__{'gte' if end == 'from' else 'lte'}": day}) if day else Q()
    kind = kind_of(ledger.fields[name])
    if kind == "yes":
        return Q(**{name: text == "1"}) if text in {"0", "1"} else Q()
    if kind == "choice":
        return Q(**{name: text[:40].replace("\x00", "")})
    return Q(**{f"{name}__icontains": text[:60].replace("\x00", "")})


def page_of(rows: QuerySet[Any], ledger: Ledger, sort: str, cursor: str) -> Page:
    """One page in a stable order: by the column asked for, then by the row's own number."""
    if not sort:
        return _page(rows, ["-record_id"], cursor)
    down = "-" if sort.startswith("-") else ""
    name = sort.removeprefix("-")
    if name == "unit":
        return _page(rows, [f"{down}unit_id", f"{down}record_id"], cursor)
    field = ledger.fields[name]
    least = LEAST.get(kind_of(field), "")
    key = Coalesce(F(name), Value(least, output_field=field), output_field=_sorting(field))
    return _page(rows.annotate(sort_key=key), [f"{down}sort_key", f"{down}record_id"], cursor)


def _sorting(field: Field) -> Field:
    return models.TextField() if isinstance(field, models.CharField) else field


def _page(rows: QuerySet[Any], order: list[str], cursor: str) -> Page:
    try:
        return keyset_page(rows, order=order, cursor=cursor, size=PAGE_SIZE)
    except (ValidationError, ValueError, TypeError) as error:
        raise Missing from error


def counts(by: Actor, ledger: Ledger, watch: Watch) -> dict[str, int]:
    """Active rows the actor sees: all, due, expired, and by each flag; one statement."""
    asked: dict[str, Any] = {"all": Count("pk")}
    if ledger.expiries:
        asked |= {s: Count("pk", filter=watch.condition(s)) for s in ("due", "expired")}
    asked |= {f"flag_{f.key}": Count("pk", filter=f.condition) for f in ledger.flags}
    found: dict[str, int] = visible(ledger.model, by).filter(active=True).aggregate(**asked)
    return found


def kept_in(by: Actor, ledgers: Sequence[Ledger]) -> dict[str, tuple[int, int]]:
    """Key of a ledger → (rows on it, rows with a date that is past); one statement for all of them."""
    today = timezone.localdate()
    parts = []
    for ledger in ledgers:
        past = reduce(
            or_, (Q(**{f"{one.field}__lt": today}) for one in ledger.expiries), Q(pk__in=[])
        )
        rows = visible(ledger.model, by).filter(active=True).order_by()
        named = rows.annotate(ledger=Value(ledger.key, output_field=models.TextField()))
        parts.append(
            named.values("ledger").annotate(n=Count("pk"), past=Count("pk", filter=past))
            .values_list("ledger", "n", "past")
        )  # fmt: skip
    found = {one.key: (0, 0) for one in ledgers}
    first, *others = parts
    for key, rows_there, expired in first.union(*others, all=True) if others else first:
        found[key] = (rows_there, expired)
    return found


def number_of(rows: QuerySet[Any]) -> int:
    """How many rows, counted up to 10,001."""
    return rows.order_by()[: COUNTED + 1].count()


def one(by: Actor, pk: uuid.UUID) -> tuple[Ledger, Row]:
    """One row with its ledger, unit and record; Missing for a stranger. Sealed columns stay unread."""
    record: Any = get_visible(Record, by, pk=pk)
    ledger = readable(registry.find(record.kind), by)
    rows = visible(ledger.model, by).defer("search", *ledger.sealed)
    row = rows.select_related("unit", "record").filter(pk=pk).first()
    if row is None:
        raise Missing
    return ledger, row


def related(by: Actor, ledger: Ledger, row: Row) -> list[tuple[str, list[tuple[str, Any]]]]:
    """(title, [(a row in a line, its key)]) of each relation that has rows."""
    found = []
    for relation in ledger.related:
        other = registry.find(relation.ledger)
        alike = {name: getattr(row, name) for name in relation.on}
        if not all(alike.values()) or not by.may(other.read):
            continue
        rows = visible(other.model, by).filter(unit_id=row.unit_id, active=True, **alike)
        rows = rows.exclude(pk=row.pk).defer("search", *other.sealed).order_by("-record_id")
        lines = [(title_of(other, one), one.pk) for one in rows[:RELATED_ROWS]]
        if lines:
            found.append((relation.title, lines))
    return found


def title_of(ledger: Ledger, row: Row) -> str:
    """A row in a line, as its record's title has it."""
    return title_from(ledger, {name: getattr(row, name) for name in ledger.title_fields})


def title_from(ledger: Ledger, facts: Mapping[str, Any]) -> str:
    words = (shown(ledger.fields[name], facts[name]) for name in ledger.title_fields)
    return " ".join(word for word in words if word)[:200]


def words_of(ledger: Ledger, wanted: Wanted) -> str:
    """The filter in words, for the line on an export."""
    said = [f"含“{wanted.q}”"] if wanted.q else []
    said += [STATES[wanted.expiry]] if wanted.expiry else []
    said += [flag.label for flag in ledger.flags if flag.key == wanted.flag]
    said += ["已移出"] if wanted.ended else []
    said += [f"单位 {wanted.unit}"] if wanted.unit else []
    for name, text in wanted.values.items():
        if name in ledger.fields:
            field = ledger.fields[name]
            value: Any = text == "1" if kind_of(field) == "yes" else text
            said.append(f"{ledger.head(name)}：{shown(field, value)}")
        else:
            field_name, _under, end = name.rpartition("_")
            said.append(f"{ledger.head(field_name)}{'自' if end == 'from' else '至'} {text}")
    return "、".join(said) or "全部"


def views_of(by: Actor, ledger: Ledger) -> list[SavedView]:
    """The actor's own views of a ledger; the one without a name first."""
    rows = SavedView.objects.filter(person_id=by.person_id, ledger=ledger.key)
    return list(rows.order_by("name"))


def export_of(by: Actor, pk: uuid.UUID) -> Export:
    """An export that the actor asked for; another's is not there."""
    found = Export.objects.within(by.units).filter(pk=pk, person_id=by.person_id).first()
    if found is None:
        raise Missing
    return found  # type: ignore[no-any-return]
