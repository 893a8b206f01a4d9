"""What a domain declares in `reviews.py`: a kind of review with its stages, checked at the start."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from anyuan.core.models import Record
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role

OWN, ABOVE = "own", "above"


class ReviewMistake(ValueError):
    """A kind of review that cannot work; the start stops with this sentence."""


@dataclasses.dataclass(frozen=True)
class Stage:
    """One signature. `at`: by somebody of the unit itself (OWN) or of an office above it (ABOVE).

    `roles`: posts that may sign; none for every post that has the permission.
    """

    key: str
    label: str
    at: str
    roles: tuple[Role, ...] = ()


# (record, actor) called inside the step's transaction.
Follow = Callable[[Record, Actor], None]


@dataclasses.dataclass(frozen=True)
class ReviewKind:
    """A kind of review of records of one kind. `route` gives the keys of the stages a record passes.

    `on_submitted`, `on_returned`, `on_withdrawn` and `on_published` are the domain's own part of a step.
    """

    key: str
    label: str
    stages: tuple[Stage, ...]
    route: Callable[[Record], tuple[str, ...]]
    permission: Permission
    write_permission: Permission
    on_submitted: Follow
    on_returned: Follow
    on_withdrawn: Follow
    on_published: Follow
    # {section key: its text} of a record: comments are kept at places in it.
    text_of: Callable[[Record], dict[str, str]]

    def stage(self, key: str) -> Stage:
        return next(one for one in self.stages if one.key == key)


_kinds: dict[str, ReviewKind] = {}


def declare(kind: ReviewKind) -> ReviewKind:
    """Check and register; `kind.key` is the kind of record that is reviewed."""
    if kind.key in _kinds:
        raise ReviewMistake(f"review declared twice: {kind.key}")
    keys = [one.key for one in kind.stages]
    if not keys or len(set(keys)) != len(keys):
        raise ReviewMistake(f"{kind.key}: no stages, or one of them twice")
    for one in kind.stages:
        if one.at not in {OWN, ABOVE}:
            raise ReviewMistake(f"{kind.key}.{one.key}: signed neither by the unit nor above it")
    _kinds[kind.key] = kind
    return kind


def get(key: str) -> ReviewKind:
    return _kinds[key]


def all_kinds() -> dict[str, ReviewKind]:
    return dict(_kinds)


def route_of(kind: ReviewKind, record: Any) -> list[str]:
    """The stages of one record. Errors: a stage that is not declared, or none."""
    found = list(kind.route(record))
    if not found or not set(found) <= {one.key for one in kind.stages}:
        raise ReviewMistake(f"{kind.key}: no way through {found}")
    return found
