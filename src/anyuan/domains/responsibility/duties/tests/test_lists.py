"""Duty lists: from a template, given to people, acknowledged, changed and asked again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.duties.content import Item, content
from anyuan.domains.responsibility.duties.forms import ListForm, lines_of
from anyuan.domains.responsibility.duties.models import DutyList, DutyVersion, Holding
from anyuan.domains.responsibility.duties.services.lists import (
    acknowledge,
    assign_list,
    change_list,
    end_list,
    make_list,
)
from anyuan.domains.responsibility.duties.verifying import sha256_of
from anyuan.engines.notices.models import Notification
from anyuan.org.tests.cast import Cast

GUARD = content().posts["guard"]


def made(cast: Cast) -> DutyList:
    found = make_list(
        cast.school, by=cast.officer, title=GUARD.title, items=GUARD.items, post_key="guard"
    )
    return assign_list(found, by=cast.officer, people=[cast.guard.person_id])


@pytest.mark.django_db
def test_a_holder_acknowledges_what_was_read_and_is_asked_again_after_a_change(cast: Cast) -> None:
    found = made(cast)
    holding = acknowledge(found, by=cast.guard, version=1)
    with scope.everything():
        text = DutyVersion.objects.get(duty_list=found, version=1).text
        assert holding.read_sha256 == sha256_of(text)
        assert "守好校门" in text
    new = [*GUARD.items, Item("每学期参加一次培训", "", "", "")]
    change_list(found, by=cast.officer, items=new, version=1)
    with pytest.raises(Conflict, match="刚刚改过"):
        acknowledge(found, by=cast.guard, version=1)
    with scope.everything():
        told = Notification.objects.filter(person=cast.guard.person_id, kind="duties.list")
        assert told.count() == 2
    again = acknowledge(found, by=cast.guard, version=2)
    assert acknowledge(found, by=cast.guard, version=2).read_at == again.read_at


@pytest.mark.django_db
def test_who_may_and_what_is_refused(cast: Cast) -> None:
    found = made(cast)
    with pytest.raises(Forbidden, match="本人"):
        acknowledge(found, by=cast.teacher, version=1)
    for who, error in ((cast.teacher, Forbidden), (cast.stranger, Missing)):
        with pytest.raises(error):
            change_list(found, by=who, items=GUARD.items, version=1)
        with pytest.raises(error):
            assign_list(found, by=who, people=[])
        with pytest.raises(error):
            end_list(found, by=who)
    with pytest.raises(Refused, match="在岗"):
        assign_list(found, by=cast.officer, people=[cast.stranger.person_id])
    with pytest.raises(Refused, match="没有变化"):
        change_list(found, by=cast.officer, items=GUARD.items, version=1)
    with pytest.raises(Conflict, match="刚刚有人改过"):
        change_list(found, by=cast.officer, items=GUARD.items[:1], version=0)
    with pytest.raises(Refused, match="已有这个岗位"):
        make_list(cast.school, by=cast.officer, title=GUARD.title, items=GUARD.items)
    with pytest.raises(Refused, match="至少写一条"):
        make_list(cast.school, by=cast.officer, title="宿管", items=[])


@pytest.mark.django_db
def test_sent_twice_it_is_one_list_and_ended_it_counts_no_more(cast: Cast) -> None:
    pk = new_id()
    for _ in range(2):
        found = make_list(
            cast.school, by=cast.officer, title="宿管", items=GUARD.items, record_id=pk
        )
    assign_list(found, by=cast.officer, people=[cast.teacher.person_id])
    end_list(found, by=cast.officer)
    with scope.everything():
        assert DutyList.objects.count() == 1
        assert not Record.objects.get(pk=pk).counts
        assert not Holding.objects.filter(until__isnull=True).exists()
    make_list(cast.school, by=cast.officer, title="宿管", items=GUARD.items)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["duties_dutyversion", "duties_dutyitem"])
def test_what_was_read_stays_as_it_was_read(cast: Cast, table: str) -> None:
    made(cast)
    with (
        scope.everything(),
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET version = 9")


@pytest.mark.django_db
def test_the_pages(cast: Cast) -> None:
    client = cast.client(cast.officer)
    assert "保安员" in client.get(reverse("duties:lists")).content.decode()
    new = reverse("duties:list_new")
    assert "守好校门" in client.get(new, {"post": "guard"}).content.decode()
    answer = client.post(new, {"title": "保安员", "items": "｜没有职责"})
    assert answer.status_code == 422
    assert "第 1 行" in answer.content.decode()
    client.post(new, {"title": "保安员", "items": "守门｜第7点｜全天\n\n巡逻"})
    with scope.everything():
        pk = DutyList.objects.get().pk
    client.post(reverse("duties:list_assign", args=[pk]), {"people": [cast.guard.person_id]})
    page = reverse("duties:list", args=[pk])
    guard = cast.client(cast.guard)
    assert "我已阅读并承担" in guard.get(page).content.decode()
    assert "确认“保安员”责任清单" in guard.get(reverse("web:today_more")).content.decode()
    guard.post(reverse("duties:list_acknowledge", args=[pk]), {"version": "1"})
    assert "我已阅读并承担" not in guard.get(page).content.decode()
    edit = reverse("duties:list_edit", args=[pk])
    client.post(edit, {"title": "x", "items": "守门", "version": "1"})
    assert "这份清单改过了" in guard.get(page).content.decode()
    assert guard.get(edit).status_code == 403
    assert cast.client(cast.stranger).get(page).status_code == 404
    assert cast.client(cast.district).get(page).status_code == 200


WORD = st.text("安全a1 ，。（）％é", min_size=1, max_size=30).map(str.strip).filter(bool)


@given(st.lists(st.tuples(WORD, WORD | st.just(""), WORD, st.just("")), min_size=1, max_size=8))
def test_items_written_as_lines_come_back_the_same(rows: list[tuple[str, str, str, str]]) -> None:
    items = [Item(*row) for row in rows]
    form = ListForm({"title": "岗位", "items": lines_of(items)})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["items"] == items
