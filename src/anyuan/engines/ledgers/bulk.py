"""Many rows in few statements: PostgreSQL reads them from JSON as the table's own row type.

COPY cannot write a table with row-level security; INSERT … SELECT FROM json_populate_recordset can, with the
same policies, constraints and history triggers, at about the speed of COPY.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

BATCH = 2500
Facts = Mapping[str, Any]


def _dump(model: type[models.Model], names: Sequence[str], rows: Sequence[Facts]) -> str:
    fields = [model._meta.get_field(name) for name in names]
    columns = [(str(f.column), n, f) for f, n in zip(fields, names, strict=True)]  # type: ignore[union-attr]
    prepared = [
        {column: field.get_prep_value(row[name]) for column, name, field in columns}  # type: ignore[union-attr]
        for row in rows
    ]
    return json.dumps(prepared, default=_text, ensure_ascii=False)


def _text(value: Any) -> str:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value)


def insert(model: type[models.Model], rows: Sequence[Facts]) -> None:
    """Insert rows, all with the same names of fields."""
    if not rows:
        return
    names = list(rows[0])
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(str(model._meta.get_field(n).column)) for n in names)  # type: ignore[union-attr]
    statement = (
        f"INSERT INTO {table} ({columns})"  # noqa: S608 -- the model's own names
        f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
    )
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.execute(statement, [_dump(model, names, rows[start : start + BATCH])])


def update(model: type[models.Model], rows: Sequence[Facts], *, key: str) -> None:
    """Update rows found by `key`; each has the same names of fields, the key among them."""
    if not rows:
        return
    names = list(rows[0])
    quote = connection.ops.quote_name
    table, by = quote(model._meta.db_table), quote(str(model._meta.get_field(key).column))  # type: ignore[union-attr]
    columns = [quote(str(model._meta.get_field(n).column)) for n in names if n != key]  # type: ignore[union-attr]
    changes = ", ".join(f"{column} = n.{column}" for column in columns)
    statement = (
        f"UPDATE {table} AS t SET {changes}"  # noqa: S608 -- the model's own names
        f" FROM json_populate_recordset(NULL::{table}, %s::json) AS n WHERE t.{by} = n.{by}"
    )
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.execute(statement, [_dump(model, names, rows[start : start + BATCH])])
