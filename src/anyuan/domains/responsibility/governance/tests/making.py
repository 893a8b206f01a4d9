"""One thing of each kind at school A, for tests that walk all pages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.responsibility.governance.models import Decision, Target
from anyuan.domains.responsibility.governance.services.library import (
    issue_regulation,
    review_library,
)
from anyuan.domains.responsibility.governance.services.meetings import (
    Agreed,
    hold_meeting,
    record_leader_inspection,
)
from anyuan.domains.responsibility.governance.services.visits import fill_visit, plan_visits


def governed(cast: Any) -> dict[str, dict[str, Any]]:
    """{route name or namespace: {argument: value}}."""
    today, by, above = timezone.localdate(), cast.officer, cast.district
    facts = {"issued_on": today, "since": today, "approved_by": "校务会", "text": "一"}
    row = issue_regulation(cast.school, by=by, kind="gate", **facts)
    review = review_library(cast.school, by=by, on=today)
    meeting = hold_meeting(
        cast.school, by=by, on=today, type="monthly", chair="甲", attended=9, agenda="整改",
        decisions=[Agreed("换灯", "乙", today)],
    )  # fmt: skip
    leader = record_leader_inspection(
        cast.school, by=by, on=today, leader="甲", role="party", summary="巡查"
    )
    plans = [
        plan_visits(
            cast.wujin, by=above, schools=[cast.school], how="hand", title="督查", since=today, until=today,
            inspectors="甲", team_size=1,
        )
        for _ in range(2)
    ]  # fmt: skip
    with scope.enter(above.units):
        done, target = (Target.objects.select_related("plan").get(plan=plan) for plan in plans)
        decision = Decision.objects.get(meeting=meeting)
    visit = fill_visit(done, by=above, on=today, result="看了", findings=[{"text": "灯坏"}])
    found = {
        "governance": row.pk,
        "review": review.pk,
        "leader": leader.pk,
        "decision_end": decision.pk,
    }
    found |= dict.fromkeys(("meeting", "meeting_withdraw"), meeting.pk)
    found |= dict.fromkeys(("plan", "bulletin"), plans[0].pk)
    found |= dict.fromkeys(("target", "target_cancel"), target.pk)
    found |= dict.fromkeys(("visit", "visit_act"), visit.pk)
    rest = {"governance": {"kind": "pdf", "step": "reply"}}
    return {
        n if n == "governance" else f"governance:{n}": {"pk": pk, **rest.get(n, {})}
        for n, pk in found.items()
    }
