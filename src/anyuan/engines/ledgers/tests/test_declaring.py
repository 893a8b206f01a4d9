"""Adding a ledger: what one declaration gives, and how a wrong one is refused at the start."""

from __future__ import annotations

import dataclasses

import pytest
from django.db.models import Q
from django.urls import reverse

from anyuan.core import kinds
from anyuan.core.ids import new_id
from anyuan.domains.protection.models import Gear
from anyuan.engines.ledgers import registry
from anyuan.engines.ledgers.spec import Column, Expiry, Flag, Group, Ledger, LedgerMistake
from anyuan.engines.ledgers.tests.books import book, sent

SHELF = Ledger(
    key="shelf",
    title="应急物资",
    icon="box",
    model=Gear,
    key_fields=("kind", "place"),
    title_fields=("kind", "place"),
    columns=(
        Column("kind", ("名称",), "急救包"),
        Column("place", (), "一楼柜"),
        Column("quantity", (), "3"),
        Column("expires_on"),
    ),
    groups=(Group("物资", ("kind", "place", "quantity", "expires_on")),),
    filters=("kind",),
    flags=(Flag("none", "已用完", Q(quantity=0)),),
    expiries=(Expiry("expires_on", "gear_warn_days"),),
    search=("kind", "place"),
    facets=("kind",),
)


@pytest.fixture
def shelf():
    registry.declare(SHELF)
    yield SHELF
    registry.withdraw("shelf")


def test_one_declaration_gives_list_form_page_excel_and_api(cast, shelf):
    client = cast.client(cast.officer)
    assert "应急物资" in client.get(reverse("ledgers:index")).content.decode()
    body = {"kind": "first_aid", "place": "一楼柜", "quantity": "3", "form_id": str(new_id())}
    assert client.post(reverse("ledgers:new", args=["shelf"]), body).status_code == 302
    listed = client.get(reverse("ledgers:list", args=["shelf"]), {"q": "jjb"})
    assert "急救包" in listed.content.decode()
    assert sent(client, book([["名称", "存放位置", "实有数量"], ["对讲机", "门卫", 0]]), "shelf").added == 1  # fmt: skip
    rows = client.get("/api/v1/ledgers/shelf").json()["items"]
    assert [row["facts"]["quantity"] for row in rows] == [0, 3]
    assert rows[0]["tags"] == ["kind:radio"]
    assert kinds.all_kinds()["shelf"].facets["kind"]["radio"] == "对讲机"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"columns": ()}, "needs columns"),
        ({"columns": (*SHELF.columns, Column("colour"))}, "unknown field colour"),
        ({"columns": (*SHELF.columns, Column("kind"))}, "declared twice"),
        ({"columns": (*SHELF.columns, Column("unit"))}, "plain, editable"),
        ({"groups": (Group("物资", ("kind", "place")),)}, "not on the form"),
        ({"key_fields": ("place",)}, "once_in_a_unit"),
        ({"key_fields": ("expires_on",)}, "may not be empty"),
        ({"expiries": (Expiry("quantity", "gear_warn_days"),)}, "only a date expires"),
        ({"facets": ("place",)}, "a facet has choices"),
        ({"bulk": ("kind",)}, "a key is changed row by row"),
        ({"filters": ("moon",)}, "no such column"),
        ({"key": "gear"}, "declared twice"),
    ],
)
def test_a_wrong_declaration_stops_the_start(changed, said):
    with pytest.raises(LedgerMistake, match=said):
        registry.declare(dataclasses.replace(SHELF, **changed))
    assert "shelf" not in registry.all_ledgers()
