"""Campaigns through people's eyes: school, district, city, stranger, reader; forms, papers, the interface."""

from __future__ import annotations

import re

import pytest

from anyuan.core import scope
from anyuan.domains.campaigns.models import CampaignNote, Draw, Link, Lot
from anyuan.domains.campaigns.services.running import step_campaign
from anyuan.domains.campaigns.tests.making import drafted, inspected, launched, tasks
from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import Item, Spec
from anyuan.org.tests.cast import hire

pytestmark = pytest.mark.django_db
WORDS = {
    "done_words": "逐校自查\n逐校验收", "problem_words": "个别学校进展慢", "next_words": "盯住不放",
    "standing": "每学期自查一遍",
}  # fmt: skip


@pytest.fixture
def version(cast):
    spec = Spec("fire_monthly", "消防月查", "", (Item("exits", "通道"),))
    return publish_checklist(cast.city, by=cast.bureau, spec=spec)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_school_sees_what_is_left_and_goes_to_where_it_is_done(cast, version):
    campaign = launched(cast)
    client = cast.client(cast.officer)
    assert "校园安全整治" in page(client, "/campaigns/")
    seen = page(client, f"/campaigns/{campaign.pk}/")
    assert "还要做的（8 项）" in seen
    ways = dict(re.findall(r'href="([^"]+)"[^>]*><i [^>]*></i>去做：([^<]+)<', seen))
    assert {"消防安全月查", "应急演练", "食堂检查"} <= set(ways.values())
    for address, words in ways.items():
        answer = client.get(address.replace("&amp;", "&"), follow=True)
        assert answer.status_code == 200, (words, address)
    fire = next(address for address, words in ways.items() if words == "消防安全月查")
    assert client.get(fire.replace("&amp;", "&")).headers["Location"].startswith("/checks/fill/fire_monthly/")  # fmt: skip


def test_a_link_given_back_is_to_be_done_again(cast, version):
    campaign = launched(cast)
    inspected(cast, version)
    client = cast.client(cast.officer)
    before = int(re.search(r"还要做的（(\d+) 项）", page(client, f"/campaigns/{campaign.pk}/"))[1])
    task = tasks(campaign, cast.school)["消防安全"]
    office = cast.client(cast.district)
    where = f"/campaigns/{campaign.pk}/units/{cast.school.key}/"
    assert (
        office.post(f"{where}{task.pk}/", {"passed": "0", "reason": "没有照片"}).status_code == 302
    )
    seen = page(client, f"/campaigns/{campaign.pk}/")
    assert f"还要做的（{before + 1} 项）" in seen
    assert "验收未通过：没有照片" in seen
    assert office.post(f"{where}{task.pk}/", {"passed": "1"}).status_code == 302
    assert f"还要做的（{before} 项）" in page(client, f"/campaigns/{campaign.pk}/")
    assert "已通过" in page(office, where)


def test_acceptance_on_the_page_is_refused_in_words(cast):
    campaign = launched(cast)
    task = tasks(campaign, cast.school)["消防安全"]
    address = f"/campaigns/{campaign.pk}/units/{cast.school.key}/{task.pk}/"
    client = cast.client(cast.district)
    answer = client.post(address, {"passed": "1"}, follow=True)
    assert "还没有自查记录" in answer.content.decode()
    answer = client.post(address, {"passed": "0"}, follow=True)
    assert "请写明没有通过的原因" in answer.content.decode()
    assert cast.client(cast.officer).post(address, {"passed": "1"}).status_code == 403
    assert cast.client(cast.other_district).post(address, {"passed": "1"}).status_code == 404
    assert tasks(campaign, cast.school)["消防安全"].accepted == ""


def test_a_district_has_its_own_figures_and_no_steps_of_the_citys_campaign(cast, version):
    campaign = launched(cast)
    inspected(cast, version)
    city = page(cast.client(cast.bureau), f"/campaigns/{campaign.pk}/")
    assert "进入自查" in city
    assert "天宁区" in city
    district = page(cast.client(cast.district), f"/campaigns/{campaign.pk}/")
    assert "进入自查" not in district
    assert "总结 Word" not in district
    done, every = re.search(r"自查覆盖率 (\d+)/(\d+)", district).groups()
    assert (done, every) == (str(sum(t.done_on is not None for t in tasks(campaign, cast.school).values())), "8")  # fmt: skip
    assert f"/{16}" in re.search(r"自查覆盖率 (\d+/\d+)", city)[0]
    rows = page(cast.client(cast.district), f"/campaigns/{campaign.pk}/units/")
    assert (cast.school.name in rows, cast.other.name in rows) == (True, False)
    answer = cast.client(cast.district).post(f"/campaigns/{campaign.pk}/step/selfcheck/")
    assert answer.status_code in {403, 404}


def test_a_districts_campaign_is_nothing_to_others(cast):
    campaign = launched(cast, by=cast.district, unit=cast.wujin)
    pages = ("", "units/", "findings/", "draw/", "summary/", "note/", "paper/lists.xlsx")
    for actor in (cast.other_district, cast.stranger):
        client = cast.client(actor)
        assert "校园安全整治" not in page(client, "/campaigns/")
        for name in pages:
            assert client.get(f"/campaigns/{campaign.pk}/{name}").status_code == 404, name


def test_a_school_outside_the_chosen_areas_sees_nothing(cast):
    campaign = launched(cast, areas=[cast.tianning.key])
    assert cast.client(cast.officer).get(f"/campaigns/{campaign.pk}/").status_code == 404
    assert cast.client(cast.stranger).get(f"/campaigns/{campaign.pk}/").status_code == 200


def test_a_reader_sees_and_writes_nothing(cast):
    campaign = launched(cast)
    client = cast.client(cast.teacher)
    seen = page(client, f"/campaigns/{campaign.pk}/")
    assert "去做" not in seen
    assert "填本周进展" not in seen
    assert client.get(f"/campaigns/{campaign.pk}/note/").status_code == 403
    assert client.get("/campaigns/new/").status_code == 403


def test_a_campus_sees_its_schools_tasks(cast):
    with scope.everything():
        from anyuan.org.actor import SYSTEM
        from anyuan.org.services import add_unit
        from anyuan.org.tests.cast import PROFILE

        campus = add_unit(
            cast.school,
            by=SYSTEM,
            code="213200000101",
            name="东校区",
            kind="campus",
            profile=PROFILE,
        )
        officer = hire(campus, "campus", "校区安全员", "safety_officer")
    campaign = launched(cast)
    client = cast.client(officer)
    seen = page(client, f"/campaigns/{campaign.pk}/")
    assert "还要做的（8 项）" in seen
    assert "填本周进展" not in seen


def test_the_note_of_the_week_is_corrected_on_the_same_form(cast):
    campaign = launched(cast)
    client = cast.client(cast.officer)
    address = f"/campaigns/{campaign.pk}/note/"
    wrong = client.post(address, {"funds": "-1", "words": "甲"})
    assert wrong.status_code == 422
    for words in ("甲", "乙"):
        assert client.post(address, {"funds": "1.5", "words": words}).status_code == 302
    with scope.everything():
        assert [note.words for note in CampaignNote.objects.all()] == ["乙"]
    assert "乙" in page(client, address)


def test_a_plan_is_made_once_and_wrong_days_come_back_beside_the_field(cast):
    client = cast.client(cast.bureau)
    form = {
        "template": "campus_and_bus", "name": "新整治", "starts_on": "2026-03-01", "ends_on": "2026-02-01",
        "form_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    }  # fmt: skip
    answer = client.post("/campaigns/new/", form)
    assert (answer.status_code, "结束日期应晚于开始日期" in answer.content.decode()) == (422, True)
    form["ends_on"] = "2026-06-01"
    one, two = (client.post("/campaigns/new/", form) for _turn in range(2))
    assert one.headers["Location"] == two.headers["Location"]


def test_the_forms_of_an_ended_campaign_do_not_open(cast):
    campaign = drafted(cast)
    with scope.everything():
        link = Link.objects.filter(campaign=campaign).first()
    client = cast.client(cast.bureau)
    forms = (f"/campaigns/{campaign.pk}/links/{link.pk}/", f"/campaigns/{campaign.pk}/summary/")
    for address in forms:
        assert client.get(address).status_code == 200
    step_campaign(campaign, by=cast.bureau, transition="cancel", data={"note": "并入专项行动"})
    for address in forms:
        answer = client.get(address)
        assert (answer.status_code, "已经结束" in answer.content.decode()) == (409, True)


def test_a_nonsense_address_is_no_failure(cast):
    campaign = launched(cast)
    client = cast.client(cast.bureau)
    for query in ("page=²", "page=0", "page=99999999", "link=²", "area="):
        assert client.get(f"/campaigns/{campaign.pk}/units/?{query}").status_code == 200
    assert client.get(f"/campaigns/{campaign.pk}/units/?link=999999").status_code == 404
    assert client.get(f"/campaigns/{campaign.pk}/units/?area=9.").status_code == 404


def test_the_page_draws_a_sample_that_can_be_drawn_again_and_sends_somebody(cast, version):
    campaign = launched(cast)
    client = cast.client(cast.bureau)
    wrong = client.post(f"/campaigns/{campaign.pk}/draw/", {"size": "9"})
    assert (wrong.status_code, "抽取数应在 1 到 2 之间" in wrong.content.decode()) == (422, True)
    found = []
    for _turn in range(2):
        answer = client.post(f"/campaigns/{campaign.pk}/draw/", {"size": "1", "seed": "同一种子"})
        with scope.everything():
            row = Draw.objects.order_by("-drawn_at").first()
            found.append(Lot.objects.get(draw=row, drawn=True).target_id)
    assert found[0] == found[1]
    address = answer.headers["Location"]
    assert "同一种子" in page(client, address)
    for actor in (cast.officer, cast.district):
        assert cast.client(actor).get(address).status_code in {403, 404}
    form = {
        "checklist": version.checklist_id, "post": str(cast.bureau.post_id),
        "due_on": campaign.ends_on.isoformat(),
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    with scope.everything():
        assert [row.target_id for row in CheckAssignment.objects.all()] == [found[1]]
    assert "待检查" in page(client, address)


def test_the_interface_gives_campaigns_with_the_callers_own_figures(cast, version):
    campaign = launched(cast)
    inspected(cast, version)
    client = cast.client(cast.officer)
    listed = client.get("/api/v1/campaigns").json()["items"]
    assert [(one["id"], one["running"]) for one in listed] == [(str(campaign.pk), True)]
    one = client.get(f"/api/v1/campaigns/{campaign.pk}").json()
    fire = next(link for link in one["links"] if link["title"] == "消防安全")
    assert (len(one["links"]), fire["tasks"], fire["done"]) == (10, 1, 1)
    rows = client.get(f"/api/v1/campaigns/{campaign.pk}/tasks?size=200").json()["items"]
    assert {row["unit"] for row in rows} == {cast.school.key}
    assert next(row["record"] for row in rows if row["link"] == fire["id"])
    whole = cast.client(cast.bureau).get(f"/api/v1/campaigns/{campaign.pk}").json()
    assert next(link["tasks"] for link in whole["links"] if link["title"] == "消防安全") == 2


def test_the_interface_gives_nothing_of_another_districts_campaign(cast):
    campaign = launched(cast, by=cast.district, unit=cast.wujin)
    for actor in (cast.other_district, cast.stranger):
        client = cast.client(actor)
        assert client.get("/api/v1/campaigns").json()["items"] == []
        for address in ("", "/tasks"):
            assert client.get(f"/api/v1/campaigns/{campaign.pk}{address}").status_code == 404
