"""Log lines that carry the request's number and cannot be forged by what people type."""

from __future__ import annotations

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("anyuan_request_id", default="-")


class RequestFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class SafeFormatter(logging.Formatter):
    """Control characters of a message are written escaped, so one message is one line."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        record.msg = "".join(c if c.isprintable() or c == " " else repr(c)[1:-1] for c in message)
        record.args = None
        return super().format(record)
