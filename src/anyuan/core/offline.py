"""Pages that a browser may keep for reading without network.

Only an answer that carries this header is kept, whoever asks for it: a page about pupils never is.
"""

from __future__ import annotations

from typing import TypeVar

from django.http.response import HttpResponseBase

KEEP_HEADER = "X-Anyuan-Keep"
R = TypeVar("R", bound=HttpResponseBase)


def may_be_kept(response: R) -> R:
    """Allow the browser to keep this page until its reader signs out."""
    response.headers[KEEP_HEADER] = "yes"
    return response
