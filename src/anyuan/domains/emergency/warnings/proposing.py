"""What is proposed for a warning: the measures of the plan in force, else those of the pack."""

from __future__ import annotations

import dataclasses

from anyuan.domains.emergency.plans.models import PlanVersion
from anyuan.domains.emergency.plans.queries import level_in_force
from anyuan.domains.emergency.warnings.content import colour_of, content, grade_of, kind_of
from anyuan.domains.emergency.warnings.models import WarningSignal

LONGEST = 200


@dataclasses.dataclass(frozen=True)
class Proposal:
    """`source`: where the measures come from, for the page; `plan`: the plan, where it is one."""

    measures: list[str]
    source: str
    plan: PlanVersion | None = None


def measures_for(signal: WarningSignal) -> Proposal:
    """Of the issuing unit's plan (its own, else the nearest office's above), else of the pack."""
    return _of_plan(signal) or _of_pack(signal)


def _of_plan(signal: WarningSignal) -> Proposal | None:
    """By the kind's plans in their order; the colour is the response level."""
    colour = colour_of(signal.colour)
    if colour is None or signal.kind not in content().kinds:
        return None
    for kind in content().plans_for(signal.kind):
        found = level_in_force(signal.unit_id, kind, colour.level)
        if found is not None and found.lines:
            pieces = [
                line[start : start + LONGEST]
                for line in found.lines
                for start in range(0, len(line), LONGEST)
            ]
            words = f"取自现行预案的{found.level_spec.title}措施"
            return Proposal(pieces, words, found.version)
    return None


def _of_pack(signal: WarningSignal) -> Proposal:
    grade = grade_of(signal.kind, signal.colour)
    if grade is None:
        return Proposal([], "")
    words = f"系统建议（{kind_of(signal.kind).title}，{grade.means}）"
    return Proposal(list(grade.measures), words)
