"""/api/v1 and, for any other address under /api, a problem instead of a page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page

from anyuan.api.api import api
from anyuan.api.problems import problem

BODY_LIMIT = 1024 * 1024  # bytes; an inspection of 200 answers is some 60 KB


def guarded(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse what is too large before it is read; say an unfit method as a problem."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > BODY_LIMIT:
            return problem(request, 413)
        response: HttpResponse = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return problem(request, 405, headers={"Allow": response.headers["Allow"]})
        return response

    return answer


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    return problem(request, 404)


patterns, _app, _name = api.urls
for pattern in patterns:
    if isinstance(pattern, URLPattern):
        # ETag and 304 for whoever asks again.
        pattern.callback = conditional_page(guarded(pattern.callback))

urlpatterns = [
    path("v1/", (patterns, "ninja", "api")),
    re_path(r"", unknown),
]
