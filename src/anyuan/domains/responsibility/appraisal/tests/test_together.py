"""Two at once, on connections of their own: no reviewer's points are lost, nobody publishes twice."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from anyuan.core import scope
from anyuan.core.refused import Conflict
from anyuan.domains.responsibility.appraisal.models import Result, Review, Veto
from anyuan.domains.responsibility.appraisal.services.rounds import publish_round
from anyuan.domains.responsibility.appraisal.services.scores import (
    decide_veto,
    object_to,
    review_item,
)
from anyuan.domains.responsibility.appraisal.tests.making import a_round, item_in, scored
from anyuan.domains.responsibility.duties.tests.making import wipe
from anyuan.domains.responsibility.duties.tests.test_together import together
from anyuan.org.tests.cast import Cast, hire, make_cast


@pytest.fixture
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast with committed rows, so that other connections see them; wiped afterwards."""
    with django_db_blocker.unblock():
        try:
            yield make_cast()
        finally:
            wipe()
            connection.close()


def test_two_reviewers_at_once_both_count(city: Cast) -> None:
    with scope.everything():
        second = hire(city.wujin, "second", "另一人", "district_supervisor")
    item = item_in(city, a_round(city), "3")
    found = together(
        lambda: review_item(item, by=city.district, points=Decimal(20), reason="好").points,
        lambda: review_item(item, by=second, points=Decimal(11), reason="一般").points,
    )
    assert sorted(found) == [11, 20]
    with scope.everything():
        assert Review.objects.count() == 2
        item.refresh_from_db()
    assert item.points == Decimal("15.50")


def test_publishing_twice_at_once_publishes_once(city: Cast) -> None:
    round_ = scored(city)
    found = together(*[lambda: publish_round(round_, by=city.district).state] * 2)
    assert sorted(type(one) is Conflict for one in found) == [False, True]
    with scope.everything():
        assert Result.objects.get().published_at is not None


def test_a_score_and_the_publishing_at_once_leave_one_truth(city: Cast) -> None:
    """Either the points came before and are in the total, or the reviewer is told that it is too late."""
    round_ = scored(city, points=10)
    item = item_in(city, round_, "3")
    found = together(
        lambda: publish_round(round_, by=city.district).state,
        lambda: review_item(item, by=city.district, points=Decimal(20), reason="重看").points,
    )
    assert found[0] == "published"
    with scope.everything():
        result, item = Result.objects.get(), type(item).objects.get(pk=item.pk)
        total = sum(one.points for one in result.items.all())
    assert result.score == total
    assert item.points == (Decimal(10) if isinstance(found[1], Conflict) else Decimal(20))


def test_an_objection_sent_twice_at_once_is_one(city: Cast) -> None:
    round_ = scored(city)
    publish_round(round_, by=city.district)
    item = item_in(city, round_, "3")
    found = together(*[lambda: object_to(item, by=city.officer, text="停课").text] * 2)
    assert sorted(type(one) is Conflict for one in found) == [False, True]


def test_a_veto_and_the_publishing_at_once_leave_one_truth(city: Cast) -> None:
    round_ = scored(city)
    with scope.everything():
        veto = Veto.objects.get(key="fake")
    found = together(
        lambda: publish_round(round_, by=city.district).state,
        lambda: decide_veto(veto, by=city.district, holds=True, reason="不实").holds,
    )
    assert found[0] == "published"
    with scope.everything():
        failed = Result.objects.get().grade == "failing"
        assert Veto.objects.get(key="fake").holds is failed
    assert failed is not isinstance(found[1], Conflict)
