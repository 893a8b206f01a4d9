"""Traces as the tests want them."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection

from anyuan.core import scope
from anyuan.domains.emergency.incidents.tests.making import ago, happened
from anyuan.domains.risk.tracing.models import Finding, Trace
from anyuan.domains.risk.tracing.services.deciding import give_opinion, write_finding
from anyuan.domains.risk.tracing.services.opening import open_trace, step_trace
from anyuan.org.models import Unit


def written_at(moment: datetime.datetime, *tables: str) -> None:
    """What a test wrote before this was written at `moment`, as far as the histories say."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"UPDATE {table} SET pgh_created_at = %s", [moment])


def opened(cast: Any, *, by: Any = None, incident: Any = None, **more: Any) -> Trace:
    """The district looks back at a fire of five minutes ago at school A."""
    by = by or cast.district
    if incident is None:
        with scope.everything():
            written_at(ago(60 * 24 * 30), "org_postevent")
        incident = happened(cast)
    facts = {
        "cause": incident.record, "moment": incident.happened_at, "reason": "食堂起火，查清责任。",
        "lead_department": "教育局", "panel": [by.person_id], "lead": by.person_id, **more,
    }  # fmt: skip
    with scope.enter(by.units):
        return open_trace(Unit.objects.get(key=by.unit_key), by=by, **facts)


def stepped(trace: Trace, transition: str, *, by: Any, **data: Any) -> Trace:
    with scope.enter(by.units):
        fresh: Trace = Trace.objects.select_related("record__case", "unit", "about").get(
            pk=trace.pk
        )
        step_trace(fresh, by=by, transition=transition, data={"note": "", **data})
        return fresh


def frozen(cast: Any, **more: Any) -> Trace:
    trace = opened(cast, **more)
    return stepped(trace, "freeze", by=more.get("by") or cast.district, sure=True)


def found(trace: Trace, cast: Any, *, by: Any = None, **more: Any) -> Finding:
    """The principal's post did its duty badly, by the first piece of evidence."""
    by = by or cast.district
    facts = {
        "unit": cast.school, "person_id": cast.officer.person_id, "person_name": "安全员甲",
        "post_name": "学校安全干部", "conclusion": "weak", "handling": "talk", "basis": "岗位责任清单",
        "reasons": "月查没有按时做。", "evidence": [1], **more,
    }  # fmt: skip
    with scope.enter(by.units):
        return write_finding(trace, by=by, **facts)


def served(cast: Any, **more: Any) -> tuple[Trace, Finding]:
    trace = frozen(cast)
    finding = found(trace, cast, **more)
    with scope.enter(cast.district.units):
        give_opinion(finding, by=cast.district, agrees=True)
    return stepped(trace, "serve", by=cast.district), finding
