"""Dates that expire are warned of once; large exports survive their worker."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.ledgers import exports, jobs
from anyuan.engines.ledgers.models import Export
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.reminders import remind
from anyuan.engines.ledgers.services import change_row, end_row
from anyuan.engines.ledgers.tests.books import extinguisher, put
from anyuan.engines.notices.models import Notification

TODAY = timezone.localdate()


def in_days(number):
    return TODAY + datetime.timedelta(days=number)


def told():
    with scope.everything():
        rows = Notification.objects.filter(kind="ledger.expiry").order_by("pk")
        return [(row.person_id, row.title) for row in rows]


def reminded(day=TODAY):
    with scope.everything():
        return remind(day)


def test_a_row_is_warned_of_at_each_step_and_once_past(cast):
    put(cast, extinguisher(expires_on=in_days(20)))
    assert reminded() > 0
    assert told() == [(cast.officer.person_id, "消防器材台账：1 项即将到期")]
    assert reminded() == reminded(in_days(1)) == 0
    reminded(in_days(14))
    reminded(in_days(21))
    titles = [title for _person, title in told()]
    assert titles == [
        "消防器材台账：1 项即将到期", "消防器材台账：1 项即将到期", "消防器材台账：1 项已过期"
    ]  # fmt: skip


def test_put_off_it_is_warned_of_anew_and_taken_off_never(cast):
    ledger = all_ledgers()["fire_facility"]
    row = put(cast, extinguisher(expires_on=in_days(5)))
    reminded()
    with scope.enter(cast.officer.units):
        change_row(row, by=cast.officer, ledger=ledger, facts={"expires_on": in_days(200)})
    assert reminded(in_days(180)) > 0
    with scope.enter(cast.officer.units):
        end_row(row, by=cast.officer, ledger=ledger, why="报废")
    assert reminded(in_days(220)) == 0


def test_the_list_says_what_is_due_and_what_is_past(cast):
    put(cast, extinguisher("A", expires_on=in_days(-1)))
    put(cast, extinguisher("B", expires_on=in_days(3)))
    put(cast, extinguisher("C", expires_on=in_days(300)))
    put(cast, extinguisher("D"))
    client = cast.client(cast.officer)
    where = reverse("ledgers:list", args=["fire_facility"])
    for state, number in (("expired", "A"), ("due", "B"), ("valid", "C")):
        page = client.get(where, {"expiry": state})
        lines = page.context["lines"]
        assert [line.row.number for line in lines] == [number]
    index = client.get(reverse("ledgers:index")).content.decode()
    assert "1 项已过期" in index


def test_what_looks_like_a_formula_is_exported_as_text(cast):
    put(cast, extinguisher("=1+1", place="@SUM(A1)"))
    body = cast.client(cast.officer).get(reverse("ledgers:export", args=["fire_facility"])).content
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows() for cell in row]  # fmt: skip
    assert all(cell.data_type != "f" for cell in cells)
    assert any("1+1" in str(cell.value) for cell in cells)


@pytest.fixture
def large(cast, monkeypatch):
    """Five rows are many here, two a chunk."""
    monkeypatch.setattr(exports, "DIRECT_ROWS", 3)
    monkeypatch.setattr(exports, "CHUNK", 2)
    monkeypatch.setattr("anyuan.engines.ledgers.file_views.export_soon", lambda pk: None)
    for n in range(5):
        put(cast, extinguisher(f"M-{n}"))
    client = cast.client(cast.officer)
    where = reverse("ledgers:export", args=["fire_facility"])
    assert "5" in client.get(where).content.decode()
    assert client.post(where).status_code == 302
    with scope.everything():
        return client, Export.objects.get()


def state(pk):
    with scope.everything():
        return Export.objects.get(pk=pk)


def numbers(client, pk):
    answer = client.get(reverse("ledgers:export_file", args=[pk]))
    body = b"".join(answer.streaming_content)
    rows = openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(min_row=4, values_only=True)
    return sorted(cell for row in rows for cell in row if str(cell).startswith("M-"))


def test_a_large_export_is_written_by_the_worker(cast, large):
    client, asked = large
    progress = reverse("ledgers:export_progress", args=[asked.pk])
    assert "排队" in client.get(progress).content.decode()
    exports.write_export(asked.pk)
    assert (state(asked.pk).state, state(asked.pk).done) == ("done", 5)
    assert numbers(client, asked.pk) == [f"M-{n}" for n in range(5)]
    for who in (cast.stranger, cast.guard, cast.bureau):
        for name in ("export_progress", "export_file"):
            where = reverse(f"ledgers:{name}", args=[asked.pk])
            assert cast.client(who).get(where).status_code == 404


def test_what_a_dead_worker_left_is_started_anew(cast, large, monkeypatch):
    client, asked = large
    chunks = exports._progress

    def dies(export, **facts):
        if export.done >= 4 and export.attempt == 1:
            raise SystemExit
        chunks(export, **facts)

    monkeypatch.setattr(exports, "_progress", dies)
    with pytest.raises(SystemExit):
        exports.write_export(asked.pk)
    assert state(asked.pk).state == "running"
    again: list[object] = []
    monkeypatch.setattr(jobs, "export_soon", again.append)
    jobs.resume_exports.func(0)
    assert again == []  # it may still be at work
    with scope.everything():
        Export.objects.update(seen_at=timezone.now() - jobs.SILENT * 2)
    jobs.resume_exports.func(0)
    assert again == [asked.pk]
    exports.write_export(asked.pk)
    assert (state(asked.pk).state, state(asked.pk).attempt) == ("done", 2)
    assert numbers(client, asked.pk) == [f"M-{n}" for n in range(5)]


def test_a_post_that_has_ended_gets_no_export(cast, large):
    from anyuan.org.models import Post

    _client, asked = large
    with scope.everything():
        Post.objects.filter(pk=asked.post).update(since=in_days(-9), until=in_days(-1))
    exports.write_export(asked.pk)
    assert (state(asked.pk).state, state(asked.pk).why) == ("failed", "申请导出的岗位已经结束。")
