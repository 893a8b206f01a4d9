"""The ledgers that domains declared."""

from __future__ import annotations

from anyuan.core import kinds
from anyuan.core.kinds import RecordKind
from anyuan.core.refused import Missing, explain_constraint
from anyuan.engines.ledgers.spec import Ledger, LedgerMistake, check_ledger

_ledgers: dict[str, Ledger] = {}


def declare(ledger: Ledger) -> Ledger:
    """Check and register, with its kind of record; a mistake stops the start."""
    if ledger.key in _ledgers:
        raise LedgerMistake(f"ledger declared twice: {ledger.key}")
    check_ledger(ledger)
    kinds.declare(
        RecordKind(
            key=ledger.key,
            label=ledger.title,
            icon=ledger.icon,
            url_name="ledgers:row",
            facets={name: dict(ledger.fields[name].flatchoices) for name in ledger.facets},  # type: ignore[attr-defined]
        )
    )
    constraint = ledger.constraint
    assert constraint is not None  # noqa: S101 -- checked
    heads = ledger.heads(ledger.key_fields)
    explain_constraint(
        constraint.name, f"本单位台账里已有相同的“{heads}”，请核对。", ledger.key_fields[0]
    )
    _ledgers[ledger.key] = ledger
    return ledger


def withdraw(key: str) -> None:
    """Take a declaration back (a test that made one)."""
    del _ledgers[key]
    kinds.forget(key)


def find(key: str) -> Ledger:
    """The ledger of an address; Missing where there is none."""
    if key not in _ledgers:
        raise Missing
    return _ledgers[key]


def all_ledgers() -> dict[str, Ledger]:
    return dict(_ledgers)
