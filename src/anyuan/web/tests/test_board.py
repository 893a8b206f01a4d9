"""Board, today and map: whose numbers, correct numbers, few queries."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.drills.services.holding import record_drill
from anyuan.engines.indicators.models import Fact
from anyuan.engines.indicators.rollup import month_of, roll_up
from anyuan.engines.obligations.commands import declared_kinds
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.packs import check
from anyuan.org.actor import SYSTEM
from anyuan.web.boards import shift, span_of

MOST_QUERIES = 15

TODAY = timezone.localdate()


@pytest.fixture
def loaded(cast):
    cache.clear()
    pack = check.checked_pack(
        Path(settings.SOURCE) / "packs" / settings.DEFAULT_PACK, declared_kinds()
    )
    with scope.everything():
        load_policy(cast.city, by=SYSTEM, pack=pack, today=shift(month_of(TODAY), -2))
        roll_up(month_of(TODAY))
    return cast


def drill(cast, unit, by):
    return record_drill(unit, by=by, on=TODAY, kind="fire", expected=10, present=10, seconds=60)


def test_a_drill_moves_the_schools_districts_and_citys_board(loaded):
    cast = loaded
    drill(cast, cast.school, cast.officer)
    with scope.everything():
        duty = Obligation.objects.filter(unit=cast.school, kind="drill", state="met").first()
        assert duty is not None
        roll_up(month_of(duty.due_on))
        facts = Fact.objects.filter(indicator=f"rule:{duty.rule.key}", month=month_of(duty.due_on))
        done = {fact.unit_id: int(fact.numerator) for fact in facts}
    assert done[cast.school.key] == done[cast.wujin.key] == done[cast.city.key] == 1
    assert done.get(cast.tianning.key, 0) == 0


@pytest.mark.parametrize("who", ["bureau", "district", "officer"])
def test_boards_open_within_fifteen_queries(loaded, who, asked):
    client = loaded.client(getattr(loaded, who))
    with asked() as first:
        page = client.get(reverse("web:board"))
    assert page.status_code == 200
    assert "加强领导责任" in page.content.decode()
    with asked() as again:
        client.get(reverse("web:board"))
    assert len(first) <= MOST_QUERIES, "\n".join(q[:160] for q in first)
    assert len(again) < len(first)


def test_a_units_board_is_its_own_levels_only(loaded):
    cast = loaded
    assert (
        cast.client(cast.bureau).get(reverse("web:board_unit", args=[cast.wujin.key])).status_code
        == 200
    )
    assert (
        cast.client(cast.district)
        .get(reverse("web:board_unit", args=[cast.tianning.key]))
        .status_code
        == 404
    )
    assert (
        cast.client(cast.officer).get(reverse("web:board_unit", args=[cast.other.key])).status_code
        == 404
    )
    assert cast.client(cast.guard).get(reverse("web:board")).status_code == 403


def test_a_school_sees_no_order_of_schools(loaded):
    assert (
        "需要帮助的学校"
        not in loaded.client(loaded.officer).get(reverse("web:board")).content.decode()
    )


@pytest.mark.parametrize(
    "query",
    ["?period=quarter", "?period=term", "?period=year", "?period=x&at=nonsense", "?at=2026-02"],
)
def test_any_period_in_the_address_is_understood(loaded, query):
    assert loaded.client(loaded.district).get(reverse("web:board") + query).status_code == 200


def test_points_map_and_direct_schools_open(loaded):
    client = loaded.client(loaded.bureau)
    for page in (
        reverse("web:board_point", args=[8]),
        reverse("web:map"),
        reverse("web:board_direct"),
    ):
        assert client.get(page).status_code == 200
    assert client.get(reverse("web:board_point", args=[99])).status_code == 404
    data = client.get(reverse("web:map")).context["data"]
    assert {f["properties"]["code"] for f in data["borders"]["features"]} >= {"320402", "320481"}


def test_the_map_is_in_the_menu_of_who_supervises_and_open_to_nobody_else(loaded):
    where = reverse("web:map")
    for actor in (loaded.bureau, loaded.district):
        page = loaded.client(actor).get(reverse("web:board")).content.decode()
        assert f'href="{where}"' in page
    client = loaded.client(loaded.officer)
    assert f'href="{where}"' not in client.get(reverse("web:today")).content.decode()
    refused = client.get(where)
    assert refused.status_code == 403
    assert "学校请看本单位的看板" in refused.content.decode()


def test_today_lists_what_is_due_and_leads_to_the_work(loaded, asked):
    client = loaded.client(loaded.officer)
    with asked() as queries:
        page = client.get(reverse("web:today"))
    text = page.content.decode()
    assert "去完成" in text
    assert "/checks/new/?" in text or "/emergency/new/?" in text
    assert len(queries) <= MOST_QUERIES, queries


def test_spans_are_whole_and_follow_each_other():
    from django.http import QueryDict

    for key, months in {"month": 1, "quarter": 3, "year": 12}.items():
        span = span_of(QueryDict(f"period={key}&at=2026-05"))
        assert shift(span.since, months) == span.until
        assert span.before[1] == span.since
    assert span_of(QueryDict("period=term&at=2026-01")).since.isoformat() == "2025-09-01"


def test_a_points_page_leads_to_where_its_work_is_done(loaded):
    client = loaded.client(loaded.officer)
    page = client.get("/board/point/6/").content.decode()
    for place in ("protection:home", "ledgers:index"):
        assert f'href="{reverse(place)}"' in page
    assert "安防达标项完成率" in page
    assert reverse("emergency:drills") in client.get("/board/point/8/").content.decode()
