"""What a history says of a past moment is what stood there then."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.asof import as_of, event_model, states_of
from anyuan.core.models import Comment, Record
from anyuan.org.records import amend_record, open_record, void_record

BEGIN = datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
COLUMNS = ("title", "state", "counts", "happened_on", "tags")
deeds = st.lists(
    st.tuples(st.sampled_from(["open", "title", "state", "day", "void"]), st.integers(0, 3)),
    min_size=1, max_size=12,
)  # fmt: skip


def do(deed: str, number: int, made: list[Record], cast: Any, step: int) -> None:
    """One deed of the school; what was void already stays so."""
    if deed == "open" or not made:
        made.append(
            open_record(cast.school, by=cast.officer, kind="drill", title=f"第{step}次",
                        happened_on=datetime.date(2026, 3, 1), tags=[f"type:{number}"])
        )  # fmt: skip
        return
    record = Record.objects.get(pk=made[number % len(made)].pk)
    if deed == "void":
        void_record(record, by=cast.officer)
    elif deed == "title":
        amend_record(record, by=cast.officer, title=f"改为{step}")
    elif deed == "state":
        amend_record(record, by=cast.officer, state=f"state{number}")
    else:
        amend_record(record, by=cast.officer, happened_on=datetime.date(2026, 3, 2 + number))


def now_standing() -> dict[Any, tuple[Any, ...]]:
    return {row.pk: tuple(getattr(row, name) for name in COLUMNS) for row in Record.objects.all()}


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds)
def test_a_past_day_is_rebuilt_as_it_was_that_day(cast, done):
    """Each deed falls on a day of its own; every day is rebuilt, also between and before them."""
    with scope.everything():
        Record.objects.all().delete()
        event = event_model(Record)._meta.db_table
        days: list[tuple[datetime.datetime, dict[Any, tuple[Any, ...]]]] = [(BEGIN, {})]
        made: list[Record] = []
        for step, (deed, number) in enumerate(done, start=1):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT coalesce(max(pgh_id), 0) FROM {event}")
                before = cursor.fetchone()[0]
            do(deed, number, made, cast, step)
            moment = BEGIN + datetime.timedelta(days=step)
            with connection.cursor() as cursor:  # the database's clock stands still in a test
                cursor.execute(
                    f"UPDATE {event} SET pgh_created_at = %s WHERE pgh_id > %s", [moment, before]
                )
            days.append((moment, now_standing()))
        keys = [one.pk for one in made]
        for moment, stood in days:
            for later in (datetime.timedelta(0), datetime.timedelta(hours=23)):
                rebuilt = states_of(as_of(Record, moment + later, among=keys), *COLUMNS)
                assert rebuilt == stood


def test_what_keeps_no_history_says_so():
    with pytest.raises(LookupError):
        event_model(Comment)
