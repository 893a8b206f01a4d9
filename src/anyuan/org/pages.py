"""What list and detail pages share: fetch-or-404 within the actor's units, keyset pages, filters."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from anyuan.core.refused import Missing
from anyuan.org.actor import Actor, visible

M = TypeVar("M", bound=Any)


def get_visible(model: type[M], by: Actor, *, select: Sequence[str] = (), **lookup: Any) -> M:
    """The one row, or Missing (404): the same answer for a stranger's row and for none."""
    try:
        rows = visible(model, by).filter(**lookup)
        return (rows.select_related(*select) if select else rows).get()
    except (model.DoesNotExist, ValueError) as error:
        raise Missing from error


@dataclasses.dataclass
class Page:
    """One page of a list: rows, the cursor of the next page ("" at the end)."""

    rows: list[Any]
    next: str


def keyset_page(rows: QuerySet[Any], *, order: Sequence[str], cursor: str, size: int = 50) -> Page:
    """Rows after `cursor` in a stable order; `order` are fields, the last one unique, `-` descends.

    All fields must run the same way (all ascending or all descending): then one row comparison is
    enough and the index serves it.
    """
    names = [name.lstrip("-") for name in order]
    down = order[0].startswith("-")
    if any(name.startswith("-") != down for name in order):
        raise ValueError("keyset order must run one way")
    if cursor:
        values = _read_cursor(cursor, len(names))
        after = Q()
        for position, name in enumerate(names):
            same = Q(**{names[i]: values[i] for i in range(position)})
            after |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": values[position]})
        rows = rows.filter(after)
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    return Page(found[:size], _write_cursor(found[size - 1], names) if more else "")


def _value(row: Any, name: str) -> str:
    for part in name.split("__"):
        row = getattr(row, part)
    return row.isoformat() if hasattr(row, "isoformat") else str(row)


def _write_cursor(row: Any, names: Sequence[str]) -> str:
    packed = json.dumps([_value(row, name) for name in names], ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, length: int) -> list[str]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Missing from error
    if not isinstance(values, list) or len(values) != length:
        raise Missing
    return [str(value) for value in values]


def uuid_or_missing(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Missing from error


def query_without(request: HttpRequest, *names: str) -> str:
    """The page's query string without some names, for links that keep the other filters."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()
