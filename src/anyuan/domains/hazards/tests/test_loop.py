"""The hazard's loop, as the people of the cast do it."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.hazards.services import report_hazard, step_hazard
from anyuan.engines.cases import registry
from anyuan.engines.cases.models import Case, Step


def photo(unit, by, name="a.png"):
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    with scope.enter(by.units):
        return keep_file(SimpleUploadedFile(name, out.getvalue()), unit_id=unit.key, by=by).pk


def report(cast, by=None, **more):
    facts = {"place": "三楼走廊", "description": "消火栓没有水"} | more
    return report_hazard(cast.school, by=by or cast.officer, **facts)


def grade(hazard, by, level="general", **more):
    return step_hazard(
        hazard,
        by=by,
        transition="grade",
        data={"level": level, "category": "01", "basis": "", **more},
    )


def assign(hazard, by, **more):
    due = timezone.localdate() + datetime.timedelta(days=10)
    data = {
        "responsible": "张主任",
        "measures": "更换阀门",
        "funds": 300,
        "due_on": due,
        "interim_plan": "",
    }
    return step_hazard(hazard, by=by, transition="assign", data=data | more)


def rectify(hazard, by, cast):
    return step_hazard(
        hazard,
        by=by,
        transition="rectify",
        data={"rectification": "已更换"},
        file_ids=[photo(cast.school, by)],
    )


@pytest.fixture
def ready(cast):
    """A general hazard that the guard has rectified and that waits for verification."""
    hazard = report(cast)
    grade(hazard, cast.officer)
    assign(hazard, cast.officer)
    rectify(hazard, cast.guard, cast)
    return hazard


def test_a_general_hazard_goes_round_and_closes(cast, ready):
    case = step_hazard(ready, by=cast.officer, transition="verify", data={"note": "合格"})
    assert case.state == "closed"
    assert case.closed_at is not None
    with scope.enter(cast.officer.units):
        labels = [s.transition for s in Step.objects.filter(case=case).order_by("at", "id")]
    assert labels == ["open", "grade", "assign", "rectify", "verify"]


def test_category_and_number_are_filled_in(cast):
    hazard = report(cast)
    again = report(cast)
    assert hazard.category == "01"
    assert hazard.number.endswith("-001")
    assert again.number.endswith("-002")
    assert (hazard.recurrent, again.recurrent) == (False, True)


def test_who_rectified_may_not_verify(cast):
    hazard = report(cast)
    grade(hazard, cast.officer)
    assign(hazard, cast.officer)
    rectify(hazard, cast.officer, cast)
    with pytest.raises(Forbidden, match="不能是同一个人"):
        step_hazard(hazard, by=cast.officer, transition="verify")
    assert step_hazard(hazard, by=cast.district, transition="verify").state == "closed"


def test_a_teacher_rectifies_but_does_not_verify(cast, ready):
    with pytest.raises(Forbidden):
        step_hazard(ready, by=cast.teacher, transition="verify")


def test_a_stranger_is_told_nothing(cast, ready):
    with pytest.raises(Missing):
        step_hazard(ready, by=cast.stranger, transition="verify")
    answer = cast.client(cast.stranger).get(reverse("hazards:detail", args=[ready.pk]))
    assert answer.status_code == 404


def test_a_major_hazard_needs_all_five_and_is_closed_by_the_district(cast):
    hazard = report(cast)
    with pytest.raises(Refused) as refusal:
        grade(hazard, cast.officer, "major")
    assert refusal.value.field == "basis"
    case = grade(hazard, cast.officer, "major", basis="判定指南第四项")
    assert case.level == "district"
    with pytest.raises(Refused) as refusal:
        assign(hazard, cast.officer, funds=None)
    assert set(refusal.value.errors) == {"funds", "interim_plan"}
    assign(hazard, cast.officer, interim_plan="停用三楼")
    rectify(hazard, cast.guard, cast)
    with pytest.raises(Forbidden, match="辖市区"):
        step_hazard(hazard, by=cast.officer, transition="verify")
    assert step_hazard(hazard, by=cast.district, transition="verify").state == "closed"


def test_a_city_listing_is_closed_by_the_city_only(cast):
    hazard = report(cast)
    grade(hazard, cast.officer, "major", basis="x")
    step_hazard(hazard, by=cast.bureau, transition="list", data={"note": "全市挂牌"})
    assign(hazard, cast.officer, interim_plan="停用")
    rectify(hazard, cast.guard, cast)
    with pytest.raises(Forbidden):
        step_hazard(hazard, by=cast.district, transition="verify")
    assert step_hazard(hazard, by=cast.bureau, transition="verify").state == "closed"


def test_the_second_of_two_people_is_told_that_it_is_done(cast, ready):
    with scope.enter(cast.officer.units):
        seen = Case.objects.get(pk=ready.pk).version
    step_hazard(ready, by=cast.officer, transition="return", data={"note": "照片不清楚"}, seen=seen)
    with pytest.raises(Conflict, match="退回重改"):
        step_hazard(ready, by=cast.district, transition="verify", seen=seen)


def test_rectifying_asks_for_a_photo_and_keeps_nothing_without_it(cast):
    hazard = report(cast)
    grade(hazard, cast.officer)
    assign(hazard, cast.officer)
    with pytest.raises(Refused) as refusal:
        step_hazard(hazard, by=cast.guard, transition="rectify", data={"rectification": "已更换"})
    assert refusal.value.field == "files"
    with scope.enter(cast.officer.units):
        assert Case.objects.get(pk=hazard.pk).state == "rectifying"
        assert Hazard.objects.get(pk=hazard.pk).rectification == ""


def test_time_limits_come_from_the_pack(cast):
    hazard = report(cast)
    grade(hazard, cast.officer)
    late = timezone.localdate() + datetime.timedelta(days=16)
    with pytest.raises(Refused) as refusal:
        assign(hazard, cast.officer, due_on=late)
    assert refusal.value.field == "due_on"


def test_postponement_is_asked_and_granted(cast):
    hazard = report(cast)
    grade(hazard, cast.officer)
    assign(hazard, cast.officer)
    until = timezone.localdate() + datetime.timedelta(days=20)
    step_hazard(
        hazard, by=cast.guard, transition="postpone", data={"until": until, "note": "等配件"}
    )
    case = step_hazard(hazard, by=cast.officer, transition="grant")
    assert (case.state, case.due_on) == ("rectifying", until)


def test_sent_twice_is_one_hazard(cast):
    key = new_id()
    assert report(cast, record_id=key).pk == report(cast, record_id=key).pk
    with scope.enter(cast.officer.units):
        assert Hazard.objects.count() == 1


def test_fixed_on_the_spot_waits_for_another_to_verify(cast):
    with pytest.raises(Refused):
        report(cast, by=cast.guard, fixed=True)
    hazard = report(
        cast, by=cast.guard, fixed=True, after_file_ids=[photo(cast.school, cast.guard)]
    )
    case = step_hazard(hazard, by=cast.officer, transition="verify")
    assert case.state == "closed"


def test_every_transition_starts_in_a_state_that_exists_and_void_ends(cast):
    hazard = report(cast)
    case = step_hazard(hazard, by=cast.officer, transition="void", data={"note": "重复"})
    assert case.closed_at is not None
    assert {state.key for state in registry.get("hazard").states if state.final} == {
        "closed",
        "void",
    }
