from anyuan.core.models.audit import Audit
from anyuan.core.models.base import KeyField, OnRecord, Scoped, ScopedManager, ScopedQuerySet
from anyuan.core.models.file import File
from anyuan.core.models.record import Comment, Record

__all__ = [
    "Audit",
    "Comment",
    "File",
    "KeyField",
    "OnRecord",
    "Record",
    "Scoped",
    "ScopedManager",
    "ScopedQuerySet",
]
