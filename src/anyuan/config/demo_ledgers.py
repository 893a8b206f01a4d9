"""Registers of the demo's schools: each domain's `demo.LEDGERS` says what a school has."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps

from anyuan.core import scope
from anyuan.engines.ledgers import registry
from anyuan.engines.ledgers.facts import read_facts, setting_of
from anyuan.engines.ledgers.mass import Incoming, put_rows
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Profile

# (a site's profile, the site's own dice, today) → facts of its rows
Source = Callable[[Profile, random.Random, datetime.date], Iterable[dict[str, Any]]]


def _declared(name: str) -> dict[str, Any]:
    """What the domains' `demo` modules declare under a name."""
    found: dict[str, Any] = {}
    for app in apps.get_app_configs():
        if app.name.startswith("anyuan.domains.") and find_spec(f"{app.name}.demo"):
            found |= getattr(import_module(f"{app.name}.demo"), name, {})
    return found


def sources() -> dict[str, Source]:
    """Ledger → what its domain invents for a school."""
    return _declared("LEDGERS")


@lru_cache(maxsize=1)
def deeds() -> dict[str, Callable[[Any, Any, datetime.date], None]]:
    """Kind of record → what a site's people do for a duty of it on a day."""
    return _declared("DEEDS")


def fill(today: datetime.date) -> None:
    """All sites' rows of each ledger in one go, as an import writes them."""
    with scope.everything():
        sites = list(
            Profile.objects.filter(is_site=True).select_related("unit").order_by("unit_id")
        )
        city = sites[0].unit_id.split(".")[0] + "."
        for key, source in sources().items():
            ledger = registry.find(key)
            setting = setting_of(ledger)
            rows = [
                Incoming(site.unit_id, read_facts(ledger, facts, setting=setting), line)
                for site in sites
                for line, facts in enumerate(
                    source(site, random.Random(f"{site.unit_id}{key}"), today), start=1
                )
            ]
            put_rows(city, by=SYSTEM, ledger=ledger, rows=rows)
