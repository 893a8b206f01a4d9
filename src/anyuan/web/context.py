"""What every page needs from the shell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from anyuan.web.menu import links, tabs


def shell(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None}
    return {
        "actor": actor,
        "menu": links(request, actor),
        "tabs": tabs(request, actor),
        "posts": getattr(request, "posts", []),
        "post": getattr(request, "post", None),
        "partial": bool(getattr(request, "htmx", False)),
    }
