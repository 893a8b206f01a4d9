"""An alert from the draft to its end, as senders and those who are told see it."""

from __future__ import annotations

import datetime

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.alerts.audience import Audience
from anyuan.domains.emergency.alerts.models import Alert, Receipt, Reply
from anyuan.domains.emergency.alerts.running import end_old, lapse
from anyuan.domains.emergency.alerts.services.answering import answer_alert, mark_seen
from anyuan.domains.emergency.alerts.services.running import (
    correct_alert,
    end_alert,
    nudge_alert,
    withdraw_alert,
)
from anyuan.domains.emergency.alerts.services.sending import (
    cancel_alert,
    confirm_alert,
    draft_alert,
    send_alert,
)
from anyuan.domains.emergency.alerts.tests.making import (
    TEXT,
    drafted,
    second_of,
    sent,
    small_limit,
)
from anyuan.engines.notices.models import Notification
from anyuan.org.models import Post, Unit
from anyuan.org.tests.cast import hire


def told(alert):
    with scope.everything():
        return set(Receipt.objects.filter(alert=alert).values_list("person_id", flat=True))


def answer(alert, by, said="safe", **more):
    return answer_alert(by.unit_key, by=by, alert_id=alert.pk, answer=said, **more)


def test_a_school_tells_its_own_people_and_nobody_else(cast):
    draft = drafted(cast.school, cast.officer)
    assert (draft.record.state, draft.expected, draft.record.counts) == ("draft", 2, False)
    assert told(draft) == set()
    alert = send_alert(draft, by=cast.officer)
    assert (alert.record.state, alert.told) == ("running", 2)
    assert told(alert) == {cast.teacher.person_id, cast.guard.person_id}  # not the sender
    with scope.everything():
        messages = Notification.objects.filter(kind="alert")
        assert set(messages.values_list("person_id", flat=True)) == told(alert)
        assert Audit.objects.filter(action="change", what__contains="紧急疏散").count() == 1


def test_sent_or_drafted_twice_is_one(cast):
    key = new_id()
    one = drafted(cast.school, cast.officer, record_id=key)
    assert drafted(cast.school, cast.officer, record_id=key).pk == one.pk
    send_alert(one, by=cast.officer)
    with pytest.raises(Conflict):
        send_alert(one, by=cast.officer)
    with scope.everything():
        assert Alert.objects.count() == 1


def test_who_may_not_send(cast):
    with pytest.raises(Forbidden):
        drafted(cast.school, cast.teacher)
    with pytest.raises(Missing):
        drafted(cast.school, cast.stranger)
    with pytest.raises(Refused) as refusal:
        drafted(cast.school, cast.officer, audience=Audience(units=(cast.other.key,)))
    assert refusal.value.field == "units"
    with pytest.raises(Refused) as refusal:
        drafted(cast.wujin, cast.district, audience=Audience(units=(cast.tianning.key,)))
    assert refusal.value.field == "units"
    with pytest.raises(Refused):
        drafted(cast.school, cast.district)  # a district does not speak in a school's name
    draft = drafted(cast.school, cast.officer)
    with pytest.raises(Refused):
        send_alert(draft, by=cast.district)
    with pytest.raises(Missing):
        send_alert(draft, by=cast.stranger)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"text": "（请填写时间）停课"}, "text"),
        ({"text": "长" * 501}, "text"),
        ({"kind": "joke"}, "kind"),
        ({"audience": Audience(roles=("bureau_supervisor",))}, "roles"),
        ({"audience": Audience(roles=("principal",))}, "roles"),  # nobody holds the post
        ({"audience": Audience(stages=("moon",))}, "stages"),
        ({"audience": Audience(units=("320400.320412.x",))}, "units"),
    ],
)
def test_what_cannot_be_drafted(cast, facts, field):
    with pytest.raises(Refused) as refusal:
        drafted(cast.school, cast.officer, **facts)
    assert refusal.value.field == field
    with scope.everything():
        assert not Alert.objects.exists()


def test_a_district_tells_its_schools_by_post_and_stage(cast):
    alert = sent(cast.wujin, cast.district, kind="test")
    assert told(alert) == {cast.officer.person_id}
    everybody = Audience(roles=("safety_officer", "teacher", "guard"))
    assert len(told(sent(cast.wujin, cast.district, audience=everybody))) == 3
    with pytest.raises(Refused):
        drafted(cast.wujin, cast.district, audience=Audience(stages=("senior",)))
    primary = Audience(stages=("primary", "junior"))
    assert drafted(cast.wujin, cast.district, audience=primary).expected == 1


def test_a_person_with_two_posts_is_told_once(cast):
    with scope.everything():
        Post.objects.create(person_id=cast.officer.person_id, unit=cast.other, role="teacher")
        Post.objects.create(person_id=cast.officer.person_id, unit=cast.school, role="teacher")
    audience = Audience(roles=("safety_officer", "teacher", "guard", "district_supervisor"))
    alert = sent(cast.city, cast.bureau, kind="test", audience=audience)
    assert len(told(alert)) == alert.told == alert.expected == 6
    with scope.everything():
        mine = Notification.objects.filter(person_id=cast.officer.person_id, kind="alert")
        assert mine.count() == 1


def test_a_real_one_to_many_needs_a_second_person(cast, monkeypatch):
    small_limit(monkeypatch, alert_second_person_size=1)
    second = second_of(cast)
    alert = sent(cast.city, cast.bureau)
    assert (alert.record.state, told(alert)) == ("waiting", set())
    with scope.everything():
        asked = Notification.objects.filter(kind="alert.confirm").values_list(
            "person_id", flat=True
        )
        assert second.person_id in asked
    with pytest.raises(Refused):
        confirm_alert(alert, by=cast.bureau)
    with pytest.raises(Missing):
        confirm_alert(alert, by=cast.district)
    done = confirm_alert(alert, by=second)
    assert done.record.state == "running"
    assert (done.sent_by_id, done.confirmed_by_id) == (cast.bureau.person_id, second.person_id)
    with pytest.raises(Conflict):
        confirm_alert(alert, by=second)


def test_a_test_goes_out_at_once_and_a_school_needs_nobody(cast, monkeypatch):
    small_limit(monkeypatch, alert_second_person_size=0)
    assert sent(cast.city, cast.bureau, kind="test").record.state == "running"
    assert sent(cast.school, cast.officer).record.state == "running"


def test_who_is_alone_types_the_word(cast, monkeypatch):
    small_limit(monkeypatch, alert_second_person_size=1)
    draft = drafted(cast.city, cast.bureau)
    with pytest.raises(Refused) as refusal:
        send_alert(draft, by=cast.bureau, word="发送")
    assert refusal.value.field == "word"
    alert = send_alert(draft, by=cast.bureau, word="真实发送 常州市")
    assert (alert.record.state, alert.alone) == ("running", True)


def test_nobody_confirmed_in_time(cast, monkeypatch):
    small_limit(monkeypatch, alert_second_person_size=1)
    second, alert = second_of(cast), sent(cast.city, cast.bureau)
    late = timezone.now() + datetime.timedelta(minutes=11)
    with scope.everything():
        assert lapse(timezone.now()) == 0
        Alert.objects.update(confirm_until=timezone.now() - datetime.timedelta(seconds=1))
    with pytest.raises(Conflict):
        confirm_alert(alert, by=second)
    with scope.everything():
        assert (lapse(late), lapse(late)) == (1, 0)
    with pytest.raises(Conflict):
        confirm_alert(alert, by=second)


def test_a_draft_is_cancelled(cast):
    draft = drafted(cast.school, cast.officer)
    assert cancel_alert(draft, by=cast.officer, reason="点错").record.state == "cancelled"
    with pytest.raises(Conflict):
        send_alert(draft, by=cast.officer)


def test_there_is_an_end_to_alerts_within_an_hour(cast, monkeypatch):
    small_limit(monkeypatch, alert_most_each_hour=2)
    sent(cast.school, cast.officer)
    alert = sent(cast.school, cast.officer)
    with pytest.raises(Refused):
        sent(cast.school, cast.officer)
    with scope.everything():
        assert Alert.objects.filter(record__state="draft").count() == 1  # kept, to be sent later
    assert correct_alert(alert, by=cast.officer, title="疏散", text="改到北操场").told == 2


def test_answers_are_the_persons_own_and_are_all_kept(cast):
    alert = sent(cast.city, cast.bureau, kind="test")
    assert mark_seen(cast.officer.unit_key, by=cast.officer, alert_id=alert.pk) is True
    assert mark_seen(cast.officer.unit_key, by=cast.officer, alert_id=alert.pk) is False
    receipt = answer(alert, cast.officer, "help", words="有人扭伤", place="三楼")
    assert (receipt.answer, receipt.in_time) == ("help", True)
    assert answer(alert, cast.officer, "safe").answer == "safe"
    with scope.everything():
        said = list(Reply.objects.order_by("at").values_list("answer", "words"))
        assert said == [("help", "有人扭伤"), ("safe", "")]
        assert Notification.objects.filter(
            person_id=cast.bureau.person_id, kind="alert.help"
        ).exists()
        bell = Notification.objects.get(person_id=cast.officer.person_id, kind="alert")
        assert bell.read_at is not None
    with pytest.raises(Missing):
        answer(alert, cast.teacher)  # not told
    with pytest.raises(Refused):
        answer(alert, cast.stranger, "known")


def test_an_answer_sent_twice_is_one(cast):
    alert, key = sent(cast.school, cast.officer), new_id()
    answer(alert, cast.teacher, "help", words="门卫室", reply_id=key)
    answer(alert, cast.teacher, "help", words="门卫室", reply_id=key)
    answer(alert, cast.teacher, "help", words="门卫室")
    with scope.everything():
        assert Reply.objects.count() == 1


def test_one_that_asks_nothing_is_only_known(cast):
    alert = sent(cast.school, cast.officer, asks_answer=False)
    with pytest.raises(Refused):
        answer(alert, cast.teacher, "safe")
    assert answer(alert, cast.teacher, "known").answered_at is not None


def test_late_answers_are_not_in_time(cast):
    alert = sent(cast.school, cast.officer)
    with scope.everything():
        Receipt.objects.update(told_at=timezone.now() - datetime.timedelta(minutes=31))
    assert answer(alert, cast.teacher).in_time is False


def test_nudging_reaches_the_silent_only(cast):
    alert = sent(cast.school, cast.officer)
    answer(alert, cast.teacher)
    with pytest.raises(Refused):
        nudge_alert(alert, by=cast.officer)  # told a moment ago
    with scope.everything():
        Alert.objects.update(sent_at=timezone.now() - datetime.timedelta(minutes=5))
    assert nudge_alert(alert, by=cast.officer) == 1
    with scope.everything():
        assert Notification.objects.filter(person_id=cast.guard.person_id).count() == 2
        assert Notification.objects.filter(person_id=cast.teacher.person_id).count() == 1
        Alert.objects.update(nudged_at=None)
    answer(alert, cast.guard)
    with pytest.raises(Refused):
        nudge_alert(alert, by=cast.officer)


def test_ended_alerts_ask_nobody_any_more(cast):
    alert = sent(cast.school, cast.officer)
    answer(alert, cast.teacher)
    assert end_alert(alert, by=cast.officer).record.state == "ended"
    with pytest.raises(Conflict) as refusal:
        answer(alert, cast.guard, "help")
    assert "110" in refusal.value.sentence
    for step in (end_alert, nudge_alert):
        with pytest.raises(Conflict):
            step(alert, by=cast.officer)
    with scope.everything():
        assert Receipt.objects.filter(over=True).count() == 1


def test_an_alert_that_nobody_ends_ends_by_itself(cast):
    alert = sent(cast.school, cast.officer)
    with scope.everything():
        assert end_old(timezone.now()) == 0
        assert end_old(timezone.now() + datetime.timedelta(hours=25)) == 1
        alert.record.refresh_from_db()
    assert alert.record.state == "ended"


def test_correcting_tells_the_same_people(cast):
    alert = sent(cast.school, cast.officer)
    with scope.everything():
        hire(cast.school, "later", "后来的", "teacher")
    new = correct_alert(alert, by=cast.officer, title="疏散", text="改到北操场集合。")
    assert (new.title, new.record.state, new.kind) == ("更正：疏散", "running", "real")
    assert told(new) == told(alert)
    with pytest.raises(Conflict):
        answer(alert, cast.teacher)
    with pytest.raises(Conflict):
        withdraw_alert(alert, by=cast.officer, reason="再次")
    back = withdraw_alert(new, by=cast.officer, reason="误报")
    assert "误报" in back.text
    assert answer(back, cast.teacher, "known").answer == "known"
    with pytest.raises(Refused):
        withdraw_alert(back, by=cast.officer, reason=" ")


def test_what_was_said_cannot_be_rewritten(cast):
    alert = sent(cast.school, cast.officer)
    answer(alert, cast.teacher)
    with scope.everything():
        for change in (
            lambda: Alert.objects.update(text="别的"),
            lambda: Alert.objects.update(kind="test"),
            lambda: Alert.raw.all()._raw_delete("default"),
            lambda: Reply.objects.update(answer="help"),
            lambda: Reply.raw.all()._raw_delete("default"),
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                change()
        assert Alert.objects.get().text == TEXT


def test_a_closed_school_cannot_be_told(cast):
    with scope.everything():
        Unit.objects.filter(key=cast.school.key).update(state="closed")
    with pytest.raises(Refused):
        draft_alert(
            cast.wujin, by=cast.district, kind="test", title="x", text="x",
            audience=Audience(units=(cast.school.key,)),
        )  # fmt: skip
