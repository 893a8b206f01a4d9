"""The timeline: lines are only added, each carries a hash over itself and the line before.

The hashes are keyed (the key is outside the database): whoever can write the tables but has not the key
cannot make a chain that holds. `broken` says what does not hold; the page and `anyuan` check show it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.chain import hash_of as keyed
from anyuan.core.crypto import fingerprint
from anyuan.core.refused import Refused
from anyuan.domains.emergency.incidents.models import Chain, Entry, EntryKind, Incident
from anyuan.org.actor import Actor

LINE, SEAL = "incidents.entry", "incidents.chain"


@dataclasses.dataclass(frozen=True)
class Line:
    """What is to be written: `about` is the moment it tells of, now if left out."""

    kind: str
    text: str
    about: datetime.datetime | None = None


def hash_of(entry: Any) -> str:
    """The hash of a line: over its place, its content and the hash of the line before."""
    return keyed(
        entry.prev_hash, entry.incident_id, entry.seq, entry.at, entry.about, entry.kind, entry.text,
        entry.person_id or "", entry.by_name, about=LINE,
    )  # fmt: skip


def seal_of(incident_id: Any, entries: int, last: str) -> str:
    return fingerprint(f"{incident_id}|{entries}|{last}", about=SEAL)


def begin(incident: Incident) -> None:
    """The chain of a new incident, before its first line."""
    Chain.objects.create(
        incident=incident, unit_id=incident.unit_id, seal=seal_of(incident.pk, 0, "")
    )


def write(incident: Incident, *, by: Actor, lines: Iterable[Line]) -> None:
    """Add lines, one writer at a time; called inside a service."""
    chain = Chain.objects.select_for_update(of=("self",)).get(incident_id=incident.pk)
    now = timezone.now()
    made = []
    for line in lines:
        entry = Entry(
            incident_id=incident.pk, unit_id=chain.unit_id, seq=chain.entries + 1, at=now,
            about=line.about or now, kind=line.kind, text=line.text[:1000], person_id=by.person_id,
            by_name=by.name[:60], prev_hash=chain.last,
        )  # fmt: skip
        entry.hash = hash_of(entry)
        chain.entries, chain.last = entry.seq, entry.hash
        made.append(entry)
    Entry.objects.bulk_create(made)
    chain.seal = seal_of(chain.pk, chain.entries, chain.last)
    chain.save(update_fields=["entries", "last", "seal"])


def past(about: datetime.datetime | None, incident: Incident) -> datetime.datetime | None:
    """A moment a person typed in: not before the incident, not to come."""
    if about is None:
        return None
    if about > timezone.now():
        raise Refused(_("时间不能晚于现在。"), field="about")
    if about < incident.happened_at:
        raise Refused(_("时间不能早于事件发生的时间。"), field="about")
    return about


def broken(entries: Sequence[Any], chain: Any) -> str:
    """What is wrong with a timeline, in words; empty where it holds. `entries` by their number."""
    before = ""
    for place, entry in enumerate(entries, start=1):
        if entry.seq != place:
            return _("第 %(n)d 条记录不见了。") % {"n": place}
        if entry.prev_hash != before or entry.hash != hash_of(entry):
            return _("第 %(n)d 条记录被改动过。") % {"n": place}
        before = entry.hash
    if chain.seal != seal_of(chain.incident_id, len(entries), before):
        return _("最后的记录被删去或封签被改动过。")
    return ""


def check_all() -> list[tuple[Incident, str]]:
    """Every timeline in scope that does not hold; two statements."""
    chains = Chain.objects.select_related("incident__unit").order_by("pk")
    lines: dict[Any, list[Entry]] = {}
    for entry in Entry.objects.order_by("incident_id", "seq").iterator(chunk_size=2000):
        lines.setdefault(entry.incident_id, []).append(entry)
    found = [(chain.incident, broken(lines.get(chain.pk, []), chain)) for chain in chains]
    return [(incident, why) for incident, why in found if why]


__all__ = ["EntryKind", "Line", "begin", "broken", "check_all", "past", "write"]
