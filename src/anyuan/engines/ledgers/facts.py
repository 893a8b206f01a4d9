"""A row's facts: read and checked as a whole, and what follows from them (title, tags, search words)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.refused import Refused
from anyuan.engines.ledgers.models import Row
from anyuan.engines.ledgers.queries import title_from
from anyuan.engines.ledgers.search import search_text
from anyuan.engines.ledgers.spec import Ledger, Setting
from anyuan.engines.ledgers.values import empty, reader_of
from anyuan.engines.obligations.numbers import number_values


def setting_of(ledger: Ledger) -> Setting:
    """Today and the pack's numbers that the ledger's check asks for."""
    numbers = {name: number_values(name)[0] for name in ledger.numbers}
    return Setting(timezone.localdate(), numbers)


def facts_of(ledger: Ledger, row: Row) -> dict[str, Any]:
    """A row's columns but the sealed ones."""
    return {name: getattr(row, name) for name in ledger.open_fields}


def read_facts(
    ledger: Ledger,
    given: Mapping[str, Any],
    current: Mapping[str, Any] | None = None,
    *,
    setting: Setting | None = None,
) -> dict[str, Any]:
    """What was typed or sent, as values of the fields. `current`: the row's facts where it exists.

    `setting` is given where many rows are read one after the other.

    Errors: Refused with a sentence at each field that cannot stand.
    """
    errors: dict[str, str] = {}
    facts: dict[str, Any] = {}
    names = list(ledger.fields) if current is None else list(given)
    for name in [*names, *(set(given) - set(ledger.fields))]:
        if name not in ledger.fields:
            errors[name] = _("这份台账没有这一项。")
        elif name in given:
            facts[name], why = reader_of(ledger.fields[name])(given[name])
            if why:
                errors[name] = why
        elif ledger.required(name):
            errors[name] = _("不能为空。")
        else:
            facts[name] = empty(ledger.fields[name])
    if not errors and ledger.check:
        errors = ledger.check({**(current or {}), **facts}, setting or setting_of(ledger))
    if errors:
        raise Refused(next(iter(errors.values())), errors=errors)
    return facts


def words_for_search(ledger: Ledger, facts: Mapping[str, Any]) -> str:
    names = ledger.search or ledger.title_fields
    return search_text(_word(ledger, name, facts[name]) for name in names)


def _word(ledger: Ledger, name: str, value: Any) -> Any:
    choices = getattr(ledger.fields[name], "flatchoices", None)
    return dict(choices).get(value, value) if choices else value


def title_and_tags(ledger: Ledger, facts: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What the anchor record says of the row."""
    tags = sorted(tag(name, str(facts[name])) for name in ledger.facets if facts[name] != "")
    return (ledger.title if ledger.anonymous else title_from(ledger, facts)), tags
