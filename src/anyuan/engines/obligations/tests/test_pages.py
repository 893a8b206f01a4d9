"""Pages of duties and filings, as each person sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.engines.obligations.models import Filing, Obligation
from anyuan.engines.obligations.queries import DutyFilter, counts_of, obligations_of, today_of
from anyuan.engines.obligations.services import waive
from anyuan.org.tests.cast import Cast

MOST_QUERIES = 15


def of(cast: Cast, key: str = "month") -> Obligation:
    with scope.everything():
        return Obligation.objects.select_related("rule").get(
            unit=cast.school, rule__key=key, period_start=timezone.localdate().replace(day=1)
        )


def form_of(unit_key: str, **more: str) -> dict[str, str]:
    return {
        "form_id": str(new_id()),
        "unit": unit_key,
        "happened_on": timezone.localdate().isoformat(),
        "what": "全校疏散演练",
        "ask_people": "812",
        **more,
    }


def test_a_school_sees_its_own_duties_and_a_district_all_of_its_schools(cast, this_year):
    school = cast.client(cast.officer).get("/obligations/?state=open").content.decode()
    assert "规则 month" in school
    assert "朝阳" not in school
    assert "湖塘实验" in cast.client(cast.district).get("/obligations/").content.decode()
    assert "湖塘" not in cast.client(cast.other_district).get("/obligations/").content.decode()


def test_the_filter_is_in_the_address_and_the_pages_go_on(cast, this_year):
    client = cast.client(cast.bureau)
    page = client.get("/obligations/?state=overdue&level=site&point=8&q=patrol")
    assert page.status_code == 200
    rows = page.context["page"].rows
    assert all(row.is_overdue and row.level == "site" for row in rows)
    nonsense = client.get("/obligations/?state=zzz&point=x&due_from=nix&unit=320500.")
    assert nonsense.status_code == 200
    assert client.get("/obligations/?after=!!").status_code == 404


def test_lists_cost_the_same_for_one_row_and_for_many(cast, this_year):
    client = cast.client(cast.district)
    client.get("/obligations/")
    costs = []
    for address in ("/obligations/?q=letters", "/obligations/"):
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert costs[1] <= MOST_QUERIES


def test_one_tap_from_a_duty_to_the_right_form_and_back_fulfilled(cast, this_year):
    duty = of(cast)
    client = cast.client(cast.officer)
    page = client.get(f"/obligations/{duty.pk}/")
    address = page.context["go_url"]
    assert address == f"/obligations/filings/new?topic=drill&obligation={duty.pk}"
    form = client.get(address).content.decode()
    assert "演练" in form
    assert "人数（人）" in form
    answer = client.post(address, form_of(cast.school.key), follow=True)
    assert "本记录完成的任务" in answer.content.decode()
    assert "规则 month" in answer.content.decode()
    done = client.get(f"/obligations/{duty.pk}/").content.decode()
    assert "已完成" in done
    assert "去完成" not in done


def test_what_is_wrong_stands_at_the_field_and_nothing_is_kept(cast, this_year):
    client = cast.client(cast.teacher)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = client.post(
        "/obligations/filings/new?topic=drill", form_of(cast.school.key, happened_on=tomorrow)
    )
    assert answer.status_code == 422
    assert "日期不能晚于今天" in answer.content.decode()
    with scope.everything():
        assert not Filing.objects.exists()


def test_sent_twice_it_is_one_record(cast, this_year):
    client = cast.client(cast.officer)
    form = form_of(cast.school.key)
    pages = [client.post("/obligations/filings/new?topic=drill", form) for _ in range(2)]
    assert pages[0]["Location"] == pages[1]["Location"]


def test_another_units_key_in_the_form_is_refused(cast, this_year):
    answer = cast.client(cast.officer).post(
        "/obligations/filings/new?topic=drill", form_of(cast.other.key)
    )
    assert answer.status_code == 422
    assert "请选择本单位" in answer.content.decode()


def test_a_filing_is_read_corrected_and_withdrawn_on_its_page(cast, this_year):
    client = cast.client(cast.officer)
    address = client.post("/obligations/filings/new?topic=drill", form_of(cast.school.key))[
        "Location"
    ]
    edit = client.get(f"{address}edit").content.decode()
    assert 'value="812"' in edit
    changed = client.post(f"{address}edit", form_of(cast.school.key, ask_people="799"), follow=True)
    assert "799 人" in changed.content.decode()
    assert client.post(f"{address}withdraw", {"reason": ""}).status_code == 422
    gone = client.post(f"{address}withdraw", {"reason": "重复填报"}, follow=True)
    assert "重复填报" in gone.content.decode()
    assert "全校疏散演练" in client.get(address).content.decode()
    assert client.get(f"{address}edit").status_code == 403
    listed = client.get("/obligations/filings/?topic=drill").content.decode()
    assert "已撤销" in listed


def test_strangers_and_readers(cast, this_year):
    duty = of(cast)
    address = cast.client(cast.officer).post(
        "/obligations/filings/new?topic=drill", form_of(cast.school.key)
    )["Location"]
    stranger, teacher = cast.client(cast.stranger), cast.client(cast.teacher)
    for page in (f"/obligations/{duty.pk}/", address, f"{address}edit"):
        assert stranger.get(page).status_code == 404, page
    assert stranger.post(f"/obligations/{duty.pk}/waive", {"reason": "忙"}).status_code == 404
    assert stranger.post(f"{address}withdraw", {"reason": "忙"}).status_code == 404
    assert teacher.get(f"/obligations/{duty.pk}/").status_code == 200
    assert teacher.get(address).status_code == 200
    assert teacher.get(f"{address}edit").status_code == 403
    for page in ("waive", "unwaive"):
        answer = teacher.post(f"/obligations/{duty.pk}/{page}", {"reason": "忙"})
        assert answer.status_code == 403
    assert teacher.get("/obligations/waive/").status_code == 403
    assert cast.client(cast.bureau).get("/obligations/999999999/").status_code == 404


def test_the_district_waives_on_the_page_with_a_reason(cast, this_year):
    duty = of(cast, "both")
    client = cast.client(cast.district)
    assert "免除这项任务" in client.get(f"/obligations/{duty.pk}/").content.decode()
    assert client.post(f"/obligations/{duty.pk}/waive", {"reason": " "}).status_code == 422
    page = client.post(f"/obligations/{duty.pk}/waive", {"reason": "维修停课"}, follow=True)
    assert "维修停课" in page.content.decode()
    again = client.post(f"/obligations/{duty.pk}/waive", {"reason": "维修停课"})
    assert again.status_code == 422
    back = client.post(f"/obligations/{duty.pk}/unwaive", follow=True)
    assert "免除这项任务" in back.content.decode()


def test_many_at_once(cast, this_year):
    client = cast.client(cast.district)
    assert "湖塘实验" in client.get("/obligations/waive/").content.decode()
    today = timezone.localdate()
    data = {
        "units": [cast.school.key],
        "first": today.isoformat(),
        "last": (today + timedelta(days=31)).isoformat(),
        "reason": "汛情停课",
    }
    answer = client.post("/obligations/waive/", data, follow=True)
    assert "已免除" in answer.content.decode()
    wrong = client.post("/obligations/waive/", {**data, "units": [cast.other.key]})
    assert wrong.status_code == 422


def test_a_district_files_only_for_itself(cast, this_year):
    client = cast.client(cast.district)
    page = client.get("/obligations/filings/new?topic=plan")
    with scope.everything():
        offered = [unit.key for unit in page.context["form"].fields["unit"].queryset]
    assert offered == [cast.wujin.key]
    assert client.get("/obligations/filings/new").status_code == 200


def test_today_is_grouped_and_its_numbers_agree_with_the_lists(cast, this_year, whole):
    day = today_of(cast.officer)
    counts = counts_of(cast.officer)
    for state, number in (("overdue", counts.overdue), ("open", counts.open)):
        assert obligations_of(cast.officer, DutyFilter(state=state)).count() == number
    assert day.overdue.total == counts.overdue > 0
    assert day.today.total + day.week.total + day.later.total == counts.open
    keys = [row.rule.key for row in day.overdue.rows]
    assert len(keys) == len(set(keys))
    assert sum(row.times for row in day.overdue.rows) == counts.overdue
    groups = (day.today, day.week, day.later)
    assert {row.unit_id for group in groups for row in group.rows} == {cast.school.key}
    waive(of(cast, "both"), by=cast.district, reason="停课")
    assert counts_of(cast.officer).open == counts.open - 1


def test_today_costs_few_queries(cast, this_year, whole):
    with CaptureQueriesContext(connection) as seen:
        today_of(cast.officer)
    assert len(seen) == 4


@pytest.mark.parametrize("who", ["officer", "teacher", "guard", "district", "bureau"])
def test_every_page_opens_for_who_may_read(cast, this_year, who):
    client = cast.client(getattr(cast, who))
    for address in ("/obligations/", "/obligations/filings/", "/obligations/filings/new"):
        assert client.get(address).status_code == 200
