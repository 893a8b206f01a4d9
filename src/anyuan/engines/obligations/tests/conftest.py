"""Fixtures of the obligations engine: the small pack in force since 2 March 2020."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anyuan.core import events, scope
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Policy
from anyuan.engines.obligations.recount import recount_for
from anyuan.engines.obligations.tests.packing import START, small_pack
from anyuan.org.tests.cast import Cast


@pytest.fixture
def policy(cast: Cast) -> Policy:
    """Loaded by the bureau on 2 March 2020; duties exist 40 days ahead."""
    with scope.enter(cast.bureau.units):
        result = load_policy(cast.city, by=cast.bureau, pack=small_pack(), today=START)
    assert result.policy is not None
    return result.policy


@pytest.fixture(autouse=True)
def reactions() -> Iterator[None]:
    """The reaction that makes records count (the product's table connects it as well)."""
    events.on("record.saved", recount_for)
    return
