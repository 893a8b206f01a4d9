"""A campaign as the people of the cast run it: launch, report once, acceptance, sample, weeks, figures."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.kinds import all_kinds
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.campaigns import progress, queries
from anyuan.domains.campaigns.content import templates
from anyuan.domains.campaigns.models import Campaign, CampaignNote, Draw, Link, Lot, Task, Week
from anyuan.domains.campaigns.sampling import draw
from anyuan.domains.campaigns.services.running import (
    change_link,
    draft_campaign,
    step_campaign,
    write_summary,
)
from anyuan.domains.campaigns.services.work import (
    accept_task,
    assign_sample,
    draw_sample,
    nudge_stalled,
    write_note,
)
from anyuan.domains.campaigns.tasks import freeze_week
from anyuan.domains.campaigns.tests.making import drafted, inspected, launched, tasks
from anyuan.domains.hazards.services import report_hazard
from anyuan.engines.cases.models import Step
from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.checks.services import publish_checklist, void_inspection
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.notices.models import Notification
from anyuan.org.models import Post
from anyuan.org.services import add_unit, close_unit
from anyuan.org.tests.cast import PROFILE

TODAY = datetime.date(2026, 5, 20)


@pytest.fixture
def version(cast):
    spec = Spec("fire_monthly", "消防月查", "", (Item("exits", "通道"),))
    return publish_checklist(cast.city, by=cast.bureau, spec=spec)


def in_scope(actor):
    return scope.enter(actor.units, person=str(actor.person_id or ""))


def test_the_template_asks_for_kinds_and_facets_that_exist():
    for template in templates().values():
        assert len(template.links) == 10
        for one in (match for link in template.links for match in link.match):
            facets = all_kinds()[one.kind].facets
            for tag in one.tags:
                name, _colon, value = tag.partition(":")
                assert value in facets[name]


def test_launching_gives_every_unit_its_tasks_and_tells_it(cast):
    campaign = drafted(cast)
    assert tasks(campaign, cast.school) == {}
    step_campaign(campaign, by=cast.bureau, transition="launch")
    mine = tasks(campaign, cast.school)
    assert "消防安全" in mine
    assert "食品、饮水和卫生防疫" in mine
    assert "校车和学生交通" not in mine  # the school has no bus
    with scope.everything():
        assert (
            Notification.objects.filter(person_id=cast.officer.person_id, kind="campaign").count()
            == 1
        )
        assert Step.objects.filter(case_id=campaign.pk).count() == 2


def test_pressed_twice_it_is_launched_once(cast):
    campaign = drafted(cast)
    step_campaign(campaign, by=cast.bureau, transition="launch", seen=1)
    with pytest.raises(Conflict):
        step_campaign(campaign, by=cast.bureau, transition="launch", seen=1)
    with scope.everything():
        assert Task.objects.filter(campaign=campaign, unit=cast.school).count() == 8


def test_a_draft_sent_twice_is_one(cast):
    key = new_id()
    assert drafted(cast, record_id=key).pk == drafted(cast, record_id=key).pk
    with scope.everything():
        assert Campaign.objects.count() == 1


def test_as_many_statements_for_many_units_as_for_few(cast, django_assert_max_num_queries):
    with scope.everything():
        for n in range(30):
            add_unit(
                cast.wujin, by=cast.bureau, code=f"21320001{n:02d}", name=f"第{n}小学", kind="school",
                profile=PROFILE,
            )  # fmt: skip
    campaign = drafted(cast)
    with django_assert_max_num_queries(45):
        step_campaign(campaign, by=cast.bureau, transition="launch")
    with scope.everything():
        assert Task.objects.filter(campaign=campaign).count() == 32 * 8


@pytest.mark.parametrize("before", [True, False])
def test_what_was_done_anyway_counts_and_a_withdrawal_reopens(cast, version, before):
    made = inspected(cast, version) if before else None
    campaign = launched(cast)
    made = made or inspected(cast, version)
    task = tasks(campaign, cast.school)["消防安全"]
    assert task.done_by_id == made.pk
    assert task.done_on == made.record.happened_on
    assert tasks(campaign, cast.other)["消防安全"].done_on is None
    accept_task(cast.school, by=cast.district, campaign=campaign, task=task, passed=True)
    void_inspection(made, by=cast.officer, reason="填错")
    task = tasks(campaign, cast.school)["消防安全"]
    assert (task.done_on, task.accepted) == (None, "")


def test_what_lies_before_the_period_does_not_count(cast, version):
    today = timezone.localdate()
    inspected(cast, version, day=today - datetime.timedelta(days=3))
    campaign = launched(cast, starts_on=today - datetime.timedelta(days=2))
    assert tasks(campaign, cast.school)["消防安全"].done_on is None


def test_a_unit_that_joins_gets_tasks_and_a_closed_one_owes_none(cast):
    campaign = launched(cast)
    with scope.everything():
        new = add_unit(
            cast.wujin,
            by=cast.bureau,
            code="2132000099",
            name="新小学",
            kind="school",
            profile=PROFILE,
        )
        assert len(tasks(campaign, new)) == 8
        close_unit(new, by=cast.bureau, on=timezone.localdate())
    assert tasks(campaign, new) == {}
    assert len(tasks(campaign, cast.school)) == 8


def test_only_units_of_the_chosen_stages_and_areas_take_part(cast):
    campaign = launched(cast, areas=[cast.tianning.key])
    assert tasks(campaign, cast.school) == {}
    assert len(tasks(campaign, cast.other)) == 8
    nobody = drafted(cast, stages=["vocational"], name="中职整治")
    with pytest.raises(Refused, match="没有符合条件"):
        step_campaign(nobody, by=cast.bureau, transition="launch")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"ends_on": datetime.date(2000, 1, 1)}, "ends_on"),
        ({"ends_on": datetime.date(2100, 1, 1)}, "ends_on"),
        ({"areas": ["999999."]}, "areas"),
    ],
)
def test_a_wrong_plan_is_refused_at_its_field(cast, wrong, field):
    with pytest.raises(Refused) as refusal:
        drafted(cast, **wrong)
    assert field in refusal.value.errors


def test_another_district_sees_nothing_of_a_districts_campaign(cast):
    campaign = launched(cast, by=cast.district, unit=cast.wujin)
    assert queries.one(cast.officer, campaign.pk).title == "校园安全整治"
    for stranger in (cast.other_district, cast.stranger):
        assert queries.campaigns_of(stranger) == []
        with pytest.raises(Missing):
            queries.one(stranger, campaign.pk)
        with pytest.raises(Missing):
            step_campaign(campaign, by=stranger, transition="selfcheck")


def test_a_plan_is_not_seen_below_before_it_is_launched(cast):
    campaign = drafted(cast)
    with pytest.raises(Missing):
        queries.one(cast.officer, campaign.pk)
    with pytest.raises(Missing):
        queries.one(cast.district, campaign.pk)
    with pytest.raises(Forbidden):
        draft_campaign(
            cast.school, by=cast.officer, template="campus_and_bus", name="x", starts_on=TODAY, ends_on=TODAY
        )  # fmt: skip


def test_acceptance_needs_a_record_or_a_reason_and_an_office(cast, version):
    campaign = launched(cast)
    task = tasks(campaign, cast.school)["消防安全"]
    facts = {"campaign": campaign, "task": task}
    with pytest.raises(Conflict, match="没有自查记录"):
        accept_task(cast.school, by=cast.district, passed=True, **facts)
    with pytest.raises(Refused, match="原因"):
        accept_task(cast.school, by=cast.district, passed=False, **facts)
    with pytest.raises(Forbidden):
        accept_task(cast.school, by=cast.officer, passed=False, reason="x", **facts)
    with pytest.raises(Missing):
        accept_task(cast.school, by=cast.other_district, passed=False, reason="x", **facts)
    accept_task(cast.school, by=cast.district, passed=False, reason="没有照片", **facts)
    task = tasks(campaign, cast.school)["消防安全"]
    assert (task.accepted, task.reason, task.accepted_by) == (
        "back",
        "没有照片",
        cast.district.name,
    )


def test_a_link_in_the_offices_own_words_is_no_suggestion(cast):
    campaign = launched(cast)
    with scope.everything():
        fire, food = Link.objects.filter(campaign=campaign, position__in=[3, 5]).order_by(
            "position"
        )
    facts = {"title": "消防", "advice": "", "items": "甲\n\n乙", "due_on": campaign.ends_on}
    with pytest.raises(Refused, match="只能归一个环节"):
        change_link(campaign, by=cast.bureau, link=fire, categories=food.categories, **facts)
    with pytest.raises(Missing):
        change_link(campaign, by=cast.district, link=fire, categories=["01"], **facts)
    change_link(campaign, by=cast.bureau, link=fire, categories=["01"], **facts)
    fire.refresh_from_db()
    assert (fire.suggested, fire.items) == (False, ["甲", "乙"])
    assert tasks(campaign, cast.school)["消防"].due_on == campaign.ends_on


def test_figures_equal_a_recount_of_rows(cast, version):
    campaign = launched(cast)
    inspected(cast, version, result=0)  # its finding opens a hazard
    for text in ("食堂地面湿滑", "消火栓没有水"):
        report_hazard(cast.school, by=cast.officer, place="一楼", description=text, category="01")
    report_hazard(cast.other, by=cast.stranger, place="西门", description="栏杆松动", category="08")
    with in_scope(cast.bureau):
        found = progress.cells(campaign, cast.bureau.units, cast.city.key)
        rows = progress.findings(campaign, cast.bureau.units)
        whole = progress.whole(found)
        every = Task.objects.filter(campaign=campaign)
        assert whole.units == every.count()
        assert whole.done == every.filter(done_on__isnull=False).count() > 0
        assert whole.found == len(rows) == 4
        by_unit = progress.units_of(campaign, cast.bureau.units)
        assert sum(row.found for row in by_unit) == whole.found
        assert sum(row.done for row in by_unit) == whole.done
        assert {area for _link, area in found} == {cast.wujin.key, cast.tianning.key}
    with in_scope(cast.officer):
        assert len(progress.findings(campaign, cast.officer.units)) == 3


def test_a_sample_can_be_drawn_again_from_its_seed_and_is_hidden_from_schools(cast, version):
    campaign = launched(cast)
    inspected(cast, version)
    key = new_id()
    facts = {"campaign": campaign, "size": 1, "seed": "abc", "draw_id": key}
    made = draw_sample(cast.city, by=cast.bureau, **facts)
    assert draw_sample(cast.city, by=cast.bureau, **facts).pk == made.pk
    with scope.everything():
        lots = list(Lot.objects.filter(draw=made))
        again = draw({lot.target_id: lot.weight for lot in lots}, seed=made.seed, size=made.size)
        assert [lot.target_id for lot in lots if lot.drawn] == again
        weights = {lot.target_id: lot.weight for lot in lots}
    assert weights[cast.other.key] > weights[cast.school.key]  # it has no record at all
    with in_scope(cast.officer):
        assert Draw.objects.count() == 0
    with pytest.raises(Refused, match="抽取数"):
        draw_sample(cast.city, by=cast.bureau, campaign=campaign, size=9)
    with pytest.raises(Forbidden):
        draw_sample(cast.school, by=cast.officer, campaign=campaign, size=1)


def test_checks_of_a_sample_are_assigned_once(cast, version):
    campaign = launched(cast)
    made = draw_sample(cast.city, by=cast.bureau, campaign=campaign, size=2)
    with scope.everything():
        post = Post.objects.select_related("person", "unit").get(pk=cast.bureau.post_id)
    facts = {
        "campaign": campaign, "checklist": version.checklist, "post": post, "due_on": timezone.localdate()
    }  # fmt: skip
    version.checklist.refresh_from_db()
    for _ in range(2):
        assign_sample(made, by=cast.bureau, **facts)
    with scope.everything():
        assert CheckAssignment.objects.filter(batch=made.pk).count() == 2


def test_a_note_of_the_week_is_one_and_can_be_corrected(cast):
    campaign = launched(cast)
    write_note(cast.school, by=cast.officer, campaign=campaign, funds=Decimal("1.5"), words="甲")
    write_note(cast.school, by=cast.officer, campaign=campaign, funds=Decimal(2), words="乙")
    with in_scope(cast.officer):
        assert [n.words for n in CampaignNote.objects.all()] == ["乙"]
        assert progress.funds(campaign, cast.officer.units) == 2
    with pytest.raises(Refused, match="负数"):
        write_note(cast.school, by=cast.officer, campaign=campaign, funds=Decimal(-1))
    with pytest.raises(Missing):
        write_note(cast.school, by=cast.stranger, campaign=campaign)
    with pytest.raises(Forbidden):
        write_note(cast.school, by=cast.teacher, campaign=campaign)


def test_a_frozen_week_stays_as_it_was(cast, version):
    campaign = launched(cast)
    last = timezone.localdate() - datetime.timedelta(days=7)
    with scope.everything():
        assert freeze_week(campaign, last) == 2
    inspected(cast, version)
    with scope.everything():
        freeze_week(campaign)
        rows = (
            Week.objects.filter(unit=cast.school).order_by("monday").values_list("done", flat=True)
        )
        earlier, later = rows
        assert earlier == 0 < later


def test_who_does_nothing_is_stalled_and_nudged_once_a_day(cast, version):
    campaign = launched(cast)
    inspected(cast, version)
    with in_scope(cast.bureau):
        rows = progress.stalled(campaign, cast.bureau.units)
    assert [row.key for row in rows] == [cast.other.key]
    assert nudge_stalled(cast.city, by=cast.bureau, campaign=campaign) == 1
    assert nudge_stalled(cast.city, by=cast.bureau, campaign=campaign) == 0
    with pytest.raises(Conflict, match="没有停滞"):
        nudge_stalled(cast.wujin, by=cast.district, campaign=campaign)


def test_it_ends_only_when_summed_up_and_then_counts_nothing(cast, version):
    campaign = launched(cast)
    for step in ("selfcheck", "rectify", "inspect", "summarise"):
        step_campaign(campaign, by=cast.bureau, transition=step)
    with pytest.raises(Forbidden, match="总结"):
        step_campaign(campaign, by=cast.bureau, transition="close")
    words = {"done_words": "甲", "problem_words": "", "next_words": "", "standing": "一\n二"}
    write_summary(campaign, by=cast.bureau, **words)
    step_campaign(campaign, by=cast.bureau, transition="close")
    inspected(cast, version)
    assert tasks(campaign, cast.school)["消防安全"].done_on is None
    with scope.everything():
        campaign.refresh_from_db()
    assert campaign.standing_rules == ["一", "二"]
    with pytest.raises(Conflict):
        write_summary(campaign, by=cast.bureau, **words)
    with pytest.raises(Conflict):
        write_note(cast.school, by=cast.officer, campaign=campaign)
