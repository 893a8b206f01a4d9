"""Hashes of the evidence: of each item, of all, and the keyed seal that shows a change by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.crypto import fingerprint
from anyuan.domains.risk.tracing.models import Item, Trace

ABOUT = "tracing.items"


def hash_of(item: Any, files: Iterable[Any]) -> str:
    """SHA-256 over everything an item says, with its files' names, sizes and hashes."""
    parts = [
        str(item.trace_id), str(item.seq), item.section, str(item.day or ""), item.title, item.stood,
        item.who, item.unit_name, str(item.record_id or ""),
    ]  # fmt: skip
    parts += [f"{one.name}\x1e{one.size}\x1e{one.sha256}" for one in files]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def hash_of_all(hashes: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def seal_of(trace: Trace, whole: str) -> str:
    """Keyed over the trace, its moment and the hash of all: the key is outside the database."""
    return fingerprint(f"{trace.pk}|{trace.moment.isoformat()}|{whole}", about=ABOUT)


def broken(trace: Trace, items: Sequence[Item]) -> str:
    """What does not hold any more, in words; empty where all holds. Items come with their files."""
    if trace.frozen_at is None:
        return ""
    for place, item in enumerate(items, start=1):
        if item.seq != place:
            return _("第 %(n)d 条证据不见了。") % {"n": place}
        files = sorted(item.files.all(), key=lambda one: (one.name, one.sha256))
        if item.hash != hash_of(item, files):
            return _("第 %(n)d 条证据被改动过。") % {"n": place}
    whole = hash_of_all([item.hash for item in items])
    if whole != trace.frozen_hash or trace.seal != seal_of(trace, whole):
        return _("证据有增减，或者封签被改动过。")
    return ""
