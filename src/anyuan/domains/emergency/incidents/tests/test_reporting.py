"""The first report: what it makes, whom it tells, what it refuses."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import File
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents import queries
from anyuan.domains.emergency.incidents.models import Entry, Incident
from anyuan.domains.emergency.incidents.services.reporting import (
    add_note,
    note_phone,
    report_incident,
    update_facts,
)
from anyuan.domains.emergency.incidents.tests.making import FIRE, ago, happened
from anyuan.engines.checks.tests.sending import PNG
from anyuan.engines.notices.models import Notification
from anyuan.org.tests.cast import hire


def told(person):
    with scope.everything():
        rows = Notification.objects.filter(person_id=person.person_id, kind="incident.reported")
        return list(rows.order_by("at").values_list("title", flat=True))


def test_a_fire_must_be_reported_and_all_three_levels_know_at_once(cast):
    incident = happened(cast)
    assert (incident.must_report, incident.must_why) == (True, "火灾、倒塌或踩踏")
    assert (incident.proposed, incident.level) == ("IV", "")
    assert incident.record.state == "reported"
    title = f"{cast.school.short_name}：火灾：食堂后厨（Ⅳ级）"
    for who in (cast.officer, cast.district, cast.bureau):
        assert told(who) == [title]
    assert told(cast.other_district) == told(cast.teacher) == []


def test_what_need_not_be_reported_is_told_to_the_district_only(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=1, summary="摔伤膝盖")
    assert incident.must_report is False
    assert told(cast.district) != []
    assert told(cast.bureau) == []


def test_nobody_knows_yet_means_that_it_must_be_reported(cast):
    incident = happened(cast, kind="injury", hurt="unknown")
    assert incident.must_why == "伤亡情况还不清楚"


def test_a_teacher_and_a_guard_may_report_and_see_what_they_reported(cast):
    for who in (cast.teacher, cast.guard):
        incident = happened(cast, by=who)
        client = cast.client(who)
        assert client.get(reverse("incidents:note", args=[incident.pk])).status_code == 200
        assert client.get(reverse("incidents:detail", args=[incident.pk])).status_code == 404
        assert client.get(reverse("incidents:list")).status_code == 302
        assert "食堂后厨" in client.get(reverse("incidents:mine")).content.decode()


def test_sent_again_it_is_the_same_one(cast):
    key = new_id()
    first = happened(cast, record_id=key)
    assert happened(cast, record_id=key).pk == first.pk
    with scope.enter(cast.officer.units):
        assert Incident.objects.count() == 1
        assert Entry.objects.filter(incident=first, kind="reported").count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"happened_at": ago(-10)}, "happened_at"),
        ({"happened_at": ago(60 * 24 * 400)}, "happened_at"),
        ({"kind": "picnic"}, "kind"),
        ({"hurt": "some"}, "injured"),
        ({"hurt": "none", "injured": 2}, "hurt"),
        ({"hurt": "some", "injured": 2, "serious": 3}, "serious"),
        ({"place": ""}, "place"),
        ({"summary": ""}, "summary"),
        ({"lon": "200", "lat": "10"}, "place"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(cast, facts, field):
    with pytest.raises(Refused) as refusal:
        happened(cast, **facts)
    assert refusal.value.field == field
    with scope.enter(cast.officer.units):
        assert not Incident.objects.exists()


def test_an_incident_happens_at_a_school(cast):
    with pytest.raises(Refused, match="学校或校区"):
        report_incident(cast.wujin, by=cast.district, **FIRE)


def test_others_may_not_report(cast):
    with pytest.raises(Missing):
        happened(cast, by=cast.stranger)
    with scope.everything():
        auditor = hire(cast.wujin, "auditor", "审计员", "auditor")
    with pytest.raises(Forbidden):
        happened(cast, by=auditor)


def test_the_desk_writes_down_what_the_school_telephoned(cast):
    incident = happened(cast, by=cast.district, happened_at=ago(50), told_at=ago(40))
    assert incident.told_at < incident.told_due_at
    assert incident.record.done_by_id == cast.wujin.key
    with pytest.raises(Refused) as refusal:
        happened(cast, by=cast.district, told_at=ago(20))
    assert refusal.value.field == "told_at"


def test_what_the_level_above_found_first_is_marked(cast):
    incident = happened(cast, by=cast.district, source="public")
    assert incident.told_at is None
    assert queries.lateness(incident) == "hidden"
    with scope.enter(cast.bureau.units):
        assert list(queries.filtered(cast.bureau, {"late": "late"})) == [incident]
    # A school's own report is the school's, whatever the form says.
    assert happened(cast, source="public").source == "school"


def test_an_earlier_telephone_call_counts_for_the_clock(cast):
    incident = happened(cast, happened_at=ago(60))
    assert queries.lateness(incident) == "late"
    held = note_phone(incident, by=cast.teacher, at=ago(45), whom="区教育局值班室")
    assert held.told_at < held.told_due_at
    for wrong in ({"whom": " "}, {"at": ago(-5)}, {"at": ago(90)}):
        with pytest.raises(Refused):
            note_phone(incident, by=cast.officer, **({"at": ago(45), "whom": "值班室"} | wrong))
    with pytest.raises(Missing):
        note_phone(incident, by=cast.stranger, at=ago(45), whom="值班室")


def test_new_figures_weigh_level_and_duty_anew_and_are_told(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=1)
    held = update_facts(
        incident, by=cast.officer, hurt="some", injured=2, serious=1, note="一人送医"
    )
    assert (held.proposed, held.must_report) == ("III", True)
    assert len(told(cast.bureau)) == 1
    with scope.enter(cast.officer.units):
        texts = "".join(Entry.objects.values_list("text", flat=True))
    assert "由“受伤 1 人”变为“受伤 2 人，其中重伤 1 人”" in texts
    assert "须上报：有人重伤" in texts
    # Once it must be reported it must, also when the figures get better.
    assert update_facts(held, by=cast.officer, hurt="none", injured=0, serious=0).must_report
    with pytest.raises(Refused, match="没有变化"):
        update_facts(held, by=cast.officer, hurt="none")
    with pytest.raises(Refused) as refusal:
        update_facts(held, by=cast.officer, hurt="none", happened_at=timezone.now())
    assert refusal.value.field == "happened_at"
    with pytest.raises(Forbidden):
        update_facts(held, by=cast.teacher, hurt="unknown")


def test_a_time_put_right_moves_the_limits_and_stands_in_the_timeline(cast):
    incident = happened(cast)
    held = update_facts(incident, by=cast.officer, hurt="none", happened_at=ago(65))
    assert held.written_due_at == held.happened_at + datetime.timedelta(hours=1)
    with scope.enter(cast.officer.units):
        assert Entry.objects.filter(text__startswith="发生时间由").count() == 1


def test_a_line_of_the_timeline_has_words_and_a_moment_that_can_be(cast):
    incident = happened(cast)
    add_note(incident, by=cast.officer, text="消防车到场", about=ago(2))
    for wrong in ({"text": " "}, {"about": ago(-3)}, {"about": ago(60)}):
        with pytest.raises(Refused):
            add_note(incident, by=cast.officer, **({"text": "到场"} | wrong))
    with pytest.raises(Missing):
        add_note(incident, by=cast.stranger, text="到场")


def form(**more):
    minute = timezone.localtime(ago(3)).strftime("%Y-%m-%dT%H:%M")
    return {**FIRE, "happened_at": minute, "form_id": str(new_id()), **more}


def test_the_page_reports_with_a_photo_and_a_phone_that_was_offline_may_send_it_again(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client, data = cast.client(cast.teacher), form(lon="119.950000", lat="31.700000")
    for _time in range(2):
        photo = SimpleUploadedFile("a.png", PNG)
        answer = client.post(reverse("incidents:new"), {**data, "files": photo})
        assert answer.status_code == 302
    with scope.enter(cast.officer.units):
        incident = Incident.objects.get()
        assert File.objects.filter(record=incident.record).count() == 1
        assert str(incident.lon) == "119.950000"
    page = client.get(reverse("incidents:new")).content.decode()
    assert 'data-module="offline"' in page
    assert 'name="form_id"' in page


def test_a_page_with_a_mistake_keeps_what_was_typed(cast):
    answer = cast.client(cast.teacher).post(reverse("incidents:new"), form(place="", hurt="some"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "油锅起火" in page
    assert 'value="fire"' in page
    with scope.enter(cast.officer.units):
        assert not Incident.objects.exists()


def test_the_desk_finds_the_school_by_its_name(cast):
    client = cast.client(cast.district)
    page = client.get(reverse("incidents:new"), {"school": "湖塘"}).content.decode()
    assert f"unit={cast.school.key}" in page
    assert (
        cast.other.name
        not in client.get(reverse("incidents:new"), {"school": "朝阳"}).content.decode()
    )
    data = form(unit=cast.school.key, source="above", told_at="")
    assert client.post(reverse("incidents:new"), data).status_code == 302
