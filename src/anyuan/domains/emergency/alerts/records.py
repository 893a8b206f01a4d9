"""The kind of record that an alert is; and what the bell finds out for every page."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.alerts.models import Kind, Level, State
from anyuan.domains.emergency.alerts.own import unanswered
from anyuan.engines.notices.queries import ALONGSIDE

OPEN = "alerts_open"

declare(
    RecordKind(
        key="alert",
        label="紧急通知",
        icon="speakerphone",
        url_name="alerts:detail",
        facets={"kind": dict(Kind.choices), "level": dict(Level.choices)},
        new_url_name="alerts:new",
        live=True,
        states=dict(State.choices),
    )
)
ALONGSIDE[OPEN] = unanswered
