"""The demo's governance and appraisals are made through the services and are whole."""

from __future__ import annotations

from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.core import scope
from anyuan.domains.responsibility.appraisal import demo
from anyuan.domains.responsibility.appraisal.models import Result, Round
from anyuan.domains.responsibility.governance import demo as governance_demo
from anyuan.domains.responsibility.governance.models import (
    LeaderInspection,
    Meeting,
    Plan,
    Regulation,
)
from anyuan.domains.responsibility.governance.visit_queries import draws_again
from anyuan.org.tests.cast import hire


def test_the_demo(cast):
    today = timezone.localdate()
    with scope.everything():
        hire(cast.school, "school", "校长", "principal")
        governance_demo.fill([cast.school, cast.other], today, at)
        demo.fill(today, at)
        assert {plan.unit_id for plan in Plan.objects.all()} == {cast.wujin.key}
        assert all(draws_again(plan) for plan in Plan.objects.all())
        assert Regulation.objects.filter(unit=cast.school).count() > 5
        assert LeaderInspection.objects.filter(unit=cast.school).count() == 1
        assert Meeting.objects.count() == 6
        assert sorted(Round.objects.values_list("state", flat=True)) == ["final", "open"]
        last = Result.objects.filter(round__state="final")
        assert all(one.final_score is not None and one.rank for one in last)
