"""Looking at a configured address: what is new is taken, and the page is told how it went.

An address gives one CAP message, or a list (Atom or RSS) with links to some on the same host. A failing
address is asked less and less often, at most once an hour.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
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
NOT_MODIFIED, GOOD = 304, 200
SLOWEST = datetime.timedelta(hours=1)


def look(source: CapSource, *, by: Actor = SYSTEM) -> CapSource:
    """One look. Never raises for what a peer does; the result is kept with the source."""
    kept: dict[str, Any] = {}
    try:
        answer = _ask(source.url, source)
        if answer.status == NOT_MODIFIED:
            said = _("没有变化")
        else:
            said = _take(source, answer, by)
            kept = {
                "etag": answer.headers.get("etag", "")[:200],
                "modified": answer.headers.get("last-modified", "")[:60],
            }
        good = True
    except Unreachable as error:
        good, said = False, error.sentence
    except Refused as refusal:
        good, said = False, refusal.sentence
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


def _take(source: CapSource, answer: Fetched, by: Actor) -> str:
    root = parse(answer.body)
    name = etree.QName(root).localname
    if name not in {"feed", "rss", "RDF"}:
        taken = take_message(source.unit, by=by, raw=answer.body, origin=Origin.URL)
        return result_words(int(taken.new), int(not taken.new), 0)
    new = old = wrong = 0
    for link in links(root, source.url):
        try:
            taken = take_message(source.unit, by=by, raw=_ask(link, None).body, origin=Origin.URL)
        except (NotCap, Unreachable):
            wrong += 1
        else:
            new, old = new + taken.new, old + (not taken.new)
    return result_words(new, old, wrong)


def links(root: Any, base: str) -> Iterator[str]:
    """Addresses in a list, on the list's own host, each once, the first so many."""
    host = urlsplit(base).netloc
    seen: dict[str, None] = {}
    for node in root.iter():
        if not isinstance(node.tag, str) or etree.QName(node).localname != "link":
            continue
        inside = node.getparent() is not None and etree.QName(node.getparent()).localname in {"entry", "item"}  # fmt: skip
        if inside and node.get("rel", "alternate") in {"alternate", "enclosure"}:
            found = urljoin(base, (node.get("href") or node.text or "").strip())
            if urlsplit(found).netloc == host and found != base:
                seen.setdefault(found)
    yield from list(seen)[:MOST_LINKS]
