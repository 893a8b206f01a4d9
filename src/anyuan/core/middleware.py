"""A number for each request, the security headers, and a page for each refusal."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anyuan.core.ids import new_id
from anyuan.core.logs import request_id

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline';"
    " font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


class RequestMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(str(new_id()))
        try:
            response = self.get_response(request)
            response.headers.setdefault("Content-Security-Policy", POLICY)
            response.headers["X-Request-Id"] = request_id.get()
            response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self)")
            return response
        finally:
            request_id.reset(token)
