"""A school that comes, changes or closes has the duties that fit within seconds, not the next day."""

from __future__ import annotations

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.obligations.jobs import renew
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.tests.packing import RULES, small_pack
from anyuan.org.services import add_unit, close_unit, set_profile
from anyuan.org.tests.cast import PROFILE

TODAY = timezone.localdate()


@pytest.fixture
def loaded(cast):
    with scope.enter(cast.bureau.units):
        pack = small_pack(rules=RULES, valid_from=TODAY.replace(month=1, day=1))
        load_policy(cast.city, by=cast.bureau, pack=pack, today=TODAY)
    return cast


@pytest.fixture
def asked(monkeypatch):
    """How often a run was asked for after commit."""
    times: list[int] = []
    monkeypatch.setattr("anyuan.engines.obligations.jobs._ask_to_renew", lambda: times.append(1))
    return times


def duties(unit):
    with scope.everything():
        return Obligation.objects.filter(unit=unit).count()


def test_a_new_school_owes_what_others_owe(loaded, asked, django_capture_on_commit_callbacks):
    cast = loaded
    with django_capture_on_commit_callbacks(execute=True):
        school = add_unit(
            cast.wujin,
            by=cast.district,
            code="3232000999",
            name="新学校",
            kind="school",
            profile=PROFILE,
        )
    assert asked
    assert duties(school) == 0
    renew.func()
    assert duties(school) == duties(cast.school) > 0


def test_a_changed_and_a_closed_school_ask_for_a_run(
    loaded, asked, django_capture_on_commit_callbacks
):
    cast = loaded
    with django_capture_on_commit_callbacks(execute=True):
        set_profile(cast.school, by=cast.district, pupils=900)
    assert len(asked) == 1
    with django_capture_on_commit_callbacks(execute=True):
        close_unit(cast.school, by=cast.district, on=TODAY)
    assert len(asked) == 2
    renew.func()
    with scope.everything():
        left = Obligation.objects.filter(unit=cast.school, due_on__gt=TODAY, state="open")
        assert not left.exists()
