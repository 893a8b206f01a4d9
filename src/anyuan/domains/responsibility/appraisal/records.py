"""The kind of record that a result is."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.responsibility.appraisal.models import Audience, Round

declare(
    RecordKind(
        key="appraisal_result", label="考核结果", icon="trophy", url_name="appraisal:result",
        facets={"audience": dict(Audience.choices)}, states=dict(Round.State.choices),
    )
)  # fmt: skip
