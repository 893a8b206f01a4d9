"""How things stood at a moment of the past, from the history that every tracked table keeps.

What is asked for is what the system had been told by then: a deed of March that was written down in
May is not there as of April.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

_GONE = "delete"


def event_model(model: type[Model]) -> type[Model]:
    """The history table of a tracked model. Errors: LookupError where its history is not kept."""
    for event in apps.get_models(include_auto_created=True):
        if getattr(event, "pgh_tracked_model", None) is model:
            return event
    raise LookupError(f"no history of {model.__name__}")


def as_of(model: type[Model], moment: datetime.datetime, among: Any = None) -> QuerySet[Any]:
    """Each row of `model` as it stood at `moment`: rows of its history table, one an object.

    `among` are the keys looked at (a list or a subquery); None for all in scope. A row has the columns
    of the model, `pgh_obj_id` is its key and `pgh_created_at` when it came to stand so.
    """
    event: Any = event_model(model)
    seen = event.objects.filter(pgh_created_at__lte=moment)
    if among is not None:
        seen = seen.filter(pgh_obj_id__in=among)
    last = seen.order_by("pgh_obj_id", "-pgh_created_at", "-pgh_id").distinct("pgh_obj_id")
    rows: QuerySet[Any] = event.objects.filter(pgh_id__in=last.values("pgh_id"))
    return rows.exclude(pgh_label=_GONE)


def states_of(rows: Iterable[Any], *columns: str) -> dict[Any, tuple[Any, ...]]:
    """{key: the named columns} of what `as_of` gave."""
    return {row.pgh_obj_id: tuple(getattr(row, name) for name in columns) for row in rows}
