"""The steps of a point's loop, and what a person decides on a proposal to grade anew."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.risk.points.models import RegradeProposal, RiskPoint
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission


def step_point(
    point: RiskPoint,
    *,
    by: Actor,
    transition: str,
    data: Mapping[str, Any] | None = None,
    seen: int | None = None,
    file_ids: Iterable[uuid.UUID] = (),
) -> Case:
    """One step of the point's loop (guarded by `cases.services.move`)."""
    return move(
        point.record.case,
        by=by,
        transition=transition,
        thing=point,
        data=data,
        seen=seen,
        file_ids=file_ids,
    )


@action(Permission.RISK_WRITE)
def decline_proposal(proposal: RegradeProposal, *, by: Actor, decision: str) -> RegradeProposal:
    """The grading stays as it is, and why. To accept is to grade the point anew."""
    held: RegradeProposal = RegradeProposal.objects.select_for_update().get(pk=proposal.pk)
    if held.state != RegradeProposal.State.OPEN:
        raise Conflict(_("这条建议刚刚已由他人处理，请刷新后再看。"))
    if not decision.strip():
        raise Refused(_("请写明为什么不需要重新评估。"), field="decision")
    held.state = RegradeProposal.State.DECLINED
    held.decision = decision.strip()[:300]
    held.decided_by_id, held.decided_at = by.person_id, timezone.now()
    held.save()
    return held
