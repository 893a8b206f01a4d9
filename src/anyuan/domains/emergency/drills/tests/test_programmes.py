"""Programmes as a school makes them: proposed, edited, adopted, and the duty that they meet."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills.models import Drill, Entry, Programme
from anyuan.domains.emergency.drills.programmes import needs_of, spans, uncovered
from anyuan.domains.emergency.drills.reminders import remind
from anyuan.domains.emergency.drills.services.holding import cancel_drill
from anyuan.domains.emergency.drills.services.programmes import (
    adopt_programme,
    propose_programme,
    set_entries,
)
from anyuan.engines.notices.models import Notification
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.packs.load import load_pack

TODAY = timezone.localdate()


@pytest.fixture
def pack(cast):
    """The shipped pack in force since the beginning of the year before."""
    with scope.everything():
        folder = settings.SOURCE / "packs" / settings.DEFAULT_PACK
        load_policy(cast.city, by=cast.bureau, pack=load_pack(folder), today=TODAY)
    return cast


def next_span(cast):
    with scope.enter(cast.officer.units):
        return spans(TODAY)[1]


def draft(cast):
    return propose_programme(cast.school, by=cast.officer, starts_on=next_span(cast).starts_on)


def lines_of(programme):
    return [
        {"id": e.pk, "on": e.on, "kind": e.kind, "mode": e.mode, "at_night": e.at_night}
        for e in Entry.objects.filter(programme=programme)
    ]


def test_one_click_proposes_what_covers_the_term(pack):
    programme = draft(pack)
    with scope.enter(pack.officer.units):
        span = next_span(pack)
        needs = needs_of(pack.school, span, TODAY)
        lines = [(entry.on, entry.kind) for entry in programme.entries.all()]
        assert needs.owed
        assert lines
        assert uncovered(needs, lines) == []
        assert uncovered(needs) != []
    assert programme.record.counts is False


def test_adopted_it_makes_planned_drills_and_meets_the_duty(pack):
    programme = draft(pack)
    with scope.enter(pack.officer.units):
        entries = programme.entries.count()
        adopted = adopt_programme(programme, by=pack.officer)
        assert adopted.record.counts is True
        assert Drill.objects.filter(record__state="planned").count() == entries
        with pytest.raises(Conflict):
            adopt_programme(programme, by=pack.officer)
        with pytest.raises(Conflict):
            propose_programme(pack.school, by=pack.officer, starts_on=programme.starts_on)
        duty = Obligation.objects.filter(
            unit=pack.school, rule__key="p08_school_drill_calendar", period_start__lte=TODAY, counts_until__gte=TODAY
        )  # fmt: skip
        assert {one.state for one in duty} <= {"met", "late"}


def test_the_school_moves_removes_and_adds(pack):
    programme = draft(pack)
    with scope.enter(pack.officer.units):
        lines = lines_of(programme)
        moved = lines[0]["on"] + datetime.timedelta(days=1)
        lines[0]["on"] = moved
        extra = {"on": programme.starts_on, "kind": "food", "mode": "desk", "at_night": False}
        set_entries(programme, by=pack.officer, entries=[lines[0], extra])
        found = {(entry.on, entry.kind) for entry in programme.entries.all()}
        assert found == {(moved, lines[0]["kind"]), (programme.starts_on, "food")}
        outside = {**extra, "on": programme.ends_on + datetime.timedelta(days=1)}
        with pytest.raises(Refused):
            set_entries(programme, by=pack.officer, entries=[outside])
        assert programme.entries.count() == 2
        set_entries(programme, by=pack.officer, entries=[])
        with pytest.raises(Refused):
            adopt_programme(programme, by=pack.officer)


def test_past_lines_are_not_adopted(pack):
    programme = draft(pack)
    with scope.enter(pack.officer.units):
        Programme.objects.filter(pk=programme.pk).update(
            starts_on=TODAY - datetime.timedelta(days=9)
        )
        programme.refresh_from_db()
        past = {
            "on": TODAY - datetime.timedelta(days=1),
            "kind": "fire",
            "mode": "real",
            "at_night": False,
        }
        set_entries(programme, by=pack.officer, entries=[past])
        with pytest.raises(Refused, match="已经过去"):
            adopt_programme(programme, by=pack.officer)


def test_readers_and_strangers(pack):
    programme = draft(pack)
    with pytest.raises(Forbidden):
        adopt_programme(programme, by=pack.teacher)
    with pytest.raises(Missing):
        set_entries(programme, by=pack.stranger, entries=[])
    where = reverse("emergency:programme", args=[programme.pk])
    assert pack.client(pack.stranger).get(where).status_code == 404
    assert pack.client(pack.district).get(where).status_code == 200
    assert pack.client(pack.teacher).get(where).status_code == 200


def test_the_pages_propose_edit_adopt_and_print(pack):
    client = pack.client(pack.officer)
    page = client.get(reverse("emergency:programmes")).content.decode()
    assert "一键拟定" in page
    sent = {"starts_on": str(next_span(pack).starts_on)}
    page = client.post(reverse("emergency:programmes"), sent, follow=True).content.decode()
    assert "任务都已安排到" in page
    with scope.enter(pack.officer.units):
        programme = Programme.objects.get()
        line = lines_of(programme)[0]
    where = reverse("emergency:programme", args=[programme.pk])
    form = {
        "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": str(line["id"]), "form-0-on": str(line["on"]),
        "form-0-kind": line["kind"], "form-0-mode": "real",
    }  # fmt: skip
    wrong = client.post(where, {**form, "form-0-on": "2001-01-01"})
    assert wrong.status_code == 422
    assert "不在这个学期里" in wrong.content.decode()
    page = client.post(where, form, follow=True).content.decode()
    assert "还有任务没有安排到" in page
    page = client.post(reverse("emergency:programme_adopt", args=[programme.pk]), follow=True)
    assert "已采用" in page.content.decode()
    for kind, head in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        paper = client.get(reverse("emergency:programme_paper", args=[programme.pk, kind]))
        assert paper.content.startswith(head)
    assert (
        client.get(reverse("emergency:programme_paper", args=[programme.pk, "exe"])).status_code
        == 404
    )


def test_a_planned_drill_is_reminded_of_and_overdue_ones_go_up(pack):
    from anyuan.domains.emergency.drills.services.holding import plan_drill

    drill = plan_drill(
        pack.school, by=pack.officer, on=TODAY + datetime.timedelta(days=3), kind="fire"
    )
    dropped = plan_drill(
        pack.school, by=pack.officer, on=TODAY + datetime.timedelta(days=3), kind="bus"
    )
    cancel_drill(dropped, by=pack.officer, reason="停课")
    with scope.everything():

        def told(day):
            before = Notification.objects.count()
            remind(TODAY + datetime.timedelta(days=day))
            remind(TODAY + datetime.timedelta(days=day))
            new = Notification.objects.order_by("-at")[: Notification.objects.count() - before]
            return {(one.person.username, one.kind) for one in new.select_related("person")}

        assert told(0) == {("officer", "drill.due")}
        assert told(1) == set()
        assert told(2) == {("officer", "drill.due")}
        assert told(4) == {("officer", "drill.due")}
        assert told(10) == {("district", "drill.due")}
    client = pack.client(pack.officer)
    assert reverse("emergency:near") in client.get(reverse("web:today")).content.decode()
    page = client.get(reverse("emergency:near")).content.decode()
    assert reverse("emergency:drill", args=[drill.pk]) in page
    assert reverse("emergency:drill", args=[dropped.pk]) not in page
