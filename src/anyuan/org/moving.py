"""Rewriting a unit's key in every table when a school moves: one statement a column, one transaction.

Found by looking at the models: every foreign key to Unit (checked at commit), the history tables that mirror them, and the
audit log's own column. Row-level security holds both the old and the new range, so this runs over the
whole tree.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from anyuan.core import scope
from anyuan.org.models import Unit


def key_columns() -> Iterator[tuple[str, str]]:
    """(table, column) of every column that holds a unit's key, the units' own key apart."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is Unit:
                yield model._meta.db_table, field.column
    event = Unit.pgh_event_models["insert"]  # type: ignore[attr-defined]
    yield event._meta.db_table, "key"


def rewrite_keys(old: str, new: str, parent: str) -> None:
    """Give the unit `old` and all below it the prefix `new`, under `parent`."""
    facts: dict[str, str | int] = {
        "old": old,
        "new": new,
        "end": old[:-1] + "/",
        "from": len(old) + 1,
    }
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, column in [(Unit._meta.db_table, "key"), *key_columns()]:
            name, quoted = connection.ops.quote_name(column), connection.ops.quote_name(table)
            cursor.execute(
                f"UPDATE {quoted} SET {name} = %(new)s || substr({name}, %(from)s)"  # noqa: S608 -- our own names
                f" WHERE {name} >= %(old)s AND {name} < %(end)s",
                facts,
            )
        cursor.execute(
            "UPDATE org_unit SET parent_id = %s, location_id = CASE WHEN %s LIKE '%%.%%.%%' THEN %s ELSE location_id END"
            " WHERE key = %s",
            [parent, parent, parent, new],
        )
