"""Pages of lists: one page of rows in a stable order and the cursor of the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from ninja import Field, Schema

from anyuan.api.fields import Since, Text, UnitKey
from anyuan.core.keys import subtree
from anyuan.core.refused import Forbidden, Missing
from anyuan.org.actor import Actor
from anyuan.org.pages import keyset_page
from anyuan.org.permissions import Permission

T = TypeVar("T")


class PageOf(Schema, Generic[T]):
    """One page."""

    items: list[T] = Field(description="Rows of this page")
    next: str = Field(description="Give it as `after` for the next page; empty on the last page")


class Paging(Schema):
    """What every list takes."""

    after: Text = Field("", max_length=800, description="Cursor that the page before gave")
    size: int = Field(50, ge=1, le=200, description="Rows of a page")


class Listing(Paging):
    """A list of what units own."""

    unit: UnitKey | None = Field(None, description="Only this unit and all below it")


class Synced(Listing):
    """A list of records, which another system keeps in step with."""

    updated_since: Since | None = Field(
        None, description="Only what was made, corrected or withdrawn at or after this moment"
    )


def page_of(
    rows: QuerySet[Any], asked: Paging, *, order: Sequence[str], to: Callable[[Any], T]
) -> PageOf[T]:
    """The page that `asked` names; a cursor that no page gave is Missing."""
    try:
        page = keyset_page(rows, order=order, cursor=asked.after, size=asked.size)
    except (ValidationError, ValueError, TypeError) as error:
        raise Missing("翻页位置不正确，请从第一页重新开始。") from error
    return PageOf[T](items=[to(row) for row in page.rows], next=page.next)


def narrowed(rows: Any, asked: Any, *, changed: str = "") -> Any:
    """The filters that all lists share. `changed`: the path of the column for `updated_since`."""
    if asked.unit:
        rows = rows.within(subtree(asked.unit))
    if changed and asked.updated_since:
        rows = rows.filter(**{f"{changed}__gte": asked.updated_since})
    return rows


def may_read(by: Actor, model: Any) -> None:
    """Say 403 to a caller without the model's read permission, where a page would show an empty list."""
    if not by.may(getattr(model, "read_permission", Permission.RECORD_READ)):
        raise Forbidden("没有查看这类内容的权限。")
