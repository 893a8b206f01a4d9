"""Keys of rows: UUIDv7, made by the client or here; they sort by time of making."""

from __future__ import annotations

import uuid

from uuid_utils.compat import uuid7 as _uuid7


def new_id() -> uuid.UUID:
    return _uuid7()


def is_client_id(value: uuid.UUID) -> bool:
    """Only version 7 is taken from clients: other versions would scatter the index."""
    return value.version == 7
