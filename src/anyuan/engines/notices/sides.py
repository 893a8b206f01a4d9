"""What stands beside every record: files, remarks, history, and panels that other engines add."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from anyuan.core.models import Comment, File, Record
from anyuan.engines.notices.history import history
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission

PanelContext = Callable[[Record, Actor], dict[str, Any] | None]


@dataclasses.dataclass(frozen=True, order=True)
class SidePanel:
    """A panel on every record's page: `context` returns None where there is nothing to show."""

    order: int
    template: str
    context: PanelContext = dataclasses.field(compare=False)


SIDE_PANELS: list[SidePanel] = []


def add_panel(order: int, template: str, context: PanelContext) -> None:
    """Declare a panel (at start-up, from a declarations module such as `records.py`); twice is harmless."""
    panel = SidePanel(order, template, context)
    if panel not in SIDE_PANELS:
        SIDE_PANELS.append(panel)
        SIDE_PANELS.sort()


@dataclasses.dataclass(frozen=True)
class Shown:
    template: str
    facts: dict[str, Any]


def side(record: Record, actor: Actor) -> dict[str, Any]:
    """Everything the side of one record shows, in a number of queries that does not grow with it."""
    panels = []
    for panel in SIDE_PANELS:
        facts = panel.context(record, actor)
        if facts is not None:
            panels.append(Shown(panel.template, facts))
    return {
        "record": record,
        "panels": panels,
        "files": split_files(files_of(record)),
        "comments": comments_of(record),
        "changes": history(record),
        "may_comment": actor.may(Permission.RECORD_READ) and actor.person_id is not None,
    }


def files_of(record: Record) -> list[File]:
    """The record's files, by what they show; asked once for a record, however many parts of a page."""
    kept = getattr(record, "_prefetched_objects_cache", {})
    if "files" not in kept:
        rows = File.objects.select_related("uploaded_by").order_by("label", "id")
        prefetch_related_objects([record], Prefetch("files", rows))
    return list(record.files.all())


def split_files(files: Iterable[File]) -> dict[str, list[File]]:
    """Photos are shown as pictures, the rest as a list."""
    photos: list[File] = []
    others: list[File] = []
    for file in files:
        (photos if file.is_image else others).append(file)
    return {"photos": photos, "others": others}


def comments_of(record: Record) -> list[Comment]:
    return list(Comment.objects.filter(record=record).select_related("person").order_by("at", "id"))
