"""Meetings and leaders' inspections: what is decided is followed, what is found becomes a hazard."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.governance.models import Decision, Meeting
from anyuan.domains.responsibility.governance.services.meetings import (
    Agreed,
    add_decision,
    end_decision,
    hold_meeting,
    record_leader_inspection,
    withdraw_meeting,
)

TODAY = timezone.localdate()
FACTS = {"type": "monthly", "chair": "李校长", "attended": 12, "agenda": "上月隐患和本月安排"}
LOOK = {"leader": "李校长", "role": "administration", "summary": "查看食堂和宿舍"}


def held(cast, **more):
    agreed = Agreed("更换灭火器", "总务主任", TODAY + datetime.timedelta(days=3))
    return hold_meeting(
        cast.school, by=cast.officer, on=TODAY, decisions=[agreed], **(FACTS | more)
    )


def looked(cast, **more):
    return record_leader_inspection(cast.school, by=cast.officer, **({"on": TODAY} | LOOK | more))


def test_a_decision_is_followed_until_it_is_done(cast):
    meeting = held(cast)
    assert meeting.record.tags == ["type:monthly"]
    with scope.enter(cast.officer.units):
        decision = Decision.objects.get()
    with pytest.raises(Refused):
        end_decision(decision, by=cast.officer, result=" ")
    done = end_decision(decision, by=cast.officer, result="已更换")
    assert (done.state, done.ended_on) == ("done", TODAY)
    with pytest.raises(Conflict):
        end_decision(decision, by=cast.officer, result="又换了")


def test_withdrawing_ends_what_was_open(cast):
    meeting = held(cast)
    assert withdraw_meeting(meeting, by=cast.officer).record.counts is False
    with scope.enter(cast.officer.units):
        assert Decision.objects.get().state == "dropped"
    with pytest.raises(Conflict):
        withdraw_meeting(meeting, by=cast.officer)
    with scope.enter(cast.officer.units):
        void = Meeting.objects.select_related("record").get()
    with pytest.raises(Conflict):
        add_decision(void, by=cast.officer, agreed=Agreed("x", "y", TODAY))


def test_a_leaders_finding_becomes_a_hazard_at_the_school(cast):
    from anyuan.domains.hazards.models import Hazard

    row = looked(cast, findings=["疏散门上锁", ""], unannounced=True)
    assert row.record.tags == ["role:administration", "unannounced:yes"]
    above = record_leader_inspection(
        cast.wujin, by=cast.district, on=TODAY, visited=[cast.school], findings=["应急灯不亮"], **LOOK
    )  # fmt: skip
    assert above.record.unit_id == cast.wujin.key
    with scope.enter(cast.officer.units):
        assert {(h.source, h.unit_id) for h in Hazard.objects.all()} == {
            ("self", cast.school.key),
            ("district", cast.school.key),
        }


def test_where_a_leader_may_go(cast):
    with pytest.raises(Refused) as nowhere:
        record_leader_inspection(cast.wujin, by=cast.district, on=TODAY, **LOOK)
    assert nowhere.value.field == "visited"
    with pytest.raises(Refused):
        record_leader_inspection(
            cast.wujin, by=cast.district, on=TODAY, visited=[cast.other], **LOOK
        )
    with pytest.raises(Refused) as many:
        record_leader_inspection(
            cast.city, by=cast.bureau, on=TODAY, visited=[cast.school, cast.other], findings=["x"], **LOOK
        )  # fmt: skip
    assert many.value.field == "problems"
    with pytest.raises(Refused):
        looked(cast, on=TODAY + datetime.timedelta(days=1))


def test_teachers_strangers_and_sending_twice(cast):
    with pytest.raises(Forbidden):
        hold_meeting(cast.school, by=cast.teacher, on=TODAY, **FACTS)
    with pytest.raises(Missing):
        hold_meeting(cast.school, by=cast.stranger, on=TODAY, **FACTS)
    key = new_id()
    assert held(cast, record_id=key).pk == held(cast, record_id=key).pk
    other = new_id()
    assert looked(cast, record_id=other).pk == looked(cast, record_id=other).pk


def test_the_pages(cast):
    client = cast.client(cast.officer)
    day = str(TODAY)
    rows = {"d-TOTAL_FORMS": "2", "d-INITIAL_FORMS": "0", "d-0-text": "整改西门", "d-1-text": ""}
    sent = {**FACTS, **rows, "on": day}
    wrong = client.post(reverse("governance:meeting_new"), sent)
    assert wrong.status_code == 422
    assert "请填写牵头人" in wrong.content.decode()
    right = client.post(
        reverse("governance:meeting_new"), {**sent, "d-0-owner_name": "王主任", "d-0-due_on": day}, follow=True
    )  # fmt: skip
    assert "整改西门" in right.content.decode()
    look = client.post(
        reverse("governance:leader_new"), {**LOOK, "on": day, "problems": "门锁坏"}, follow=True
    )
    assert "门锁坏" in look.content.decode()
    for query in ("", "?what=leader"):
        with CaptureQueriesContext(connection) as one:
            client.get(reverse("governance:meetings") + query)
        held(cast), looked(cast)
        with CaptureQueriesContext(connection) as three:
            page = client.get(reverse("governance:meetings") + query)
        assert len(one) == len(three) <= 15
        assert page.status_code == 200
    assert cast.client(cast.district).get(reverse("governance:leader_new")).status_code == 200
