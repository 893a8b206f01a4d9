"""Two teachers at once on one class, and two who hand over the same child; on connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from anyuan.core import scope
from anyuan.core.refused import Conflict
from anyuan.domains.emergency.rollcall.models import Handover
from anyuan.domains.emergency.rollcall.services import Word, send_sheet, start_roll_call
from anyuan.domains.emergency.rollcall.services.handing import hand_over
from anyuan.domains.emergency.rollcall.tests.making import (
    figures,
    group_of,
    member_of,
    named_class,
    started,
)
from anyuan.org.tests.cast import Cast, make_cast


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast and a class, seen from other connections; wiped afterwards."""
    with django_db_blocker.unblock():
        try:
            made = make_cast()
            named_class(made.school, made.officer)
            yield made
        finally:
            _wipe()
            connection.close()


def _wipe() -> None:
    login = settings.DATABASE.login("owner")
    with psycopg.connect(
        host=settings.DATABASE.host,
        port=settings.DATABASE.port,
        dbname=connection.settings_dict["NAME"],
        user=login["user"],
        password=login["password"],
    ) as link:
        link.execute("TRUNCATE org_unit, org_person, core_audit CASCADE")


def together(*deeds: Callable[[], Any]) -> list[Exception]:
    """Do all of it at the same moment; what was refused."""
    gate, refused = threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], Any]) -> None:
        gate.wait()
        try:
            deed()
        except Conflict as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return refused


def test_two_teachers_on_one_class_lose_no_word(committed):
    call = started(committed.school, committed.officer)
    group = group_of(call)
    lost = {name: member_of(call, name).pk for name in ("王小明", "李小红")}

    def count(by, name):
        return lambda: send_sheet(group, by=by, words={lost[name]: Word("missing")}, rest=True)

    assert together(count(committed.teacher, "王小明"), count(committed.guard, "李小红")) == []
    expected, present, elsewhere, missing = figures(call)
    assert (expected, present, elsewhere, missing) == (4, 2, 0, 2)
    assert {member_of(call, name).state for name in lost} == {"missing"}


def test_two_commanders_start_one_roll_call(committed):
    start = lambda: start_roll_call(committed.school, by=committed.officer, real=True)  # noqa: E731
    assert len(together(start, start)) == 1


def test_a_child_is_handed_over_by_one_of_two(committed):
    call = started(committed.school, committed.officer, real=True)
    send_sheet(group_of(call), by=committed.teacher, rest=True)
    child = member_of(call, "王小明")

    def give(by):
        return lambda: hand_over(child, by=by, guardian=1, how="known")

    assert len(together(give(committed.teacher), give(committed.guard))) == 1
    with scope.everything():
        assert Handover.objects.filter(member=child).count() == 1
