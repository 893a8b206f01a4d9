"""Two commanders at once, on connections of their own: one decides, the other is told so."""

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
from anyuan.domains.emergency.warnings import queries
from anyuan.domains.emergency.warnings.models import CapMessage, WarningResponse, WarningSignal
from anyuan.domains.emergency.warnings.services.answering import acknowledge
from anyuan.domains.emergency.warnings.services.weighing import step_warning
from anyuan.domains.emergency.warnings.tests.making import cap, copy_of, entered, issued, take
from anyuan.org.tests.cast import Cast, hire, make_cast


@pytest.fixture
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast with committed rows, so that other connections see them; wiped afterwards."""
    with django_db_blocker.unblock():
        try:
            yield make_cast()
        finally:
            _wipe()
            connection.close()


def _wipe() -> None:
    """The app may not truncate; the owner of the tables empties all that hangs on a unit."""
    login = settings.DATABASE.login("owner")
    with psycopg.connect(
        host=settings.DATABASE.host, port=settings.DATABASE.port, dbname=connection.settings_dict["NAME"],
        user=login["user"], password=login["password"],
    ) as link:  # fmt: skip
        link.execute("TRUNCATE org_unit, core_audit CASCADE")
        link.execute("TRUNCATE org_person CASCADE")
        events = "SELECT tablename FROM pg_tables WHERE tablename LIKE '%event'"
        for (table,) in link.execute(events).fetchall():
            link.execute(f'TRUNCATE "{table}" CASCADE')


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each gave or raised, all begun at the same moment on their own connections."""
    start = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            start.wait()
            found[place] = work()
        except Exception as error:  # kept for the test, whatever it is
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def deciding(signal: WarningSignal, by: Any, transition: str, **data: Any) -> Callable[[], Any]:
    def work() -> str:
        with scope.enter(by.units, person=str(by.person_id)):
            held = queries.one(by, signal.pk)
            return step_warning(held, by=by, transition=transition, data=data).state

    return work


def test_one_decision_holds(city):
    with scope.everything():
        second = hire(city.wujin, "deputy", "副值班", "district_supervisor")
    signal = entered(city.wujin, by=city.district)
    data = {
        "kind": "rainstorm", "colour": "red", "level": "I", "units": [city.wujin.key], "expires_at": signal.expires_at,
        "words": "x", "measures": ["停止户外活动"], "suspension": None,
    }  # fmt: skip
    found = together(
        deciding(signal, city.district, "issue", **data), deciding(signal, second, "issue", **data),
        deciding(signal, second, "void", note="不下发"),
    )  # fmt: skip
    done = [one for one in found if isinstance(one, str)]
    assert len(done) == 1
    assert all(isinstance(one, (str, Conflict)) for one in found)
    with scope.everything():
        assert WarningResponse.objects.count() == (1 if done == ["running"] else 0)


def test_the_same_message_from_two_sides_is_one(city):
    def bring() -> bool:
        with scope.enter(city.bureau.units):
            return bool(take(city.city, city.bureau, cap()).new)

    assert sorted(together(bring, bring, bring)) == [False, False, True]
    with scope.everything():
        assert (CapMessage.objects.count(), WarningSignal.objects.count()) == (1, 1)


def test_two_at_a_school_confirm_once(city):
    with scope.everything():
        head = hire(city.school, "head", "校长戊", "principal")
    signal = issued(entered(city.wujin, by=city.district), by=city.district)
    response = copy_of(signal, city.officer)
    works = [
        lambda by=by: acknowledge(response, by=by).acked_by_name for by in (city.officer, head)
    ]
    found = together(*works)
    assert len([one for one in found if isinstance(one, str)]) == 1
    assert len([one for one in found if isinstance(one, Conflict)]) == 1
