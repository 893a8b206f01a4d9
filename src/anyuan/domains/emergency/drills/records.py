"""The kind of record that a drill is."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.emergency.drills.models import Kind, Mode, State

declare(
    RecordKind(
        key="drill",
        label="应急演练",
        icon="run",
        url_name="emergency:drill",
        facets={"type": dict(Kind.choices), "mode": dict(Mode.choices)},
        states=dict(State.choices),
        new_url_name="emergency:new",
        live=True,
    )
)
