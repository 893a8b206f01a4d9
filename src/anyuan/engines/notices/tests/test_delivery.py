"""Messages go out by other channels: as each person wants, again after trouble, and nobody is left out."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.notices import delivering, kinds
from anyuan.engines.notices.channels import Message, Outcome, mail
from anyuan.engines.notices.delivering import BACK_OFF, deliver, forget_old, take
from anyuan.engines.notices.jobs import QUEUE
from anyuan.engines.notices.kinds import NoticeKind
from anyuan.engines.notices.models import Delivery, Notification, Preference, Rhythm
from anyuan.engines.notices.services import mark_read, tell, tell_people, tell_person
from anyuan.engines.notices.tests.peers import mail_peer, says, web_peer
from anyuan.org.models import Person, Unit
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import Cast

NOON = datetime.datetime(2026, 3, 4, 12, 0, tzinfo=timezone.get_default_timezone())  # a Wednesday


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def pass_(self, **time: float) -> None:
        self.now += datetime.timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The product's clock stands still unless the test moves it."""
    found = Clock()
    monkeypatch.setattr(timezone, "now", lambda: found.now)
    return found


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """The e-mail channel with a letter box of ours: what was sent, and what the next answers are."""
    settings.EMAIL_HOST = "mail.example.cn"

    class Box(list[tuple[str, Message]]):
        answers: list[Outcome] = []

    box = Box()
    box.answers = []

    def send(self: object, address: str, message: Message) -> Outcome:
        box.append((address, message))
        return box.answers.pop(0) if box.answers else Outcome(True, False, "好", "x1")

    monkeypatch.setattr(mail.Email, "send", send)
    return box


@pytest.fixture
def reached(cast: Cast) -> Cast:
    """Officer and teacher have an e-mail address; the officer wants no digests."""
    Person.objects.filter(pk=cast.officer.person_id).update(email="officer@example.cn")
    Person.objects.filter(pk=cast.teacher.person_id).update(email="teacher@example.cn")
    with scope.everything():
        Rhythm.objects.create(
            person_id=cast.officer.person_id, unit=cast.school, digest="none"
        )  # fmt: skip
    return cast


def say(cast: Cast, once: str = "1", *, to: str = "officer", kind: str = "comment") -> int:
    return tell_person(
        getattr(cast, to).person_id, cast.school.key, kind=kind, title=f"消息{once}", url="/hazards/",
        once_key=once,
    )  # fmt: skip


def rows() -> list[Delivery]:
    with scope.everything():
        return list(Delivery.objects.select_related("message").order_by("at", "id"))


def test_a_message_goes_out_once(reached: Cast, post: Any, clock: Clock) -> None:
    assert say(reached) == 1
    assert say(reached) == 0
    assert deliver(seconds=5) == 1
    assert deliver(seconds=5) == 0
    [(address, message)] = post
    assert address == "officer@example.cn"
    assert message.title == "消息1"
    assert message.url.endswith("/hazards/")
    assert message.url.startswith("http")
    [row] = rows()
    assert (row.state, row.attempts, row.external_id, row.leased_until) == ("sent", 1, "x1", None)


def test_one_statement_queues_for_many(reached: Cast, post: Any, asked: Any) -> None:
    people = [(reached.officer.person_id, reached.school.key)]
    people += [(reached.teacher.person_id, reached.school.key)]
    people += [(reached.district.person_id, reached.wujin.key)]
    with asked() as queries:
        assert tell_people(people, kind="check", title="t", once_key="k") == 3
    assert len(queries) == 2  # messages with their sendings; the open pages' bell
    assert {row.person_id for row in rows()} == {person for person, _unit in people[:2]}


def test_who_has_no_address_or_wants_none_gets_none(reached: Cast, post: Any) -> None:
    with scope.everything():
        Preference.objects.create(
            person_id=reached.officer.person_id, unit=reached.school, kind="comment", channels=[]
        )
    roles = [Role.SAFETY_OFFICER, Role.TEACHER, Role.GUARD]
    assert tell([reached.school.key], roles, kind="comment", title="t", once_key="k") == 3
    assert [row.person_id for row in rows()] == [reached.teacher.person_id]


def test_without_a_mail_server_nothing_is_queued(reached: Cast, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert say(reached) == 1
    assert rows() == []


def test_what_is_undone_leaves_nothing(reached: Cast, post: Any) -> None:
    with scope.everything():
        say(reached)
        transaction.set_rollback(True)
    assert rows() == []


def test_a_busy_server_is_tried_again_later_and_later(
    reached: Cast, post: Any, clock: Clock
) -> None:
    say(reached)
    with scope.everything():
        Rhythm.objects.update(quiet=False)
    post.answers = [Outcome(False, True, "繁忙。")] * 99
    waited = []
    for minutes in BACK_OFF:
        assert deliver(seconds=5) == 1
        assert deliver(seconds=5) == 0
        waited.append((rows()[0].next_at - clock.now).total_seconds() / 60)
        clock.pass_(minutes=minutes)
    assert tuple(waited) == BACK_OFF
    assert deliver(seconds=5) == 1
    [row] = rows()
    assert (row.state, row.detail, row.attempts) == ("given_up", "繁忙。", len(BACK_OFF) + 1)
    clock.pass_(days=9)
    assert deliver(seconds=5) == 0


def test_a_refusal_is_not_tried_again(reached: Cast, post: Any, clock: Clock) -> None:
    say(reached)
    post.answers = [Outcome(False, False, "这个电子邮箱不存在或拒收。")]
    deliver(seconds=5)
    clock.pass_(days=1)
    assert deliver(seconds=5) == 0
    assert (rows()[0].state, rows()[0].detail) == ("failed", "这个电子邮箱不存在或拒收。")


def test_a_channel_that_is_down_does_not_use_up_everybodys_attempts(
    reached: Cast, post: Any, clock: Clock
) -> None:
    for n in range(6):
        say(reached, str(n))
    post.answers = [Outcome(False, True, "中断。")] * 3
    deliver(seconds=5)
    assert len(post) == 3
    assert [row.attempts for row in rows()] == [1, 1, 1, 0, 0, 0]
    clock.pass_(minutes=1)
    deliver(seconds=5)
    assert {row.state for row in rows()} == {"sent"}


def test_what_was_read_meanwhile_is_not_sent(reached: Cast, post: Any, clock: Clock) -> None:
    say(reached)
    with scope.everything():
        mark_read(reached.officer.unit_key, by=reached.officer)
    deliver(seconds=5)
    assert post == []
    assert rows()[0].state == "skipped"


def test_nobody_is_disturbed_at_night(reached: Cast, post: Any, clock: Clock) -> None:
    clock.now = NOON.replace(hour=22)
    say(reached)
    for hour, minute in [(22, 0), (23, 59), (0, 0), (6, 59)]:
        clock.now = NOON.replace(hour=hour, minute=minute)
        clock.now += datetime.timedelta(days=hour < 12)
        assert deliver(seconds=5) == 0
    clock.now = NOON.replace(hour=7) + datetime.timedelta(days=1)
    assert deliver(seconds=5) == 1


def test_quiet_hours_within_a_day_and_none_at_all(reached: Cast, post: Any, clock: Clock) -> None:
    with scope.everything():
        Rhythm.objects.update(quiet_from=datetime.time(11), quiet_to=datetime.time(13))
    say(reached)
    assert deliver(seconds=5) == 0
    with scope.everything():
        Rhythm.objects.update(quiet=False)
    assert deliver(seconds=5) == 1


def test_an_urgent_message_passes_the_night_and_the_digest(
    reached: Cast, post: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(kinds._kinds, "alarm", NoticeKind("alarm", "警报", urgent=True))
    clock.now = NOON.replace(hour=23)
    say(reached, kind="alarm", to="teacher")
    say(reached, "2")
    assert deliver(seconds=5) == 1
    assert post[0][1].urgent
    say(reached, "3", kind="test")
    assert deliver(seconds=5) == 1
    assert not post[1][1].urgent


def test_ordinary_messages_come_as_one_digest_in_the_morning(
    reached: Cast, post: Any, clock: Clock
) -> None:
    for n in range(3):
        say(reached, str(n), to="teacher")
    say(reached, "8", to="teacher", kind="obligation")
    assert deliver(seconds=5) == 0
    clock.now = NOON.replace(hour=8) + datetime.timedelta(days=1)
    assert deliver(seconds=5) == 1
    [(address, message)] = post
    assert address == "teacher@example.cn"
    assert message.title == "您有 4 条还没有看的消息"
    assert message.body.count("【留言】") == message.body.count("【任务提醒】") == 1
    assert all(f"消息{n}" in message.body for n in (0, 1, 2, 8))
    assert {row.state for row in rows()} == {"sent"}
    say(reached, "9", to="teacher")
    assert rows()[-1].next_at == NOON.replace(hour=8) + datetime.timedelta(days=2)


def test_a_weekly_digest_comes_on_its_day(reached: Cast, post: Any, clock: Clock) -> None:
    with scope.everything():
        Rhythm.objects.update(digest="weekly", digest_weekday=4, digest_hour=16)
    say(reached)
    assert rows()[0].next_at == NOON.replace(day=6, hour=16)
    clock.now = NOON.replace(day=6, hour=16)  # on the stroke: the next one
    say(reached, "2")
    assert rows()[-1].next_at == NOON.replace(day=13, hour=16)


def test_some_kinds_wait_for_no_digest(reached: Cast, post: Any, clock: Clock) -> None:
    say(reached, to="teacher", kind="gate.ask")
    assert deliver(seconds=5) == 1


def test_two_workers_never_take_the_same(reached: Cast, post: Any, clock: Clock) -> None:
    for n in range(5):
        say(reached, str(n))
    assert len(take(lease=60)) == 5
    assert take(lease=60) == []


def test_what_a_dead_worker_took_is_taken_again(reached: Cast, post: Any, clock: Clock) -> None:
    say(reached)
    say(reached, "2", to="teacher")
    take(lease=60)
    clock.pass_(seconds=59)
    assert deliver(seconds=5) == 0
    clock.pass_(seconds=2)
    assert deliver(seconds=5) == 1
    assert rows()[0].attempts == 2


def test_a_late_worker_does_not_undo_what_another_did(
    reached: Cast, post: Any, clock: Clock
) -> None:
    say(reached)
    [slow] = take(lease=60)
    clock.pass_(minutes=2)
    assert deliver(seconds=5) == 1
    delivering._keep(slow, Outcome(False, False, "没有送达。"))
    assert rows()[0].state == "sent"


def test_old_sendings_are_forgotten_and_messages_stay(
    reached: Cast, post: Any, clock: Clock
) -> None:
    say(reached)
    deliver(seconds=5)
    say(reached, "2", to="teacher")
    clock.pass_(days=31)
    with scope.everything():
        assert forget_old() == 1
        assert Notification.objects.count() == 2
        assert Delivery.objects.count() == 1  # the digest that never went stays until it does


def test_every_job_s_queue_has_a_worker() -> None:
    from procrastinate.contrib.django import app

    from anyuan.config.supervise import worker

    assert {task.queue for task in app.tasks.values()} <= {"default", "builtin", QUEUE}
    assert f"'{QUEUE}'" in worker(QUEUE)[-1]


WORKER = """
import django
django.setup()
from anyuan.engines.notices.delivering import deliver
deliver(seconds=30)
"""


@pytest.fixture
def someone(django_db_blocker: Any) -> Iterator[tuple[int, str]]:
    """A person in a city that other processes see too; taken away again afterwards."""
    with django_db_blocker.unblock():
        with scope.everything():
            city = Unit(key="999900.", code="999900", kind="city", name="试", short_name="试")
            city.save(force_insert=True)
            person = Person.objects.create_user("killed", name="甲", phone="13900000001")
        try:
            yield person.pk, city.key
        finally:
            with scope.everything():
                Delivery.objects.all().delete()
                Notification.objects.all().delete()
                Person.objects.filter(pk=person.pk)._raw_delete("default")
                Unit.raw.filter(key=city.key)._raw_delete("default")
            connection.close()


def test_a_worker_killed_in_the_middle_leaves_nobody_out(
    someone: tuple[int, str], settings: Any
) -> None:
    """A real process is killed with -9 while the gateway hangs on the fourth of ten."""
    person, unit = someone
    waits = 3
    with web_peer() as peer:
        settings.SMS = {**settings.SMS, "url": peer.url("/sms")}
        settings.CHANNEL_PLAIN_HTTP = True
        with scope.everything():
            for n in range(10):
                tell_person(person, unit, kind="test", title=f"第{n}条", once_key=str(n))

        def slow(handler: Any) -> None:
            if len(peer.asked) > waits:
                time.sleep(60)
            says({"code": "0", "id": "m"})(handler)

        peer.reply = slow
        env = {**os.environ, "ANYUAN_SMS_URL": peer.url("/sms"), "ANYUAN_CHANNEL_PLAIN_HTTP": "1"}
        worker = subprocess.Popen([sys.executable, "-c", WORKER], env=env)
        end = time.monotonic() + 30
        while len(peer.asked) <= waits and time.monotonic() < end:
            time.sleep(0.05)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        states = [row.state for row in rows()]
        assert states.count("sent") == waits
        assert states.count("sending") == 7
        peer.reply = says({"code": "0", "id": "m"})
        with scope.everything():
            Delivery.objects.filter(state="sending").update(leased_until=timezone.now())
        deliver(seconds=20)
        assert {row.state for row in rows()} == {"sent"}
    said = [asked.json["params"]["title"] for asked in peer.asked]
    assert set(said) == {f"第{n}条" for n in range(10)}
    assert len(said) == 11  # only the one that hung came twice, with the same number
    assert len({asked.json["reference"] for asked in peer.asked}) == 10


def test_a_real_mail_server_gets_the_digest(reached: Cast, settings: Any, clock: Clock) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with mail_peer() as peer:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", peer.port
        say(reached, to="teacher")
        say(reached, "2", to="teacher")
        say(reached, "3")
        clock.now = NOON.replace(hour=9) + datetime.timedelta(days=1)
        assert deliver(seconds=5) == 2
    assert len(peer.mails) == 2
    assert {row.state for row in rows()} == {"sent"}
