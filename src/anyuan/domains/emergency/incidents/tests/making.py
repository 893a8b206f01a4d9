"""Incidents as the tests want them."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from anyuan.domains.emergency.incidents.models import Incident
from anyuan.domains.emergency.incidents.services.reporting import report_incident
from anyuan.domains.emergency.incidents.services.reports import send_report

FIRE = {"kind": "fire", "place": "食堂后厨", "summary": "油锅起火，已扑灭", "hurt": "none"}
WORDS = {
    "what": "十点零五分食堂油锅起火，食堂人员用灭火毯扑灭。", "measures": "疏散师生，切断燃气，报告消防。",
    "contact": "安全员甲", "contact_phone": "13800000001", "approved_by": "校长戊",
}  # fmt: skip


def ago(minutes: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(minutes=minutes)


def happened(cast: Any, *, by: Any = None, **more: Any) -> Incident:
    """A fire five minutes ago at school A, reported by its safety officer."""
    facts = {"happened_at": ago(5), **FIRE, **more}
    return report_incident(facts.pop("unit", cast.school), by=by or cast.officer, **facts)


def sent(incident: Incident, *, by: Any, kind: str = "first", **more: Any) -> Any:
    figures = {name: getattr(incident, name) for name in ("dead", "missing", "injured", "serious")}
    said = {"hurt": incident.hurt, **figures, **WORDS, **more}
    return send_report(incident, by=by, kind=kind, **said)
