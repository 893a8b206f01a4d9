"""What is proposed for a warning: the measures of the pack for its kind and colour."""

from __future__ import annotations

import dataclasses

from anyuan.domains.emergency.warnings.content import grade_of, kind_of
from anyuan.domains.emergency.warnings.models import WarningSignal


@dataclasses.dataclass(frozen=True)
class Proposal:
    """`source`: where the measures come from, for the page."""

    measures: list[str]
    source: str


def measures_for(signal: WarningSignal) -> Proposal:
    grade = grade_of(signal.kind, signal.colour)
    if grade is None:
        return Proposal([], "")
    words = f"系统建议（{kind_of(signal.kind).title}，{grade.means}）"
    return Proposal(list(grade.measures), words)
