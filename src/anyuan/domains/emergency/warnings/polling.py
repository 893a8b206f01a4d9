"""Looking at a configured address: what is new is taken, and the page is told how it went.

An address gives one CAP message, or a list (Atom or RSS) with links to some on the same host. Asking comes
first and touches no table, so that a slow peer holds nobody up; taking comes after. A failing address is asked
less and less often, at most once an hour.
"""

from __future__ import annotations

import dataclasses
import datetime
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from anyuan.core.refused import Refused
from anyuan.domains.emergency.warnings.cap.reading import LARGEST, NotCap, parse
from anyuan.domains.emergency.warnings.models import CapSource, Origin
from anyuan.domains.emergency.warnings.numbers import limits
from anyuan.domains.emergency.warnings.services.incoming import take_message
from anyuan.domains.emergency.warnings.services.sources import note_looked, result_words
from anyuan.engines.notices.channels.web import Fetched, Unreachable, fetch
from anyuan.org.actor import SYSTEM, Actor

MOST_LINKS = 20
LONGEST = 30  # seconds for all links of a list; what is left comes next time
NOT_MODIFIED, GOOD = 304, 200
SLOWEST = datetime.timedelta(hours=1)


@dataclasses.dataclass
class Gathered:
    """What an address gave: messages, or why there are none; `kept`: what the peer wants to see again."""

    bodies: list[bytes] = dataclasses.field(default_factory=list)
    good: bool = True
    said: str = ""
    failed: int = 0
    kept: dict[str, str] = dataclasses.field(default_factory=dict)


def look(source: CapSource, *, by: Actor = SYSTEM) -> CapSource:
    """One look: ask, then take."""
    return settle(source, gather(source), by=by)


def gather(source: CapSource) -> Gathered:
    """Ask the address, and for a list what it leads to. Never raises for what a peer does."""
    found = Gathered()
    try:
        answer = _ask(source.url, source)
        if answer.status == NOT_MODIFIED:
            found.said = _("没有变化")
            return found
        root = parse(answer.body)
    except (Unreachable, Refused) as error:
        return Gathered(good=False, said=error.sentence)
    if etree.QName(root).localname not in {"feed", "rss", "RDF"}:
        found.bodies = [answer.body]
    else:
        _follow(links(root, source.url), found)
    if not found.failed:
        found.kept = {
            "etag": answer.headers.get("etag", "")[:200],
            "modified": answer.headers.get("last-modified", "")[:60],
        }
    return found


def _follow(addresses: Sequence[str], found: Gathered) -> None:
    until = time.monotonic() + LONGEST
    for address in addresses:
        if time.monotonic() > until:
            found.failed += 1
            return
        try:
            found.bodies.append(_ask(address, None).body)
        except Unreachable:
            found.failed += 1


def settle(source: CapSource, found: Gathered, *, by: Actor = SYSTEM) -> CapSource:
    """Take the messages; the result is kept with the source."""
    good, said, kept = found.good, found.said, found.kept
    new, refused, why = 0, found.failed, ""
    for raw in found.bodies:
        try:
            new += take_message(source.unit, by=by, raw=raw, origin=Origin.URL).new
        except NotCap as refusal:
            refused, why = refused + 1, refusal.sentence
    if found.bodies or found.failed:
        old = len(found.bodies) + found.failed - new - refused
        said = result_words(new, old, refused)
    if why and len(found.bodies) == 1:
        good, said, kept = False, why, {}
    return note_looked(source, by=by, good=good, said=said, next_at=_next(source, good=good), **kept)  # fmt: skip


def _next(source: CapSource, *, good: bool) -> datetime.datetime:
    """The usual distance; twice the last one after a failure."""
    now = timezone.now()
    usual = datetime.timedelta(minutes=max(source.minutes, limits().poll))
    if good or source.last_at is None or source.last_good:
        return now + usual
    return now + max(usual, min(2 * (now - source.last_at), SLOWEST))


def _ask(url: str, source: CapSource | None) -> Fetched:
    headers = {"Accept": "application/cap+xml, application/xml, text/xml"}
    if source is not None and source.etag:
        headers["If-None-Match"] = source.etag
    if source is not None and source.modified:
        headers["If-Modified-Since"] = source.modified
    answer = fetch(url, own=settings.CAP_HOSTS, headers=headers, largest=LARGEST)
    if answer.status not in {GOOD, NOT_MODIFIED}:
        raise Unreachable(_("对方回答出错（%(status)d）。") % {"status": answer.status}, retry=True)
    return answer


def links(root: Any, base: str) -> list[str]:
    """Addresses in a list, on the list's own host, each once, the first so many."""
    host = urlsplit(base).netloc
    seen: dict[str, None] = {}
    for node in root.iter():
        if etree.QName(node).localname != "link":
            continue
        above = node.getparent()
        inside = above is not None and etree.QName(above).localname in {"entry", "item"}
        if inside and node.get("rel", "alternate") in {"alternate", "enclosure"}:
            found = urljoin(base, (node.get("href") or node.text or "").strip())
            if urlsplit(found).netloc == host and found != base:
                seen.setdefault(found)
    return list(seen)[:MOST_LINKS]
