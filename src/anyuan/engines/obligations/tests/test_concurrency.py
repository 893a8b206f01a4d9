"""Several people at once, on connections of their own: nothing is lost, nothing drifts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from anyuan.core import scope
from anyuan.core.models import Record
from anyuan.engines.obligations.generation import generate
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Evidence, Obligation, Policy
from anyuan.engines.obligations.recount import recount
from anyuan.engines.obligations.tests.packing import START, small_pack
from anyuan.engines.obligations.tests.test_recount import deed, duty
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit
from anyuan.org.records import void_record
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE

WORKERS = 4


@pytest.fixture
def school(django_db_setup: None, django_db_blocker: Any) -> Iterator[Unit]:
    """One school whose rows are committed, so that other connections see them; wiped afterwards."""
    with django_db_blocker.unblock():
        try:
            with scope.everything():
                city = Unit(key="320400.", code="320400", kind="city", name="市", short_name="市")
                city.save(force_insert=True)
                made = add_unit(
                    city, by=SYSTEM, code="2132000001", name="学校", kind="school", profile=PROFILE
                )
                load_policy(city, by=SYSTEM, pack=small_pack(), today=START)
            yield made
        finally:
            _wipe()
            connection.close()


def _wipe() -> None:
    """The app may not truncate; the owner of the tables empties all that hangs on a unit."""
    login = settings.DATABASE.login("owner")
    with psycopg.connect(
        host=settings.DATABASE.host,
        port=settings.DATABASE.port,
        dbname=connection.settings_dict["NAME"],
        user=login["user"],
        password=login["password"],
    ) as link:
        link.execute("TRUNCATE org_unit, core_audit CASCADE")
        events = "SELECT tablename FROM pg_tables WHERE tablename LIKE '%event'"
        for (table,) in link.execute(events).fetchall():
            link.execute(f'TRUNCATE "{table}" CASCADE')


def _together(*works: Any) -> None:
    """Run all at the same moment, each on its own connection; the first error is raised here."""
    start, errors = threading.Barrier(len(works)), []

    def run(work: Any) -> None:
        try:
            start.wait(timeout=10)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "the workers wait for each other"
    if errors:
        raise errors[0]


def _state() -> tuple[Any, Any]:
    with scope.everything():
        rows = Obligation.objects.order_by("id").values_list("id", "done", "state", "met_on")
        return list(rows), set(Evidence.objects.values_list("obligation_id", "record_id"))


def _assert_no_drift() -> None:
    stepwise = _state()
    with scope.everything():
        recount()
    assert _state() == stepwise


def test_two_filings_at_the_same_moment_both_count(school):
    second_begins = threading.Event()

    def first() -> None:
        with scope.everything():
            deed(school, date(2020, 3, 10), "topic:drill")
            second_begins.set()
            threading.Event().wait(0.3)  # the other one runs into this one's locks

    def second() -> None:
        second_begins.wait(10)
        with scope.everything():
            deed(school, date(2020, 3, 11), "topic:lesson", "topic:drill")

    _together(first, second)
    with scope.everything():
        quarter = duty(school, "twice", "2020-01-01")
        assert (quarter.done, quarter.state) == (2, "met")
    _assert_no_drift()


def test_a_record_saved_while_its_duty_is_being_made_counts(school):
    filed = threading.Event()

    def writer() -> None:
        with scope.everything():
            deed(school, date(2020, 8, 10), "topic:drill")  # no duty of August exists yet
            filed.set()
            threading.Event().wait(0.3)  # not committed while the duties are made

    def maker() -> None:
        filed.wait(10)
        with scope.everything():
            generate(Policy.objects.get(), since=date(2020, 8, 1), until=date(2020, 8, 31))

    _together(writer, maker)
    with scope.everything():
        assert duty(school, "month", "2020-08-01").state == "met"


def test_filing_and_withdrawing_by_many_while_duties_are_made(school):
    def worker(number: int) -> None:
        for step in range(5):
            with scope.everything():
                day = START + timedelta(days=number + 20 * step)
                record = deed(school, day, "topic:drill")
            if step % 2:
                with scope.everything():
                    void_record(Record.objects.get(pk=record.pk), by=SYSTEM)

    def maker() -> None:
        for months in range(1, 6):
            with scope.everything():
                until = START + timedelta(days=30 * months)
                generate(Policy.objects.get(), since=START, until=until)

    _together(*[lambda n=n: worker(n) for n in range(WORKERS)], maker, maker)
    with scope.everything():
        assert Record.objects.count() == WORKERS * 5
        june = Obligation.objects.filter(rule__key="month", period_start="2020-05-01").get()
        assert june.done == Evidence.objects.filter(obligation=june).count() > 0
    _assert_no_drift()
