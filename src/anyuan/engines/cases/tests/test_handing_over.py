"""A closed school's open hazards go on at its successor; what is done stays where it was done."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Comment, File, Record
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.hazards.services import step_hazard
from anyuan.domains.hazards.tests.test_loop import assign, grade, photo, rectify, report
from anyuan.engines.cases.handing_over import columns
from anyuan.engines.cases.models import Case, Step
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.services import add_comment
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Evidence, Obligation
from anyuan.engines.obligations.tests.packing import small_pack
from anyuan.org.models import Unit
from anyuan.org.services import add_unit, close_unit
from anyuan.org.tests.cast import PROFILE, hire

TODAY = timezone.localdate()


def close(cast: Any, successor: Unit | None) -> Unit:
    with scope.enter(cast.bureau.units):
        unit = Unit.objects.get(key=cast.school.key)
        return close_unit(unit, by=cast.bureau, on=TODAY, successor=successor)


@pytest.fixture
def hazards(cast):
    """(open with a photo and a remark, closed)."""
    pending = report(cast, file_ids=[photo(cast.school, cast.officer)])
    with scope.enter(cast.officer.units):
        add_comment(pending.record, by=cast.officer, text="等配件")
    done = report(cast, place="食堂")
    grade(done, cast.officer)
    assign(done, cast.officer)
    rectify(done, cast.guard, cast)
    step_hazard(done, by=cast.officer, transition="verify", data={"note": ""})
    return pending, done


def test_what_is_open_goes_to_the_successor_with_all_that_hangs_on_it(cast, hazards):
    pending, done = hazards
    close(cast, cast.other)
    with scope.everything():
        for row in (Case, Record, Hazard):
            assert row.objects.get(pk=pending.pk).unit_id == cast.other.key
            assert row.objects.get(pk=done.pk).unit_id == cast.school.key
        assert File.objects.get(record=pending.pk).unit_id == cast.other.key
        assert Comment.objects.get(record=pending.pk).unit_id == cast.other.key
        last = Step.objects.filter(case=pending.pk).order_by("at").last()
        assert (last.label, last.unit_id) == ("移交承接学校", cast.other.key)
        assert cast.school.name in last.note
    page = cast.client(cast.stranger).get(reverse("hazards:detail", args=[pending.pk]))
    assert page.status_code == 200
    assert "移交承接学校" in page.content.decode()
    assert "等配件" in page.content.decode()
    assert (
        cast.client(cast.district).get(reverse("hazards:detail", args=[pending.pk])).status_code
        == 404
    )


def test_the_successors_people_are_told_and_go_on_with_it(cast, hazards):
    pending, _done = hazards
    close(cast, cast.other)
    with scope.everything():
        told = Notification.objects.get(kind="case.handed_over")
        assert told.person_id == cast.stranger.person_id
        assert "1 项未办结的隐患" in told.title
    with scope.enter(cast.stranger.units):
        moved = Hazard.objects.select_related("record__case").get(pk=pending.pk)
        grade(moved, cast.stranger)
        assert moved.record.case.level == "school"


def test_without_a_successor_it_stays_for_the_district_to_see(cast, hazards):
    pending, _done = hazards
    close(cast, None)
    with scope.everything():
        assert Case.objects.get(pk=pending.pk).unit_id == cast.school.key
        assert not Step.objects.filter(transition="handed_over").exists()
    assert (
        cast.client(cast.district).get(reverse("hazards:detail", args=[pending.pk])).status_code
        == 200
    )


def test_a_duty_that_a_handed_over_record_met_stays_met(cast, hazards):
    pending, _done = hazards
    with scope.everything():
        pack = small_pack(valid_from=TODAY.replace(month=1, day=1))
        load_policy(cast.city, by=cast.bureau, pack=pack, today=TODAY)
        duty = Obligation.objects.filter(unit=cast.school).latest("due_on")
        Obligation.objects.filter(pk=duty.pk).update(state="met", met_on=TODAY, done=1)
        Evidence.objects.create(obligation=duty, record=pending.record, unit=cast.school)
    close(cast, cast.other)
    with scope.enter(cast.stranger.units):
        moved = Hazard.objects.select_related("record__case").get(pk=pending.pk)
        grade(moved, cast.stranger)  # saves the record: duties are counted anew
    with scope.everything():
        assert Evidence.objects.filter(obligation=duty, record=pending.pk).exists()


def test_no_table_of_a_records_unit_is_forgotten():
    found = {table for table, _column in columns()}
    assert {"core_record", "cases_case", "cases_step", "core_file", "core_comment"} <= found
    assert {"core_recordevent", "cases_caseevent"} <= found
    assert not {"obligations_evidence", "notices_notification"} & found
    assert len(found) < len(apps.get_models())


def test_the_head_and_the_officer_are_told_once_each(cast, hazards):
    with scope.everything():
        hire(cast.other, "head", "校长戊", "principal")
    close(cast, cast.other)
    with scope.everything():
        assert Notification.objects.filter(kind="case.handed_over").count() == 2


def test_a_district_merges_two_of_its_schools_on_the_page(cast, hazards):
    pending, _done = hazards
    with scope.enter(cast.district.units):
        heir = add_unit(
            cast.wujin, by=cast.district, code="2132000077", name="新城小学", kind="school", profile=PROFILE
        )  # fmt: skip
    with scope.everything():
        head = hire(heir, "heir", "校长己", "principal")
        officer = hire(heir, "heir2", "干部己", "safety_officer")
    answer = cast.client(cast.district).post(
        reverse("org:change", args=[cast.school.key]),
        {"what": "close", "target": heir.key, "sure": "on"},
    )
    assert answer.status_code == 302
    for person in (head, officer, cast.district):
        page = cast.client(person).get(reverse("hazards:detail", args=[pending.pk]))
        assert "移交承接学校" in page.content.decode()
    with scope.everything():
        file = File.objects.get(record=pending.pk)
    assert cast.client(officer).get(reverse("web:file", args=[file.pk])).status_code == 200
