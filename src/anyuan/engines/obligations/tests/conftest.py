"""Fixtures of the obligations engine: the small pack in force since 2 March 2020, and this year's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Policy
from anyuan.engines.obligations.tests.packing import RULES, START, small_pack
from anyuan.org.tests.cast import Cast


@pytest.fixture
def policy(cast: Cast) -> Policy:
    """Loaded by the bureau on 2 March 2020; duties exist 40 days ahead."""
    with scope.enter(cast.bureau.units):
        result = load_policy(cast.city, by=cast.bureau, pack=small_pack(), today=START)
    assert result.policy is not None
    return result.policy


@pytest.fixture
def this_year(cast: Cast) -> Policy:
    """The same pack, loaded by the bureau on the first of last month of the real calendar."""
    today = timezone.localdate()
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    with scope.enter(cast.bureau.units):
        pack = small_pack(rules=RULES, valid_from=date(today.year - 1, 1, 1))
        result = load_policy(cast.city, by=cast.bureau, pack=pack, today=last_month)
    assert result.policy is not None
    return result.policy
