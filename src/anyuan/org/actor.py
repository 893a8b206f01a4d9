"""The actor: one person in one post, as every service and query knows them; and the two questions.

`allow` (may this actor do this to that?) and `visible` (which rows may this actor see?) are built from
the same two facts: the post's permissions and its unit's subtree.
"""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext as _

from anyuan.core.keys import EVERYTHING, Range, subtree
from anyuan.core.models import ScopedQuerySet
from anyuan.core.refused import Forbidden, Missing
from anyuan.org.permissions import Permission

M = TypeVar("M", bound=models.Model)


@dataclasses.dataclass(frozen=True)
class Actor:
    """Who acts: `person_id` is None for the system itself and for a visitor without an account."""

    name: str
    units: Range
    permissions: frozenset[Permission]
    unit_key: str = ""
    role: str = ""
    person_id: int | None = None
    post_id: uuid.UUID | None = None
    # A token's actor writes for a system; pages never see one.
    token_id: uuid.UUID | None = None

    def may(self, permission: Permission | str) -> bool:
        return permission in self.permissions

    @property
    def is_supervisor(self) -> bool:
        return self.may(Permission.UNIT_RANK)


SYSTEM = Actor(name="系统", units=EVERYTHING, permissions=frozenset(Permission))


def visitor(unit_key: str) -> Actor:
    """Anyone without an account, at the place whose code they scanned: may report a hazard there."""
    return Actor(
        name="群众",
        units=subtree(unit_key),
        permissions=frozenset({Permission.HAZARD_REPORT}),
        unit_key=unit_key,
    )


def unit_of(thing: Any) -> str:
    """The unit key of a row, a unit or a key."""
    if isinstance(thing, str):
        return thing
    path = getattr(type(thing), "scope_path", None)
    if path is None:
        raise TypeError(f"not of a unit: {type(thing).__name__}")
    return str(getattr(thing, path))


def allow(by: Actor, permission: Permission, thing: Any) -> None:
    """Raise Missing for a stranger, Forbidden for a person of the unit without the permission."""
    if not by.units.holds(unit_of(thing)):
        raise Missing
    if not by.may(permission):
        raise Forbidden(_("您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"))


def visible(model: type[M], by: Actor) -> ScopedQuerySet:
    """The rows of a scoped model that the actor may see; none without the model's read permission."""
    rows: ScopedQuerySet = model.objects.within(by.units)  # type: ignore[attr-defined]
    needed = getattr(model, "read_permission", Permission.RECORD_READ)
    return rows if by.may(needed) else rows.none()
