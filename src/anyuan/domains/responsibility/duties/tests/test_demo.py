"""The demo shows networks, letters in every state and a list that was acknowledged."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.core import scope
from anyuan.domains.responsibility.duties.demo import fill
from anyuan.domains.responsibility.duties.models import Holding, Letter, Seat
from anyuan.domains.responsibility.duties.tests.making import employ, head_of
from anyuan.domains.responsibility.duties.verifying import check_all
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_the_demo_fills_all_levels(cast: Cast) -> None:
    head_of(cast)
    employ(cast.school, "school", "演示安全员", "safety_officer")
    for n in range(12):
        employ(cast.school, f"t{n}", f"教师{n}", "teacher")
    today = timezone.localdate()
    with scope.everything():
        fill([], today - datetime.timedelta(days=30), today, at)
        assert Seat.objects.values("unit").distinct().count() == 5
        levels = set(Letter.objects.values_list("level", flat=True))
        assert levels == {"city", "district", "school"}
        assert Letter.objects.filter(state="issued").exists()
        assert Holding.objects.filter(read_version=1).exists()
        assert check_all() == []
