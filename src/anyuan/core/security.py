"""Row-level security and grants for every table, kept in step with the models after each migration.

Every model with a unit column (Scoped models and their history tables) gets forced row-level security
with the one range policy; the app role gets data rights and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

RANGE = "{column} >= current_setting('app.lo', true) AND {column} < current_setting('app.hi', true)"
OWN = "{column}::text = current_setting('app.person', true)"
# A person sees the units above their own (names on a page), and changes only those within.
ABOVE = "starts_with(current_setting('app.lo', true), {column})"


def scoped_tables() -> Iterator[tuple[type[models.Model], str, str, str]]:
    """(model, table, unit column, owner column or "") of each table that row-level security holds."""
    for model in apps.get_models(include_auto_created=True):
        # A history table mirrors its model's columns, so the same column holds it.
        source = getattr(model, "pgh_tracked_model", None) or model
        path = getattr(source, "scope_path", None)
        if path is None or not model._meta.managed:
            continue
        owner = getattr(source, "scope_owner", "")
        yield model, model._meta.db_table, path, owner


def policies(column: str, owner: str, *, sees_above: bool) -> tuple[str, str]:
    """SQL conditions (USING, WITH CHECK) for one table."""
    inside = RANGE.format(column=column)
    seen = inside
    if owner:
        seen = f"({inside}) OR ({OWN.format(column=owner)})"
        inside = seen
    if sees_above:
        seen = f"({seen}) OR ({ABOVE.format(column=column)})"
    return seen, inside


def guard_tables(**kwargs: Any) -> None:
    """After migrations: force row-level security and grant the app role its rights. Idempotent."""
    if kwargs.get("app_config") is not None and kwargs["app_config"].label != "core":
        return  # one run a migration is enough: the last app's signal sees the same tables
    guard_all_tables()


def guard_all_tables() -> None:
    """One pass over all existing tables; run as the owner."""
    existing = set(connection.introspection.table_names())
    quote = connection.ops.quote_name
    app = quote(settings.DATABASE.app)
    statements: list[str] = []
    for model, table, column, owner in scoped_tables():
        if table not in existing:
            continue
        source = getattr(model, "pgh_tracked_model", None)
        shared = source is None and getattr(model, "scope_shared_down", False)
        sees_above = shared or model._meta.label == "org.Unit"
        seen, inside = policies(column, owner, sees_above=sees_above)
        name = quote(table)
        statements += [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS by_unit ON {name}",
            f"DROP POLICY IF EXISTS by_unit_read ON {name}",
            f"CREATE POLICY by_unit ON {name} USING ({inside}) WITH CHECK ({inside})",
        ]
        if seen != inside:
            statements.append(f"CREATE POLICY by_unit_read ON {name} FOR SELECT USING ({seen})")
    statements += [
        f"GRANT USAGE ON SCHEMA CURRENT_SCHEMA TO {app}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA CURRENT_SCHEMA TO {app}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA CURRENT_SCHEMA TO {app}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA CURRENT_SCHEMA TO {app}",
    ]
    if "core_audit" in existing:
        statements.append(f"REVOKE UPDATE, DELETE ON core_audit FROM {app}")
    if "django_migrations" in existing:
        statements.append(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(";\n".join(statements).replace("CURRENT_SCHEMA", schema))
