"""Keyed hashes over what is written once, so that a change in the database by hand is found.

The key is outside the database: whoever can write the tables but has not the key cannot make a hash that
holds. `written_once` makes the database refuse changes through the product; these find those past it.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db import migrations

from anyuan.core.crypto import fingerprint


def hash_of(*parts: Any, about: str) -> str:
    """The keyed hash over the parts in their order; `about` names what is hashed."""
    return fingerprint("\x1f".join(_text(part) for part in parts), about=about)


def _text(part: Any) -> str:
    if isinstance(part, datetime.datetime):
        return part.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return "" if part is None else str(part)


def written_once(label: str, *tables: str) -> list[migrations.RunSQL]:
    """Operations of a migration: rows of the app's tables can be neither changed nor deleted, by any role.

    Only the unit may follow a school that moves or is merged.
    """
    function = f"{label}_written_once"
    return [
        migrations.RunSQL(_FUNCTION.format(function=function), f"DROP FUNCTION {function}()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER written_once ON {table}",
            )
            for table in tables
        ),
    ]


_FUNCTION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'unit_id' = to_jsonb(OLD) - 'unit_id' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are written once', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
