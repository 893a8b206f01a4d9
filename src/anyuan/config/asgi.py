"""The ASGI entry: `uvicorn anyuan.config.asgi:application`."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anyuan.config.settings")
os.environ.setdefault("ANYUAN_DB_POOL", "1")

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class OneThreadHandler(ASGIHandler):
    """All middleware and the view of a request in one thread.

    Our middleware is synchronous (a request is one database transaction), and Django would go from the
    loop to a thread, back to the loop and to a thread again for each page.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django.setup(set_prefix=False)
pages = OneThreadHandler()

from anyuan.engines.live.stream import PATH, stream


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The live channel has its own way: a stream must not hold a thread."""
    if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET":
        await stream(scope, receive, send)
    else:
        await pages(scope, receive, send)
