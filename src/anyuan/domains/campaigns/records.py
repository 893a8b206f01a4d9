"""The kinds of record of a campaign: itself, and a unit's weekly note."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare

declare(
    RecordKind(
        key="campaign",
        label="专项整治",
        icon="target-arrow",
        url_name="campaigns:detail",
        facets={"level": {"city": "市级", "district": "辖市区"}},
        new_url_name="campaigns:new",
    )
)
declare(
    RecordKind(
        key="campaign_note",
        label="整治周进展",
        icon="calendar-week",
        url_name="campaigns:note_one",
        states={"filed": "已填报"},
    )
)
