"""Comments of one section, for the pages of plans."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def under(comments: dict[str, list[Any]] | None, key: str) -> list[Any]:
    """The comments on a section."""
    return (comments or {}).get(key, [])


@register.filter
def under_field(comments: dict[str, list[Any]] | None, name: str) -> list[Any]:
    """The comments on the section that a form's field holds."""
    return under(comments, name.removeprefix("section_"))
