"""Applying an import: a dry run first, then all of it or nothing."""

from __future__ import annotations

import dataclasses
from typing import Any

from anyuan.engines.ledgers.importing import read_file
from anyuan.engines.ledgers.mass import carry_out, plan_rows
from anyuan.engines.ledgers.spec import Ledger
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.importing import Mistake
from anyuan.org.permissions import Permission


@dataclasses.dataclass
class Outcome:
    """What an import would do or has done; `unknown`: columns of the file that were left aside."""

    added: int = 0
    changed: int = 0
    same: int = 0
    mistakes: list[str] = dataclasses.field(default_factory=list)
    unknown: list[str] = dataclasses.field(default_factory=list)


def _writes(subject: Any, *, ledger: Ledger, **given: Any) -> Permission:
    return ledger.write


@action(_writes)
def import_rows(
    own_unit: str, *, by: Actor, ledger: Ledger, body: bytes, apply: bool = False
) -> Outcome:
    """Rows of an Excel file; a dry run without `apply`. With any mistake nothing is written."""
    reading = read_file(body, ledger, by)
    mistakes = list(reading.mistakes)
    plan = None
    if not mistakes:
        plan = plan_rows(by, ledger, reading.rows)
        mistakes = [
            Mistake(line, reading.letters.get(name, "—"), ledger.head(name), sentence)
            for line, name, sentence in plan.wrong
        ]
    if mistakes or plan is None:
        ordered = sorted(mistakes, key=lambda one: (one.row, one.column))
        return Outcome(mistakes=[str(one) for one in ordered], unknown=reading.unknown)
    if apply:
        carry_out(by, ledger, plan)
    return Outcome(len(plan.new), len(plan.changed), plan.same, unknown=reading.unknown)
