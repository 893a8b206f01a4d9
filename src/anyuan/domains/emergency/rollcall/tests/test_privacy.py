"""Pupils' names stay at their school: nobody above reads one, on no page, in no file, in no log."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Audit, Record
from anyuan.domains.emergency.rollcall.jobs import end_old
from anyuan.domains.emergency.rollcall.models import Handover, Mark, Member, Pupil, RollCall
from anyuan.domains.emergency.rollcall.retention import clear_names, forget_gone
from anyuan.domains.emergency.rollcall.services import Word, end_roll_call, send_sheet
from anyuan.domains.emergency.rollcall.services.handing import hand_over
from anyuan.domains.emergency.rollcall.tests.making import (
    NAMES,
    figures,
    fresh,
    group_of,
    member_of,
    named_class,
    started,
)
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import end_row, unseal_row

DAY = datetime.timedelta(days=1)


@pytest.fixture
def call(cast):
    """A real one that was ended, with a child who was looked for and one who was handed over."""
    named_class(cast.school, cast.officer)
    made = started(cast.school, cast.officer, real=True)
    words = {member_of(made, "李小红").pk: Word("missing", note="没看到")}
    send_sheet(group_of(made), by=cast.teacher, words=words, rest=True)
    hand_over(member_of(made, "王小明"), by=cast.teacher, guardian=1, how="known")
    end_roll_call(made, by=cast.officer, note="继续寻找")
    return made


def told(text: str) -> set[str]:
    return {name for name in (*NAMES, "王建国") if name in text}


def pages(call) -> list[str]:
    with scope.everything():
        pupil = Pupil.objects.first()
    member, group = member_of(call, "王小明"), group_of(call)
    pk = {"args": [call.pk]}
    return [
        reverse("rollcall:list"), reverse("rollcall:detail", **pk), reverse("rollcall:going", **pk),
        reverse("rollcall:mine", **pk), reverse("rollcall:find", **pk) + "?q=王",
        reverse("rollcall:handing", **pk), reverse("rollcall:handing_going", **pk),
        reverse("rollcall:paper", args=[call.pk, "sheet", "xlsx"]),
        reverse("rollcall:paper", args=[call.pk, "handover", "pdf"]),
        reverse("rollcall:take", args=[group.pk]), reverse("rollcall:found", args=[member.pk]),
        reverse("rollcall:hand", args=[member.pk]), reverse("ledgers:row", args=[pupil.pk]),
        reverse("ledgers:list", args=["pupil"]) + "?q=王", reverse("ledgers:export", args=["pupil"]),
        reverse("web:command"), reverse("web:command_panels"), "/today/", "/board/",
        f"/api/v1/rollcalls/{call.pk}", f"/api/v1/rollcalls/{call.pk}/groups", "/api/v1/rollcalls",
        "/api/v1/records?kind=pupil", "/api/v1/ledgers/pupil", f"/api/v1/ledgers/pupil/{pupil.pk}",
        "/api/v1/records",
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["district", "bureau"])
def test_the_levels_above_see_how_many_and_no_name(cast, call, who):
    client = cast.client(getattr(cast, who))
    for where in pages(call):
        answer = client.get(where)
        assert answer.status_code in {200, 403, 404}, where
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert told(body.decode(errors="ignore")) == set(), where
    for what in ("sheet.pdf", "sheet.xlsx", "handover.pdf", "handover.xlsx"):
        assert client.get(f"/rollcall/{call.pk}/paper/{what}").status_code == 403
    facts = {"number": "20269999", "name": "孙新", "class_name": "三（2）班"}
    assert client.post("/ledgers/pupil/new/", {**facts, "unit": cast.school.key}).status_code == 403
    answer = client.post("/api/v1/ledgers/pupil", {"unit": cast.school.key, "facts": facts}, content_type="application/json")  # fmt: skip
    assert answer.status_code in {403, 404, 405}
    page = client.get(reverse("rollcall:detail", args=[call.pk])).content.decode()
    assert "还差" in page
    assert client.post(reverse("rollcall:take", args=[group_of(call).pk])).status_code == 404


def test_the_school_itself_reads_them(cast, call):
    client = cast.client(cast.teacher)
    assert "李小红" in client.get(reverse("rollcall:detail", args=[call.pk])).content.decode()
    assert "王小明" in client.get(reverse("ledgers:list", args=["pupil"])).content.decode()


def test_anchors_logs_and_history_say_no_name(cast, call):
    with scope.enter(cast.officer.units):
        row = Pupil.objects.select_related("record", "unit").get(name="王小明")
        unseal_row(row, by=cast.officer, ledger=all_ledgers()["pupil"])
        titles = " ".join(Record.objects.values_list("title", flat=True))
    assert told(titles) == set()
    officer = cast.client(cast.officer)
    answer = officer.get(reverse("ledgers:export", args=["pupil"]) + "?q=王小明&sealed=0")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))  # fmt: skip
    assert "王小明" in {cell.value for line in book.active.iter_rows() for cell in line}
    assert told(" ".join(Audit.objects.values_list("what", flat=True))) == set()
    kept = {field.name for field in Pupil.events.rel.related_model._meta.fields}
    assert not kept & {"name", "number", "search", "guardian1_name", "guardian1_phone"}


def test_another_school_finds_nothing(cast, call):
    client = cast.client(cast.stranger)
    for where in pages(call):
        body = client.get(where)
        text = (b"".join(body.streaming_content) if body.streaming else body.content).decode(errors="ignore")  # fmt: skip
        assert told(text) == set(), where


def test_names_go_when_they_need_not_be_kept_and_figures_stay(cast, call):
    now = timezone.now()
    before = figures(call)
    with scope.everything():
        assert clear_names(now + 1000 * DAY) == 0  # a real event: three years
        assert clear_names(now + 1100 * DAY) == 1
        assert clear_names(now + 1100 * DAY) == 0
        assert set(Member.objects.values_list("name", "number", "note")) == {("", "", "")}
        assert set(Mark.objects.values_list("note", flat=True)) == {""}
        assert told(" ".join(Handover.objects.values_list("pupil_name", "guardian")[0])) == set()
    assert figures(call) == before
    page = cast.client(cast.officer).get(reverse("rollcall:detail", args=[call.pk]))
    assert "姓名已清除" in page.content.decode()


def test_a_drill_is_forgotten_sooner(cast):
    named_class(cast.school, cast.officer)
    made = started(cast.school, cast.officer)
    end_roll_call(made, by=cast.officer, note="练习")
    with scope.everything():
        assert clear_names(timezone.now() + 91 * DAY) == 1


def test_a_pupil_who_left_is_forgotten(cast):
    named_class(cast.school, cast.officer)
    with scope.enter(cast.officer.units):
        row = Pupil.objects.select_related("record", "unit").get(name="王小明")
        end_row(row, by=cast.officer, ledger=all_ledgers()["pupil"], why="转学")
    with scope.everything():
        assert forget_gone(timezone.now() + 59 * DAY) == 0
        assert forget_gone(timezone.now() + 61 * DAY) == 1
        gone = Pupil.objects.get(pk=row.pk)
        assert (gone.name, gone.guardian1_name, gone.guardian1_phone) == ("—", "", "")
        assert Pupil.objects.filter(active=True).count() == 3


def test_a_call_that_nobody_ended_ends_by_itself(cast):
    named_class(cast.school, cast.officer)
    made = started(cast.school, cast.officer)
    with scope.everything():
        assert end_old(timezone.now() + datetime.timedelta(hours=11)) == 0
        later = timezone.now() + datetime.timedelta(hours=13)
        assert end_old(later) == 1
        assert RollCall.objects.get(pk=made.pk).end_note
    assert not fresh(made).running
