"""What the obligations engine declares: the kind `filing`, and the panel of duties on every record."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.engines.notices.sides import add_panel
from anyuan.engines.obligations.queries import fulfilled_by

# The facet `topic` takes the topics of the pack in force, whatever they are.
FILING = declare(
    RecordKind(
        key="filing",
        label="工作记录",
        icon="file-text",
        url_name="obligations:filing",
        facets={"topic": {}},
        new_url_name="obligations:filing_new",
    )
)
add_panel(10, "obligations/fulfilled.html", fulfilled_by)
