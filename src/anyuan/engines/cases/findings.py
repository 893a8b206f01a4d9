"""What was found wrong, for those who read across domains: a domain declares how its rows show here.

A campaign lists the hazards of its period without knowing the domain that keeps them: the owner of a
closed loop declares one SELECT with the columns of COLUMNS, and readers join it to `core_record` and
`cases_case` by `record_id`. Row-level security holds in it as everywhere.
"""

from __future__ import annotations

import dataclasses

COLUMNS = (
    "record_id", "unit_id", "number", "category", "grave", "place", "description", "found_on",
    "responsible", "measures", "funds", "fixed_on",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Findings:
    """`table`: where they stand; `columns`: an SQL expression for each of COLUMNS."""

    kind: str
    table: str
    columns: tuple[str, ...]
    new_url_name: str = ""


_declared: dict[str, Findings] = {}


def declare(one: Findings) -> Findings:
    if one.kind in _declared or len(one.columns) != len(COLUMNS):
        raise ValueError(f"findings declared twice or not whole: {one.kind}")
    _declared[one.kind] = one
    return one


def new_url_name() -> str:
    """Page where a person files one, if there is such a domain."""
    return next((one.new_url_name for one in _declared.values() if one.new_url_name), "")


def findings_sql() -> str:
    """A SELECT of all declared, with the columns of COLUMNS and `kind`."""
    parts = []
    for one in _declared.values():
        named = [f"{sql} AS {name}" for sql, name in zip(one.columns, COLUMNS, strict=True)]
        parts.append(f"SELECT {', '.join(named)}, '{one.kind}' AS kind FROM {one.table}")  # noqa: S608 -- declared in code
    return " UNION ALL ".join(parts)
