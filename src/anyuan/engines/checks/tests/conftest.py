"""Fixtures of assigned checks: a second school of the district, its officer, a list, one assignment."""

from __future__ import annotations

import pytest

from anyuan.core import scope
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.checks.tests.assigning import assign
from anyuan.org.actor import SYSTEM
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, hire


@pytest.fixture
def near(cast):
    """Another school of the same district."""
    with scope.everything():
        return add_unit(
            cast.wujin, by=SYSTEM, code="2132000009", name="武进区星河小学", kind="school", profile=PROFILE
        )  # fmt: skip


@pytest.fixture
def checker(near):
    with scope.everything():
        return hire(near, "checker", "安全员戊", "safety_officer")


@pytest.fixture
def version(cast):
    spec = Spec("round", "互查表", "", (Item("exits", "通道"), Item("lamps", "灯")))
    return publish_checklist(cast.city, by=cast.bureau, spec=spec)


@pytest.fixture
def given_to(cast, version, checker):
    return assign(cast, version, checker)
