"""The plan that a drill practises: chosen, proposed, named; what the drill shows goes back to it."""

from __future__ import annotations

import datetime
import io

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from docx import Document

from anyuan.core import scope
from anyuan.core.refused import Refused
from anyuan.domains.emergency.drills.basis import practised, scenario_of
from anyuan.domains.emergency.drills.content import content, content_of
from anyuan.domains.emergency.drills.documents import report_docx
from anyuan.domains.emergency.drills.models import Drill
from anyuan.domains.emergency.drills.proposing import Owed, propose
from anyuan.domains.emergency.drills.services.arranging import approve_drill, arrange_drill
from anyuan.domains.emergency.drills.services.closing import score_drill
from anyuan.domains.emergency.drills.services.holding import hold_drill
from anyuan.domains.emergency.drills.services.programmes import adopt_programme
from anyuan.domains.emergency.drills.tests.making import marks, planned, programme_of, run
from anyuan.domains.emergency.plans.content import content as plans_content
from anyuan.domains.emergency.plans.models import Wish
from anyuan.domains.emergency.plans.tests.making import (
    drafted,
    fresh,
    published,
    signed,
    submitted,
)
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire

TODAY = timezone.localdate()


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


@pytest.fixture
def own(cast, head):
    return published(cast, head, kind="evacuation")


def from_above(cast):
    """A plan of the district."""
    version = drafted(cast, by=cast.district, kind="evacuation")
    signed(submitted(version, by=cast.district), by=cast.district)
    return fresh(version)


def stored(drill):
    with scope.everything():
        return Drill.objects.select_related("record", "unit").get(pk=drill.pk)


def arranged(cast, drill, **more):
    """The arrange form sent as the page shows it, with some fields changed."""
    client, url = cast.client(cast.officer), reverse("emergency:arrange", args=[drill.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    answer = client.post(url, {**data, **more})
    assert answer.status_code == 302, answer.context["form"].errors
    return stored(drill)


def test_a_new_drill_takes_the_plan_of_its_kind(cast, own):
    client, url = cast.client(cast.officer), reverse("emergency:plan")
    form = client.get(url).context["form"]
    assert [key for key, _said in form.fields["plan_record_id"].choices] == [
        "kind",
        str(own.pk),
        "",
    ]
    base = {"mode": "real", "on": TODAY, "plan_record_id": "kind"}
    for kind, expected in (("fire", own.pk), ("food", None)):
        client.post(url, {**base, "kind": kind})
        with scope.everything():
            assert Drill.objects.get(kind=kind).plan_record_id == expected


def test_without_any_plan_only_its_name_is_asked(cast):
    form = cast.client(cast.officer).get(reverse("emergency:plan")).context["form"]
    assert "plan_record_id" not in form.fields
    assert form.fields["plan"].label == "依据的预案"


def test_arranging_begins_with_the_plans_words_and_people(cast, own):
    drill = arranged(cast, planned(cast))
    assert drill.plan_record_id == own.pk
    assert drill.scenario.startswith("模拟情形：")
    assert "集合点" in drill.scenario
    with scope.everything():
        posts = [(one.place, one.name) for one in drill.guides.all()]
    assert ("疏散引导组长", "张三") in posts
    again = arranged(cast, drill, scenario="二楼实验室起火", guides="北门，李老师")
    assert again.scenario == "二楼实验室起火"
    with scope.everything():
        assert [one.name for one in again.guides.all()] == ["李老师"]


def test_untouched_words_follow_another_plan(cast, own, head):
    other = published(cast, head, kind="violence")
    drill = arranged(cast, planned(cast), plan_record_id=str(other.pk))
    with scope.enter(cast.officer.units):
        assert drill.scenario.split() == scenario_of(other).split()
    assert drill.plan_record_id == other.pk
    none = arranged(cast, drill, plan_record_id="", plan="旧预案")
    assert (none.plan_record_id, none.scenario, none.plan) == (None, "", "旧预案")


def test_a_plan_from_above_serves_but_its_people_do_not(cast):
    above = from_above(cast)
    drill = arranged(cast, planned(cast))
    assert drill.plan_record_id == above.pk
    assert drill.scenario
    with scope.everything():
        assert list(drill.guides.all()) == []
    client = cast.client(cast.officer)
    page = client.get(reverse("emergency:drill", args=[drill.pk])).content.decode()
    assert reverse("plans:read", args=[above.pk]) in page
    assert above.title in page
    sheet = client.get(reverse("emergency:run", args=[drill.pk])).content.decode()
    assert "行动卡" in sheet
    assert "楼梯口引导教师" in sheet
    done = run(drill, by=cast.officer)
    done = score_drill(
        done, by=cast.officer, values=marks(), evaluation="有序", plan_changes="走西门"
    )
    with scope.enter(cast.officer.units):
        words = "\n".join(
            cell.text
            for table in Document(io.BytesIO(report_docx(done))).tables
            for row in table.rows
            for cell in row.cells
        )
        assert f"《{above.title}》第1版" in words
        wish = Wish.objects.get()
        assert (wish.plan_id, wish.kind, wish.text) == (None, "evacuation", "走西门")


def test_only_a_plan_that_holds_here_may_be_named(cast, own):
    elsewhere = drafted(cast, by=cast.stranger, kind="evacuation")
    drill = planned(cast)
    for wrong in (elsewhere.pk, own.plan_id):
        with pytest.raises(Refused, match="现行预案"):
            planned(cast, plan_record_id=wrong)
        with pytest.raises(Refused, match="现行预案"):
            arrange_drill(drill, by=cast.officer, on=TODAY, plan_record_id=wrong)
    assert stored(drill).plan_record_id is None


def test_a_change_of_plan_asks_the_head_again(cast, own, head):
    drill = planned(cast)
    approve_drill(drill, by=head)
    changed = arrange_drill(drill, by=cast.officer, on=TODAY, plan_record_id=own.pk)
    assert changed.approved_at is None


@pytest.mark.parametrize("way", ["scored", "filled in"])
def test_what_the_drill_shows_is_read_on_the_plans_page_once(cast, own, way):
    drill = planned(cast, plan_record_id=own.pk)
    if way == "scored":
        run(drill, by=cast.officer)
        for _again in range(2):
            score_drill(
                drill, by=cast.officer, values=marks(), evaluation="有序", plan_changes="增加北门出口"
            )  # fmt: skip
    else:
        hold_drill(
            drill, by=cast.officer, on=TODAY, expected=9, present=9, seconds=9, plan_changes="增加北门出口"
        )  # fmt: skip
    with scope.everything():
        wish = Wish.objects.get()
    assert (wish.plan_id, wish.source_id, wish.text) == (own.plan_id, drill.pk, "增加北门出口")
    page = cast.client(cast.officer).get(reverse("plans:detail", args=[own.pk])).content.decode()
    assert "修改建议：增加北门出口" in page
    assert drill.record.title in page


def test_adopted_drills_have_the_plan_of_their_kind(cast, own):
    with scope.enter(cast.officer.units):
        adopt_programme(programme_of(cast.school, by=cast.officer), by=cast.officer)
        assert [one.plan_record_id for one in Drill.objects.all()] == [own.pk]


def test_of_two_kinds_that_serve_alike_the_one_with_a_plan_is_proposed(cast, own):
    with scope.enter(cast.officer.units):
        kinds = practised(cast.school)
    assert kinds == plans_content().kinds["evacuation"].drills
    day = datetime.date(2021, 1, 13)
    owed = [Owed("每月一次", day, day)]
    for kind in ("fire", "crush"):
        (line,) = propose(
            owed, [day], given=[], kinds=["fire", "crush"], seed="a", practised=frozenset({kind}),
            content=content_of(settings.DEFAULT_PACK),
        )  # fmt: skip
        assert line.kind == kind


def test_the_pack_names_a_level_and_a_section_that_its_plans_have():
    taken = content().from_plan
    for template in plans_content().templates.values():
        assert taken.level in {one.level for one in template.levels}, template.kind
        assert taken.section in {key for key, _title, _text in template.sections}, template.kind


@pytest.mark.parametrize("page", ["drill", "arrange", "run", "plan", "new"])
def test_pages_with_a_plan_ask_little(cast, own, asked, page):
    drill = planned(cast, plan_record_id=own.pk)
    args = [drill.pk] if page in {"drill", "arrange", "run"} else []
    client, url = cast.client(cast.officer), reverse(f"emergency:{page}", args=args)
    client.get(url)
    with asked() as queries:
        assert client.get(url).status_code == 200
    assert len(queries) <= 15, (page, len(queries))
