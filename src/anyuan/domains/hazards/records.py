"""The kind of record that a hazard is, for rules and links."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.hazards.models import Category, Level, Source

declare(
    RecordKind(
        key="hazard",
        label="隐患",
        icon="alert-triangle",
        url_name="hazards:detail",
        facets={
            "level": dict(Level.choices),
            "source": dict(Source.choices),
            "category": dict(Category.choices),
        },
        new_url_name="hazards:new",
    )
)
