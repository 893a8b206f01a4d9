"""The abstract bases: a row that belongs to a unit, and a row that hangs on a record."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models

from anyuan.core import scope
from anyuan.core.keys import MAX_LENGTH, Range


class ScopedQuerySet(models.QuerySet[Any]):
    def within(self, units: Range) -> Self:
        """Rows of units in the range."""
        path = self.model.scope_path
        return self.filter(**{f"{path}__gte": units.lo, f"{path}__lt": units.hi})


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """Raises outside a scope; inside one it holds to the scope's range."""

    def get_queryset(self) -> ScopedQuerySet:
        units = scope.require().units
        rows: ScopedQuerySet = super().get_queryset()
        return rows if self.model.scope_owner else rows.within(units)


class KeyField(models.CharField):
    """A unit key: compared byte by byte, so that a subtree is a range."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_LENGTH)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)


class Scoped(models.Model):
    """A row of a unit. `unit_id` is the unit's key; row-level security holds every such table."""

    # Column with the unit key, and (for rows of a person, such as posts) the column of the person
    # who may also see the row from another scope.
    scope_path: ClassVar[str] = "unit_id"
    scope_owner: ClassVar[str] = ""
    # What an office publishes is read by the units below it too, through `raw` and a filter of its own.
    scope_shared_down: ClassVar[bool] = False

    unit = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="单位"
    )

    objects = ScopedManager()
    raw = (
        models.Manager()
    )  # for migrations and foreign-key traversal; row-level security still holds

    class Meta:
        abstract = True
        base_manager_name = "raw"
        default_manager_name = "raw"


class OnRecord(Scoped):
    """A domain's own columns for one record, keyed by the record."""

    record = models.OneToOneField(
        "core.Record", on_delete=models.CASCADE, primary_key=True, related_name="%(class)s"
    )

    class Meta(Scoped.Meta):
        abstract = True
