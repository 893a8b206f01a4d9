"""What a domain declares: a ledger with its columns, key, filters and dates, checked at the start."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q

from anyuan.core.crypto import SealedField
from anyuan.engines.ledgers.models import LedgerRow
from anyuan.org.permissions import Permission

# Names that the address of a list has for itself.
RESERVED = frozenset(
    {"q", "unit", "expiry", "flag", "ended", "sort", "col", "after", "sealed", "ids", "field"}
)


class LedgerMistake(ValueError):
    """A ledger that cannot work; the start stops with this sentence."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column. `also`: other heads by which Excel files know it; `shown`: in the list by default."""

    field: str
    also: tuple[str, ...] = ()
    example: str = ""
    shown: bool = True
    width: int = 14


@dataclasses.dataclass(frozen=True)
class Group:
    """Fields that stand together on the form and on a row's page."""

    title: str
    fields: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Expiry:
    """A date after which something is no longer valid; `number`: the pack's days of warning before it."""

    field: str
    number: str


@dataclasses.dataclass(frozen=True)
class Flag:
    """Rows that need a look, by a condition on their own columns."""

    key: str
    label: str
    condition: Q


@dataclasses.dataclass(frozen=True)
class Related:
    """Rows of a ledger of the same domain that agree in some columns, shown beside a row."""

    title: str
    ledger: str
    on: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Deed:
    """Something that is done with a thing of the ledger: a button on its page, which its label opens.

    `address` is given the row.
    """

    label: str
    icon: str
    needs: Permission
    address: Callable[[Any], str]


@dataclasses.dataclass(frozen=True)
class Setting:
    """What a row is checked against: today, and the pack's numbers that the ledger named."""

    today: datetime.date
    numbers: Mapping[str, Decimal]


# (facts by field, setting) → {field: sentence} for what cannot stand together.
Check = Callable[[Mapping[str, Any], Setting], dict[str, str]]


@dataclasses.dataclass(frozen=True)
class Ledger:
    """A register. `title_fields` name a row in a line; `key_fields` recognise it within its unit.

    `facets` become the record's tags, which rules match; `bulk` may be changed for many rows at once.
    `anonymous`: the anchor record, which the levels above read too, does not say the row's title.
    """

    key: str
    title: str
    icon: str
    model: type[LedgerRow]
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    key_fields: tuple[str, ...]
    title_fields: tuple[str, ...]
    filters: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    expiries: tuple[Expiry, ...] = ()
    search: tuple[str, ...] = ()
    bulk: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    labels: bool = False
    anonymous: bool = False
    deeds: tuple[Deed, ...] = ()
    numbers: tuple[str, ...] = ()
    check: Check | None = None
    read: Permission = Permission.LEDGER_READ
    write: Permission = Permission.LEDGER_WRITE
    unseal: Permission = Permission.LEDGER_UNSEAL

    @cached_property
    def fields(self) -> dict[str, models.Field[Any, Any]]:
        """Name → the model's field, in the order of the columns."""
        return {one.field: self.model._meta.get_field(one.field) for one in self.columns}  # type: ignore[misc]

    @cached_property
    def sealed(self) -> frozenset[str]:
        return frozenset(n for n, field in self.fields.items() if isinstance(field, SealedField))

    @cached_property
    def open_fields(self) -> tuple[str, ...]:
        """Columns that whoever may read the ledger may read."""
        return tuple(name for name in self.fields if name not in self.sealed)

    def head(self, name: str) -> str:
        """The column's name for people."""
        return str(self.fields[name].verbose_name)

    def heads(self, names: tuple[str, ...]) -> str:
        return "、".join(self.head(name) for name in names)

    def required(self, name: str) -> bool:
        """Whether a row cannot be without it: nothing stands in its place when it is left out."""
        field = self.fields[name]
        return not field.blank and not field.has_default()

    @property
    def constraint(self) -> models.UniqueConstraint | None:
        """The database's own watch over the key."""
        wanted = {"unit", *self.key_fields}
        for one in self.model._meta.concrete_model._meta.constraints:  # type: ignore[union-attr]
            if isinstance(one, models.UniqueConstraint) and set(one.fields) == wanted:
                return one
        return None


def check_ledger(ledger: Ledger) -> None:
    """Refuse a declaration with an unknown field, without a key, or with what does not fit its field."""
    if not issubclass(ledger.model, LedgerRow):
        raise LedgerMistake(f"{ledger.key}: {ledger.model.__name__} is not a LedgerRow")
    if not ledger.columns or not ledger.key_fields or not ledger.title_fields:
        raise LedgerMistake(f"{ledger.key}: needs columns, a key and a title")
    names = [column.field for column in ledger.columns]
    if len(set(names)) != len(names):
        raise LedgerMistake(f"{ledger.key}: a column is declared twice")
    for name in names:
        try:
            field = ledger.model._meta.get_field(name)
        except FieldDoesNotExist as error:
            raise LedgerMistake(f"{ledger.key}: unknown field {name}") from error
        if field.is_relation or not getattr(field, "editable", False):
            raise LedgerMistake(f"{ledger.key}.{name}: a column is a plain, editable field")
    _check_names(ledger, set(names))
    _check_kinds(ledger)
    if ledger.model.read_permission != ledger.read:
        raise LedgerMistake(f"{ledger.key}: the model's read_permission is another")
    if ledger.constraint is None:
        raise LedgerMistake(f"{ledger.key}: the model needs once_in_a_unit{ledger.key_fields}")


def _check_names(ledger: Ledger, known: set[str]) -> None:
    uses = {
        "key_fields": ledger.key_fields,
        "title_fields": ledger.title_fields,
        "filters": ledger.filters,
        "search": ledger.search,
        "bulk": ledger.bulk,
        "facets": ledger.facets,
        "expiries": tuple(one.field for one in ledger.expiries),
        "groups": tuple(name for group in ledger.groups for name in group.fields),
    }
    for part, names in uses.items():
        if unknown := set(names) - known:
            raise LedgerMistake(f"{ledger.key}.{part}: no such column {sorted(unknown)}")
        if len(set(names)) != len(names):
            raise LedgerMistake(f"{ledger.key}.{part}: a field stands twice")
    if missing := known - set(uses["groups"]):
        raise LedgerMistake(f"{ledger.key}: not on the form: {sorted(missing)}")
    if taken := {*ledger.filters, *ledger.bulk} & RESERVED:
        raise LedgerMistake(f"{ledger.key}: the list's address has its own {sorted(taken)}")
    if both := set(ledger.bulk) & set(ledger.key_fields):
        raise LedgerMistake(f"{ledger.key}.bulk: a key is changed row by row: {sorted(both)}")


def _check_kinds(ledger: Ledger) -> None:
    fields = ledger.fields
    for name in ledger.key_fields:
        if fields[name].blank or fields[name].null:
            raise LedgerMistake(f"{ledger.key}.{name}: a key may not be empty")
    for one in ledger.expiries:
        if not isinstance(fields[one.field], models.DateField):
            raise LedgerMistake(f"{ledger.key}.{one.field}: only a date expires")
    for name in ledger.facets:
        if not fields[name].choices:
            raise LedgerMistake(f"{ledger.key}.{name}: a facet has choices")
    shown = {*ledger.key_fields, *ledger.title_fields, *ledger.filters, *ledger.search}
    if wrong := (shown | set(ledger.bulk)) & ledger.sealed:
        raise LedgerMistake(f"{ledger.key}: sealed, so only on the form: {sorted(wrong)}")
    for column in ledger.columns:
        if column.field in ledger.sealed and column.shown:
            raise LedgerMistake(f"{ledger.key}.{column.field}: sealed, so not in the list")
