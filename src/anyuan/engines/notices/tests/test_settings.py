"""The page 通知设置, a unit's robots, and the inbox by kind and day."""

from __future__ import annotations

import ast
import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.notices import jobs, robots
from anyuan.engines.notices.kinds import NoticeKind, all_kinds, declare, find, offered
from anyuan.engines.notices.models import Delivery, Notification, Preference, Rhythm, Robot
from anyuan.engines.notices.preferences import rows_of, try_channels
from anyuan.engines.notices.queries import heaps, inbox
from anyuan.engines.notices.services import tell_person
from anyuan.engines.notices.tests.peers import says, web_peer
from anyuan.org.models import Person
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=8f1e-secret"
FORM = {
    "email": "officer@example.cn",
    "quiet": "on",
    "quiet_from": "21:30",
    "quiet_to": "06:30",
    "digest": "weekly:4",
    "digest_hour": "16",
    "kind_obligation": ["email", "sms"],
    "kind_comment": ["email"],
    "kind_gate": [],
    "kind_check": [],
}


@pytest.fixture
def ready(settings: Any) -> None:
    settings.EMAIL_HOST, settings.SMS = "mail.example.cn", {**settings.SMS, "url": "https://x/"}


def test_a_person_chooses_channels_and_hours(cast: Cast, ready: None) -> None:
    client = cast.client(cast.officer)
    address = reverse("notices:settings")
    assert client.get(address).status_code == 200
    assert client.post(address, FORM)["Location"] == address
    with scope.everything():
        rhythm = Rhythm.objects.get()
        chosen = dict(Preference.objects.values_list("kind", "channels"))
    assert (rhythm.quiet_from, rhythm.digest, rhythm.digest_hour) == (datetime.time(21, 30), "weekly", 16)  # fmt: skip
    assert chosen["obligation"] == ["email", "sms"]
    assert chosen["check"] == []
    assert "comment" not in chosen  # as the kind has it by itself
    assert "gate" not in chosen
    assert Person.objects.get(pk=cast.officer.person_id).email == "officer@example.cn"
    assert client.post(address, {**FORM, "kind_check": ["email"]}).status_code == 302
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        lines = {row.kind.key: row.channels for row in rows_of(cast.officer)}
    assert lines["check"] == ("email",)
    assert lines["obligation"] == ("email", "sms")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nobody", "格式不正确"),
        ("quiet_from", "25:00", "22:00"),
        ("quiet_to", "21:30", "不能相同"),
        ("digest_hour", "24", "24"),
        ("digest", "weekly:7", "weekly:7"),
        ("kind_comment", ["wecom"], "wecom"),
    ],
)
def test_a_wrong_choice_is_told_and_nothing_is_kept(
    cast: Cast, ready: None, field: str, value: Any, words: str
) -> None:
    answer = cast.client(cast.officer).post(reverse("notices:settings"), {**FORM, field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with scope.everything():
        assert not Rhythm.objects.exists()
        assert not Preference.objects.exists()
    assert Person.objects.get(pk=cast.officer.person_id).email == ""


def test_a_choice_of_a_channel_that_is_down_now_is_kept(
    cast: Cast, ready: None, settings: Any
) -> None:
    client, address = cast.client(cast.officer), reverse("notices:settings")
    client.post(address, FORM)
    settings.SMS = {**settings.SMS, "url": ""}
    client.post(address, {**FORM, "kind_obligation": ["email"]})
    with scope.everything():
        assert Preference.objects.get(kind="obligation").channels == ["email", "sms"]


def test_a_changed_rhythm_moves_the_waiting_digest(cast: Cast, ready: None) -> None:
    Person.objects.filter(pk=cast.officer.person_id).update(email="a@example.cn")
    tell_person(cast.officer.person_id, cast.school.key, kind="comment", title="t", once_key="1")
    client, address = cast.client(cast.officer), reverse("notices:settings")
    client.post(address, FORM)
    with scope.everything():
        at = timezone.localtime(Delivery.objects.get().next_at)
    assert (at.weekday(), at.hour) == (4, 16)
    client.post(address, {**FORM, "digest": "none"})
    with scope.everything():
        assert Delivery.objects.get().next_at <= timezone.now()


def test_nothing_is_offered_that_is_not_set_up(cast: Cast, settings: Any) -> None:
    settings.EMAIL_HOST, settings.SMS = "", {**settings.SMS, "url": ""}
    page = cast.client(cast.officer).get(reverse("notices:settings")).content.decode()
    assert "还没有接通邮件和短信" in page
    assert "试发" not in page


def test_a_person_tries_their_channels(cast: Cast, ready: None) -> None:
    client, address = cast.client(cast.officer), reverse("notices:try")
    assert "请先登记" in client.post(address, follow=True).content.decode()
    with scope.everything():
        Notification.objects.all().delete()
    Person.objects.filter(pk=cast.officer.person_id).update(
        email="a@example.cn", phone="13900000001"
    )
    page = client.post(address, follow=True).content.decode()
    assert "这是一条试发消息" in page
    assert "等待发送" in page
    with scope.everything():
        assert set(Delivery.objects.values_list("channel", "urgent")) == {
            ("email", True),
            ("sms", True),
        }
        with pytest.raises(Conflict):
            try_channels(cast.officer.unit_key, by=cast.officer)


def test_nobody_sees_another_s_sendings(cast: Cast, ready: None) -> None:
    Person.objects.filter(pk=cast.officer.person_id).update(email="a@example.cn")
    tell_person(cast.officer.person_id, cast.school.key, kind="comment", title="给安全员的", once_key="1")  # fmt: skip
    address = reverse("notices:settings")
    assert "给安全员的" in cast.client(cast.officer).get(address).content.decode()
    assert "给安全员的" not in cast.client(cast.teacher).get(address).content.decode()
    assert "给安全员的" not in cast.client(cast.bureau).get(address).content.decode()


def robot(cast: Cast, **more: Any) -> Robot:
    with scope.enter(cast.officer.units):
        return robots.add_robot(
            cast.school,
            **{"by": cast.officer, "kind": "wecom", "name": "安全群", "url": WECOM, **more},
        )


def test_a_robot_is_added_once_and_its_address_is_never_shown(cast: Cast) -> None:
    client, address = cast.client(cast.officer), reverse("notices:robots")
    form = {
        "kind": "wecom",
        "name": "安全群",
        "url": WECOM,
        "secret": "",
        "form_id": str(new_id()),
    }
    assert client.post(address, form).status_code == 302
    assert client.post(address, form).status_code == 302
    page = client.get(address).content.decode()
    assert page.count("安全群</strong>") == 1
    assert "8f1e-secret" not in page
    with scope.everything():
        [kept] = Robot.objects.all()
        assert kept.address == WECOM
        stored = Robot.objects.extra(select={"raw": "url"}).values_list("raw", flat=True)[0]
    assert "8f1e-secret" not in stored
    assert Audit.objects.filter(what__contains="添加群机器人：安全群").exists()
    assert not Audit.objects.filter(what__contains="8f1e").exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"url": "https://10.0.0.1/cgi-bin/webhook/send?key=k"}, "url"),
        ({"url": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k"}, "url"),
        ({"kind": "dingtalk"}, "url"),
        ({"kind": "email"}, "kind"),
        ({"name": " "}, "name"),
        ({"secret": "SEC 1"}, "secret"),
    ],
)
def test_a_wrong_robot_is_refused_at_its_field(cast: Cast, more: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        robot(cast, **more)
    assert refused.value.field == field


def test_what_was_typed_stays_in_a_refused_form(cast: Cast) -> None:
    form = {"kind": "wecom", "name": "安全群", "url": "https://example.cn/", "secret": ""}
    answer = cast.client(cast.officer).post(reverse("notices:robots"), form)
    assert answer.status_code == 422
    assert "https://example.cn/" in answer.content.decode()
    assert "请从群机器人页面重新复制" in answer.content.decode()


def test_two_robots_of_one_name_are_not_in_use_at_once(cast: Cast) -> None:
    first = robot(cast)
    with pytest.raises(Conflict):
        robot(cast)
    with scope.enter(cast.officer.units):
        robots.switch_robot(first, by=cast.officer, on=False)
        with pytest.raises(Refused):
            robots.try_robot(first, by=cast.officer)
    robot(cast)
    with scope.enter(cast.officer.units), pytest.raises(Conflict):
        robots.switch_robot(first, by=cast.officer, on=True)


def test_only_managers_of_the_unit_touch_its_robots(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        robot(cast, by=cast.teacher)
    with pytest.raises(Missing):
        robot(cast, by=cast.stranger)
    made = robot(cast)
    for name in ("robot_row", "robot_try", "robot_switch"):
        where = reverse(f"notices:{name}", args=[made.pk])
        ask = cast.client(cast.stranger).get if name == "robot_row" else cast.client(cast.stranger).post  # fmt: skip
        assert ask(where).status_code == 404
    assert cast.client(cast.teacher).get(reverse("notices:robots")).status_code == 403
    bureau = cast.client(cast.bureau).get(reverse("notices:robots")).content.decode()
    assert "安全群</strong>" not in bureau  # each unit keeps its own


def test_a_robot_tries_its_group_and_the_page_tells(cast: Cast, settings: Any) -> None:
    settings.WEBHOOK_HOSTS, settings.CHANNEL_PLAIN_HTTP = frozenset({"127.0.0.1"}), True
    with web_peer(says({"errcode": 93000})) as peer:
        made = robot(cast, url=peer.url())
        client = cast.client(cast.officer)
        page = client.post(reverse("notices:robot_try", args=[made.pk]), follow=True)
        assert "正在试发" in page.content.decode()
        again = client.post(
            reverse("notices:robot_try", args=[made.pk]), headers={"hx-request": "true"}
        )
        assert "稍等" in again.content.decode()
        jobs.speak_by_robot(pk=str(made.pk), unit="湖塘实验小学", name="甲")
        row = client.get(reverse("notices:robot_row", args=[made.pk])).content.decode()
        assert "发送失败" in row
        assert "更换地址" in row
        assert "hx-trigger" not in row
        peer.reply = says({"errcode": 0})
        jobs.speak_by_robot(pk=str(made.pk), unit="湖塘实验小学", name="甲")
        row = client.get(reverse("notices:robot_row", args=[made.pk])).content.decode()
    assert "正常" in row
    assert "湖塘实验小学" in peer.asked[0].json["text"]["content"]


def test_a_robot_switched_off_before_its_turn_says_nothing(cast: Cast) -> None:
    made = robot(cast)
    with scope.enter(cast.officer.units):
        robots.switch_robot(made, by=cast.officer, on=False)
    jobs.speak_by_robot(pk=str(made.pk), unit="x", name="甲")
    with scope.everything():
        assert Robot.objects.get().last_at is None


def test_a_unit_has_twenty_robots_at_most(cast: Cast) -> None:
    for n in range(robots.MOST):
        robot(cast, name=f"群{n}")
    with pytest.raises(Refused):
        robot(cast, name="又一个")


def test_finer_kinds_fall_under_the_declared_ones() -> None:
    assert find("gate.late").key == "gate"
    assert find("gate.ask").key == "gate.ask"
    assert find("case.handed_over").label == "办理期限"
    assert find("nobody.knows").key == "other"
    with pytest.raises(ValueError, match="twice"):
        declare(NoticeKind("gate", "门"))
    assert offered()[-1].key == "other"
    assert "test" not in [kind.key for kind in offered()]
    assert all(len(kind.label) <= 8 for kind in all_kinds().values())


def test_every_kind_that_is_told_is_declared() -> None:
    """A part that tells people something says in its `notices.py` what it is, in words."""
    told: dict[str, str] = {}
    for path in Path(settings.SOURCE).rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in {"tell", "tell_person", "tell_people"}:
                continue
            kind = next((one.value for one in node.keywords if one.arg == "kind"), None)
            if isinstance(kind, ast.Constant):
                told[str(kind.value)] = path.name
    assert {kind: where for kind, where in told.items() if find(kind).key == "other"} == {}
    assert len(told) > 8


def tell_kinds(cast: Cast) -> None:
    told = ["gate.late", "gate.ask", "gate", "obligation", "nobody.knows", "gate.ask.x"]
    for n, kind in enumerate(told):
        tell_person(cast.officer.person_id, cast.school.key, kind=kind, title=f"消息{n}。", once_key=str(n))  # fmt: skip


def test_the_inbox_by_kind(cast: Cast) -> None:
    tell_kinds(cast)
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        counted = {heap.kind.key: heap.unread for heap in heaps(cast.officer)}
        assert counted == {"gate": 2, "gate.ask": 2, "obligation": 1, "other": 1}
        for key, many in counted.items():
            assert inbox(cast.officer, kind=key).count() == many
        assert inbox(cast.officer, kind="x").count() == 0
    client = cast.client(cast.officer)
    page = client.get(reverse("notices:inbox"), {"kind": "gate"}).content.decode()
    assert "消息0。" in page
    assert "消息1。" not in page
    assert "今天" in page
    client.post(reverse("notices:mark_read"), {"kind": "gate"})
    with scope.everything():
        assert Notification.objects.filter(read_at__isnull=False).count() == 2
    page = client.get(reverse("notices:inbox"), {"unread": "1"}).content.decode()
    assert "消息0。" not in page
    assert "消息1。" in page
    assert re.search(r"未读 4<", page)


def test_days_stand_over_their_messages(cast: Cast) -> None:
    tell_kinds(cast)
    now = timezone.now()
    with scope.everything():
        first, second, third, *_rest = Notification.objects.order_by("once_key")
        for one, days in ((first, 0), (second, 1), (third, 400)):
            Notification.objects.filter(pk=one.pk).update(at=now - datetime.timedelta(days=days))
    page = cast.client(cast.officer).get(reverse("notices:inbox")).content.decode()
    assert page.index("今天") < page.index("昨天") < page.index("消息1。") < page.index("消息2。")
    assert f"{(timezone.localdate() - datetime.timedelta(days=400)).year}年" in page
