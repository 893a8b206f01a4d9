"""The run sheet: taps sent twice, two phones, a reload, midnight, a dormitory at night; and the end."""

from __future__ import annotations

import dataclasses
import datetime
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anyuan.config.demo_clock import at as clock_at
from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import File
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills.models import Mark, Problem
from anyuan.domains.emergency.drills.moments import as_data, earliest, moments_of
from anyuan.domains.emergency.drills.services.running import (
    finish_run,
    mark_step,
    see_problem,
    set_guides,
    undo_marks,
)
from anyuan.domains.emergency.drills.tests.making import PEOPLE, planned, reported, run, tapped
from anyuan.domains.emergency.rollcall.models import RollCall
from anyuan.domains.emergency.rollcall.queries import for_record
from anyuan.domains.emergency.rollcall.tests.making import a_class
from anyuan.domains.hazards.models import Hazard
from anyuan.engines.checks.tests.sending import PNG
from anyuan.org.models import Profile

NOW = timezone.now
SECOND = datetime.timedelta(seconds=1)


def ago(seconds: float) -> datetime.datetime:
    return NOW() - seconds * SECOND


def test_the_sheet_fills_the_record(cast):
    drill = run(planned(cast), by=cast.officer, seconds=95)
    assert (drill.seconds, drill.present, drill.record.state) == (95, 855, "held")
    assert drill.record.counts is True
    assert drill.report_due_on > timezone.localdate()
    with pytest.raises(Conflict):
        finish_run(drill, by=cast.officer, **PEOPLE)


def test_a_tap_sent_twice_is_one(cast):
    drill, key = planned(cast), new_id()
    first = mark_step(drill, by=cast.officer, step="signal", at=ago(60), mark_id=key)
    again = mark_step(drill, by=cast.officer, step="signal", at=ago(5), mark_id=key)
    assert (first.pk, first.at) == (again.pk, again.at)
    with scope.enter(cast.officer.units):
        assert Mark.objects.count() == 1


def test_two_phones_do_not_destroy_each_others_times(cast):
    drill = planned(cast)
    early, late = ago(90), ago(80)
    tapped(drill, "signal", by=cast.officer, at=late)
    tapped(drill, "signal", by=cast.teacher, at=early)
    with scope.enter(cast.officer.units):
        assert moments_of(drill)["signal"].at == early
        data = as_data(drill.marks.all())["signal"]
        assert len(data["ids"]) == 2
    undo_marks(drill, by=cast.officer, mark_ids=[moments_of_ids(cast, drill)[0]])
    with scope.enter(cast.officer.units):
        assert moments_of(drill)["signal"].at == late
        assert Mark.objects.get(undone_at__isnull=False).undone_by == cast.officer.name


def moments_of_ids(cast, drill):
    with scope.enter(cast.officer.units):
        return [mark.pk for mark in drill.marks.order_by("at")]


@given(st.data())
def test_the_order_in_which_taps_arrive_does_not_matter(data):
    start = datetime.datetime(2026, 11, 9, 2, tzinfo=datetime.UTC)
    taps = [
        Mark(
            pk=new_id(), step=data.draw(st.sampled_from(["signal", "all_out"])), at=start + SECOND * data.draw(st.integers(0, 9)),
            undone_at=data.draw(st.sampled_from([None, None, start])),
        )
        for _ in range(data.draw(st.integers(0, 6)))
    ]  # fmt: skip
    shuffled = data.draw(st.permutations(taps))
    assert earliest(taps) == earliest(shuffled)


def test_a_reload_in_the_middle_shows_what_was_taken(cast):
    drill = planned(cast, kind="earthquake")
    tapped(drill, "signal", by=cast.officer, at=ago(30))
    page = cast.client(cast.officer).get(reverse("emergency:run", args=[drill.pk])).content.decode()
    assert "就地避险结束" in page
    assert 'is-done" data-step="signal"' in page
    assert 'is-done" data-step="cover"' not in page


def test_taps_come_from_pages_and_from_the_outbox(cast):
    drill = planned(cast)
    where = reverse("emergency:marks", args=[drill.pk])
    client = cast.client(cast.teacher)
    key, moment = str(new_id()), ago(40).isoformat()
    sent = {"form_id": key, "step": "signal", "at": moment}
    said = client.post(where, sent, headers={"accept": "application/json"})
    assert json.loads(said.content)["steps"]["signal"]["ids"] == [key]
    # The outbox sends the same again, as a form.
    assert client.post(where, sent).status_code == 302
    assert json.loads(client.get(where).content)["steps"]["signal"]["ids"] == [key]
    assert client.post(where, {"step": "signal"}).status_code == 302
    assert len(json.loads(client.get(where).content)["steps"]["signal"]["ids"]) == 2
    client.post(where, {"form_id": str(new_id()), "undo": [key]})
    assert key not in json.loads(client.get(where).content)["steps"]["signal"]["ids"]
    for wrong in ({"form_id": "x", "step": "signal"}, {"undo": "x"}):
        assert client.post(where, wrong).status_code == 404
    assert client.post(where, {"step": "no_such_step"}).status_code == 422


def test_what_a_phone_kept_is_taken_after_the_end_but_not_after_the_report(cast):
    drill = run(planned(cast), by=cast.officer)
    tapped(drill, "counted", by=cast.teacher, at=ago(1))
    problem = see_problem(drill, by=cast.teacher, text="后来补记", problem_id=new_id())
    assert problem.raised is True
    reported(drill, by=cast.officer)
    with pytest.raises(Conflict):
        tapped(drill, "clear", by=cast.teacher)


def test_a_clock_that_is_wrong_is_refused(cast):
    drill = planned(cast)
    with pytest.raises(Refused, match="快"):
        tapped(drill, "signal", by=cast.officer, at=NOW() + datetime.timedelta(hours=1))
    with pytest.raises(Refused, match="早于"):
        tapped(drill, "signal", by=cast.officer, at=ago(86400))
    # A little ahead is the way there and back: it counts as now.
    assert tapped(drill, "signal", by=cast.officer, at=NOW() + SECOND).at <= NOW()


def test_the_end_needs_its_moments_in_order(cast):
    drill = planned(cast)
    with pytest.raises(Refused, match="发出信号"):
        finish_run(drill, by=cast.officer, **PEOPLE)
    tapped(drill, "signal", by=cast.officer, at=ago(10))
    with pytest.raises(Refused, match="全部到达"):
        finish_run(drill, by=cast.officer, **PEOPLE)
    end = tapped(drill, "all_out", by=cast.officer, at=ago(20))
    with pytest.raises(Refused, match="撤回"):
        finish_run(drill, by=cast.officer, **PEOPLE)
    undo_marks(drill, by=cast.officer, mark_ids=[end.pk])
    tapped(drill, "all_out", by=cast.officer, at=ago(2))
    with pytest.raises(Refused) as refusal:
        finish_run(drill, by=cast.officer, expected=10, present=None)
    assert refusal.value.field == "present"
    with pytest.raises(Refused) as refusal:
        finish_run(drill, by=cast.officer, expected=10, present=11)
    assert refusal.value.field == "present"
    assert finish_run(drill, by=cast.officer, expected=10, present=10).seconds == 8


def test_a_drill_across_midnight_is_of_the_day_of_its_signal(cast):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    midnight = timezone.make_aware(datetime.datetime.combine(timezone.localdate(), datetime.time()))
    with clock_at(yesterday):
        drill = planned(cast, on=yesterday, at_night=True)
    tapped(drill, "signal", by=cast.officer, at=midnight - 40 * SECOND)
    tapped(drill, "all_out", by=cast.officer, at=midnight + 50 * SECOND)
    done = finish_run(drill, by=cast.officer, **PEOPLE)
    assert (done.seconds, done.record.happened_on) == (90, yesterday)


def test_a_dormitory_at_night_counts_the_boarders(cast):
    with scope.everything():
        Profile.objects.filter(unit=cast.school).update(boarding=True, boarders=120)
    drill = planned(cast, at_night=True)
    page = cast.client(cast.officer).get(reverse("emergency:finish", args=[drill.pk]))
    assert 'value="120"' in page.content.decode()


def test_problems_become_hazards_at_the_end_with_their_photo(cast):
    drill, key = planned(cast), str(new_id())
    where = reverse("emergency:problem", args=[drill.pk])
    client = cast.client(cast.teacher)
    for _ in range(2):  # sent twice from a phone without network
        sent = {"form_id": key, "text": "楼梯灯不亮", "place": "东楼梯"}
        sent["files"] = SimpleUploadedFile("a.png", PNG)
        assert client.post(where, sent).status_code == 302
    assert client.post(where, {"text": ""}).status_code == 422
    with scope.enter(cast.officer.units):
        problem = Problem.objects.get()
        assert (problem.raised, Hazard.objects.count()) == (False, 0)
        assert problem.photo.record_id == drill.pk
    run(drill, by=cast.officer)
    with scope.enter(cast.officer.units):
        hazard = Hazard.objects.get()
        assert (hazard.source, hazard.place) == ("drill", "东楼梯")
        assert File.objects.filter(record=hazard.record).count() == 1


def test_posts_are_ticked_and_keep_their_tick(cast):
    drill = planned(cast)
    guides = set_guides(
        drill, by=cast.officer, guides=[("二楼东楼梯", "王老师"), ("南门", "李老师"), ("", "空")]
    )
    assert [guide.place for guide in guides] == ["二楼东楼梯", "南门"]
    tapped(drill, f"post:{guides[0].pk}", by=cast.teacher)
    again = set_guides(
        drill, by=cast.officer, guides=[("北门", "赵老师"), ("二楼东楼梯", "王老师")]
    )
    assert again[1].pk == guides[0].pk
    with scope.enter(cast.officer.units):
        assert moments_of(drill)[f"post:{guides[0].pk}"].label == "二楼东楼梯：王老师"
    with pytest.raises(Refused):
        tapped(drill, f"post:{new_id()}", by=cast.teacher)


def test_a_talk_through_needs_no_seconds(cast):
    drill = planned(cast, mode="desk")
    tapped(drill, "signal", by=cast.officer, at=ago(5))
    assert finish_run(drill, by=cast.officer, expected=9, present=9).seconds is None


def test_who_may_tap_and_who_may_end(cast):
    drill = planned(cast)
    with pytest.raises(Missing):
        tapped(drill, "signal", by=cast.stranger)
    with pytest.raises(Forbidden):
        tapped(drill, "signal", by=dataclasses.replace(cast.teacher, permissions=frozenset()))
    with pytest.raises(Forbidden):
        finish_run(drill, by=cast.teacher, **PEOPLE)
    with pytest.raises(Forbidden):
        set_guides(drill, by=cast.teacher, guides=[])


def test_the_roll_call_starts_from_the_sheet_and_gives_the_figures(cast):
    drill = planned(cast)
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        a_class(cast.school, cast.officer, pupils=40)
    client = cast.client(cast.officer)
    page = client.get(reverse("emergency:run", args=[drill.pk])).content.decode()
    assert "发起按班清点" in page
    where = reverse("emergency:count", args=[drill.pk])
    first = client.post(where)
    assert client.post(where).headers["Location"] == first.headers["Location"]
    with scope.enter(cast.officer.units):
        call = for_record(drill.record)
        RollCall.objects.filter(pk=call.pk).update(expected=45, present=43, elsewhere=2, missing=0)
    page = client.get(reverse("emergency:finish", args=[drill.pk])).content.decode()
    assert 'value="45"' in page
    assert 'value="43"' in page
    assert "2 人在别处" in page
    assert cast.client(cast.teacher).post(where).status_code == 403
    assert cast.client(cast.stranger).post(where).status_code == 404
