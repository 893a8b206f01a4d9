"""The demo shows networks, letters in every state and a list that was acknowledged."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.core import scope
from anyuan.domains.responsibility.duties.demo import fill
from anyuan.domains.responsibility.duties.models import Holding, Letter, LetterRound, Seat
from anyuan.domains.responsibility.duties.tests.making import employ, head_of
from anyuan.domains.responsibility.duties.verifying import check_all
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Post
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, Cast, hire

pytestmark = pytest.mark.django_db


def test_the_demo_fills_all_levels(cast: Cast) -> None:
    head_of(cast)
    employ(cast.school, "school", "演示安全员", "safety_officer")
    for n in range(12):
        employ(cast.school, f"demo{n}", f"教师{n}", "teacher")
    with scope.everything():
        for n in range(8):
            school = add_unit(
                cast.wujin, by=SYSTEM, code=f"213200001{n}", name=f"武进区第{n}小学", kind="school", profile=PROFILE
            )  # fmt: skip
            for role in ("principal", "teacher"):
                hire(school, f"{role}{n}", f"甲{n}", role)
    today = timezone.localdate()
    with scope.everything():
        Post.objects.update(since=today - datetime.timedelta(days=31))
        fill([], today - datetime.timedelta(days=30), today, at)
        assert Seat.objects.values("unit").distinct().count() == 13
        levels = set(Letter.objects.values_list("level", flat=True))
        assert levels == {"city", "district", "school"}
        states = set(Letter.objects.filter(year=today.year).values_list("state", flat=True))
        assert states >= {"issued", "signed", "withdrawn"}
        # Letters of posts are those of a few schools; last year's are over, signed as they were.
        assert LetterRound.objects.filter(level="school").count() == 2
        before = Letter.objects.filter(year=today.year - 1)
        assert set(before.values_list("state", flat=True)) == {"expired"}
        assert before.filter(signed_at__year=today.year - 1, unit=cast.school).count() == 1
        assert Holding.objects.filter(read_version=1).exists()
        assert check_all() == []
