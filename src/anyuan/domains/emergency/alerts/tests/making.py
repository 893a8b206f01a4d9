"""Alerts and people for tests."""

from __future__ import annotations

from typing import Any

from anyuan.core import scope
from anyuan.domains.emergency.alerts.models import Alert
from anyuan.domains.emergency.alerts.services.sending import draft_alert, send_alert
from anyuan.engines.obligations import numbers
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.tests.cast import Cast, hire

TEXT = "请立即撤到操场，到达后回复。"


def drafted(unit: Unit, by: Actor, **more: Any) -> Alert:
    facts = {"kind": "real", "title": "紧急疏散", "text": TEXT} | more
    return draft_alert(unit, by=by, **facts)


def sent(unit: Unit, by: Actor, **more: Any) -> Alert:
    return send_alert(drafted(unit, by, **more), by=by)


def second_of(cast: Cast) -> Actor:
    """Another supervisor of the city."""
    with scope.everything():
        return hire(cast.city, "bureau2", "市管理员二", "bureau_supervisor")


def small_limit(monkeypatch: Any, **values: int) -> None:
    """Other numbers than the pack's."""
    real = numbers.values_of

    def changed(*keys: str) -> Any:
        return real(*keys) | {key: [values[key]] for key in keys if key in values}

    monkeypatch.setattr(numbers, "values_of", changed)
