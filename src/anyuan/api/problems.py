"""Refusals as RFC 9457 `application/problem+json`, with the sentence a person would read on the page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Schema
from ninja.errors import HttpError, Throttled, ValidationError

from anyuan.core.logs import request_id
from anyuan.core.refused import Missing, Refused

MEDIA_TYPE = "application/problem+json"
SENTENCES = {
    400: "请求的格式不正确，无法读取。",
    401: "请先登录，或提供有效的接口令牌。",
    403: "您不能进行此项操作。",
    404: "没有找到这项内容，可能已被删除，或不在您负责的单位范围内。",
    405: "这个地址不支持这种请求方式。",
    413: "提交的内容太大。",
    422: "提交的内容有误，请按提示修改。",
    429: "请求过于频繁，请稍后再试。",
}


class FieldError(Schema):
    """One mistake and where it is."""

    field: str = Field(description="Path of the field, such as `answers.0.key`", examples=["place"])
    message: str = Field(description="A sentence for the person who filled it in")


class Problem(Schema):
    """What was refused and why (RFC 9457)."""

    type: str = Field(description="Kind of problem", examples=["urn:anyuan:problem:422"])
    title: str = Field(description="The HTTP status in words", examples=["Unprocessable Content"])
    status: int = Field(description="The HTTP status", examples=[422])
    detail: str = Field(description="A sentence for a person")
    instance: str = Field(description="The address asked for", examples=["/api/v1/hazards"])
    request: str = Field(description="Number of the request in the log")
    errors: list[FieldError] = Field(description="Mistakes by field; empty where none is to blame")


# What every operation may answer besides its own.
PROBLEMS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 422, 429), Problem)


def problem(
    request: HttpRequest,
    status: int,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """The answer itself; the request's transaction is rolled back."""
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    content = {
        "type": f"urn:anyuan:problem:{status}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or SENTENCES.get(status, ""),
        "instance": request.path,
        "request": request_id.get(),
        "errors": errors or [],
    }
    return JsonResponse(
        content,
        status=status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
        headers=headers,
    )


def on_refused(request: HttpRequest, error: Any) -> HttpResponse:
    """A service said no."""
    if isinstance(error, Missing):
        # ActorMiddleware notes it in the audit log once the transaction is over.
        request.stranger = getattr(request, "actor", None) is not None  # type: ignore[attr-defined]
    found = [{"field": name, "message": text} for name, text in error.errors.items()]
    return problem(request, error.status, error.sentence, found)


def on_missing(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, 404)


def on_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """The body, path or query does not fit its schema."""
    found = [
        {
            "field": ".".join(str(part) for part in one["loc"][_named(one["loc"]) :]),
            "message": str(one["msg"]),
        }
        for one in error.errors
    ]
    return problem(request, 422, errors=found)


def _named(place: tuple[Any, ...]) -> int:
    """How many leading parts are the framework's own: `body`, and the name of the parameter."""
    return 2 if len(place) > 2 and place[0] == "body" else 1


def on_http(request: HttpRequest, error: Any) -> HttpResponse:
    headers = {}
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="anyuan"'
    if isinstance(error, Throttled):
        headers["Retry-After"] = str(int(error.wait or 60) + 1)
    return problem(request, error.status_code, headers=headers)


def on_too_big(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, 413)


HANDLERS: dict[Any, Any] = {
    Refused: on_refused,
    Http404: on_missing,
    ValidationError: on_invalid,
    HttpError: on_http,
    RequestDataTooBig: on_too_big,
}
