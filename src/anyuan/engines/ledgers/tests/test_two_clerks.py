"""Two clerks on one row, many rows at once, what a person keeps of a list."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict
from anyuan.domains.fire.models import FireFacility
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import change_row
from anyuan.engines.ledgers.tests.books import extinguisher, put


def filled(page):
    """The form as the browser would send it, with what it saw."""
    form = page.context["form"]
    data = {"form_id": str(new_id())}
    for field in form.visible_fields():
        value = field.value()
        if field.name != "files" and value not in (None, False):
            data[field.name] = str(value)
            data[f"initial-{field.name}"] = str(value)
    return data


@pytest.fixture
def row(cast):
    return put(cast, extinguisher(quantity=2, keeper="王"))


def test_the_second_sees_what_the_first_changed_and_chooses(cast, row):
    where = reverse("ledgers:edit", args=[row.pk])
    first, second = cast.client(cast.officer), cast.client(cast.officer)
    seen = filled(second.get(where))
    assert first.post(where, filled(first.get(where)) | {"place": "二层"}).status_code == 302
    answer = second.post(where, seen | {"place": "三层", "quantity": "5"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "刚刚被他人改为“二层”" in page
    assert 'value="三层"' in page
    again = filled(second.get(where)) | {"place": "三层", "quantity": "5"}
    assert second.post(where, again).status_code == 302
    with scope.enter(cast.officer.units):
        row.refresh_from_db()
    assert (row.place, row.quantity) == ("三层", 5)


def test_different_columns_do_not_disturb_each_other(cast, row):
    where = reverse("ledgers:edit", args=[row.pk])
    client = cast.client(cast.officer)
    seen = filled(client.get(where))
    client.post(where, filled(client.get(where)) | {"place": "二层"})
    assert client.post(where, seen | {"keeper": "李"}).status_code == 302
    with scope.enter(cast.officer.units):
        row.refresh_from_db()
    assert (row.place, row.keeper) == ("二层", "李")


def test_over_the_api_an_old_version_is_refused(cast, row):
    ledger = all_ledgers()["fire_facility"]
    with scope.enter(cast.officer.units):
        change_row(row, by=cast.officer, ledger=ledger, facts={"place": "二层"}, seen=1)
        with pytest.raises(Conflict):
            change_row(row, by=cast.officer, ledger=ledger, facts={"place": "三层"}, seen=1)


def test_chosen_rows_get_the_same_value(cast, row):
    other = put(cast, extinguisher("M-2"))
    where = reverse("ledgers:bulk", args=["fire_facility"])
    client = cast.client(cast.officer)
    body = {"ids": [row.pk, other.pk], "field": "checked_on", "checked_on": "2026-11-01", "apply": "1"}  # fmt: skip
    assert client.post(where, body).status_code == 302
    with scope.enter(cast.officer.units):
        days = {str(day) for day in FireFacility.objects.values_list("checked_on", flat=True)}
    assert days == {"2026-11-01"}


def test_another_schools_row_among_the_chosen_changes_nothing(cast, row):
    foreign = put(cast, unit=cast.other, by=cast.stranger)
    where = reverse("ledgers:bulk", args=["fire_facility"])
    body = {"ids": [row.pk, foreign.pk], "field": "keeper", "keeper": "李", "apply": "1"}
    assert cast.client(cast.officer).post(where, body).status_code == 404
    with scope.everything():
        assert not FireFacility.objects.filter(keeper="李").exists()


def test_found_by_pinyin_initials_and_by_filter(cast, row):
    put(cast, extinguisher("M-2", place="实验楼"))
    client = cast.client(cast.officer)
    where = reverse("ledgers:list", args=["fire_facility"])
    found = client.get(where, {"q": "syl"}).content.decode()
    assert "M-2" in found
    assert "M-1" not in found
    assert "M-1" in client.get(where, {"place": "一层", "sort": "-number"}).content.decode()
    assert "没有符合条件" in client.get(where, {"q": "\x00%_'"}).content.decode()


def test_a_view_is_kept_under_its_name_for_its_person(cast, row):
    client = cast.client(cast.officer)
    views = reverse("ledgers:views", args=["fire_facility"])
    where = reverse("ledgers:list", args=["fire_facility"])
    client.post(views, {"name": "快到期的", "query": "expiry=due"})
    assert "快到期的" in client.get(where).content.decode()
    assert "快到期的" not in cast.client(cast.teacher).get(where).content.decode()
    client.post(views, {"columns": "1", "query": "col=number&col=keeper"})
    heads = [text for text, _sort, _now in client.get(where).context["heads"]]
    assert heads == ["编号", "责任人"]
