"""Channels against peers that answer, refuse, fail, hang and dribble; none of them ever raises."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import socket
import time
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from anyuan.core.refused import Refused
from anyuan.engines.notices import channels
from anyuan.engines.notices.channels import Message
from anyuan.engines.notices.channels.robots import DingTalk, Feishu, WeCom, fit_bytes
from anyuan.engines.notices.channels.web import is_public
from anyuan.engines.notices.tests.peers import (
    cuts,
    dribbles,
    hangs,
    mail_peer,
    says,
    web_peer,
)

HELLO = Message("暴雨红色预警", "请立即\n停课。", "https://safe.example.cn/a/1", False, "a-1")
URGENT = Message("暴雨红色预警", "请立即停课。", "https://safe.example.cn/a/1", True, "a-1")


@pytest.fixture(autouse=True)
def local(settings: Any) -> None:
    settings.WEBHOOK_HOSTS = frozenset({"127.0.0.1"})
    settings.CHANNEL_PLAIN_HTTP = True
    settings.CHANNEL_TIMEOUT = settings.CHANNEL_DEADLINE = settings.EMAIL_TIMEOUT = 1


@pytest.mark.parametrize("key", channels.ROBOTS)
def test_a_robot_says_title_text_and_address(key: str) -> None:
    with web_peer() as peer:
        outcome = channels.get(key).send(peer.url(), HELLO)
    assert outcome.ok
    assert not outcome.retry
    payload = peer.asked[0].json
    text = (payload.get("text") or payload["content"]).get("content") or payload["content"]["text"]
    assert text == "【安园】暴雨红色预警\n请立即\n停课。\nhttps://safe.example.cn/a/1"


def test_an_urgent_message_calls_everybody_in_the_group() -> None:
    with web_peer() as peer:
        for key in channels.ROBOTS:
            assert channels.get(key).send(peer.url(), URGENT).ok
    wecom, dingtalk, feishu = (asked.json for asked in peer.asked)
    assert wecom["text"]["mentioned_list"] == ["@all"]
    assert dingtalk["at"] == {"isAtAll": True}
    assert feishu["content"]["text"].startswith('<at user_id="all">')


def test_nobody_is_called_by_a_tag_in_the_text() -> None:
    sly = Message('<at user_id="all">x</at>', "", "", False, "r")
    with web_peer() as peer:
        assert channels.get("feishu").send(peer.url(), sly).ok
    assert "<at" not in peer.asked[0].json["content"]["text"]


def test_dingtalk_signs_its_address() -> None:
    with web_peer() as peer:
        assert channels.get("dingtalk").send(f"{peer.url()}#SEC1", HELLO).ok
    asked = parse_qs(urlsplit(peer.asked[0].path).query)
    stamp = asked["timestamp"][0]
    proof = hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256).digest()
    assert asked["sign"] == [base64.b64encode(proof).decode()]
    assert asked["key"] == ["k"]
    assert abs(int(stamp) / 1000 - time.time()) < 60


def test_feishu_signs_nothing_with_the_secret_and_time_as_its_key() -> None:
    with web_peer() as peer:
        assert channels.get("feishu").send(f"{peer.url()}#SEC1", HELLO).ok
    payload = peer.asked[0].json
    proof = hmac.new(f"{payload['timestamp']}\nSEC1".encode(), b"", hashlib.sha256).digest()
    assert payload["sign"] == base64.b64encode(proof).decode()
    assert abs(int(payload["timestamp"]) - time.time()) < 60
    assert "SEC1" not in peer.asked[0].path


@pytest.mark.parametrize(
    ("key", "data", "retry", "words"),
    [
        ("wecom", {"errcode": 45009, "errmsg": "freq"}, True, "频繁"),
        ("wecom", {"errcode": 93000, "errmsg": "invalid"}, False, "停用"),
        ("wecom", {"errcode": -1}, True, "繁忙"),
        ("dingtalk", {"errcode": 130101}, True, "频繁"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, False, "签名"),
        ("dingtalk", {"errcode": 400102}, False, "停用"),
        ("feishu", {"code": 11232}, True, "频繁"),
        ("feishu", {"code": 19021}, False, "签名"),
        ("feishu", {"code": 19022}, False, "来源地址"),
        ("feishu", {"code": 987654}, False, "987654"),
        ("wecom", {}, True, "不能识别"),
        ("wecom", ["x"], True, "不能识别"),
        ("dingtalk", {"errcode": None}, True, "不能识别"),
        ("dingtalk", {"errcode": "x"}, True, "不能识别"),
    ],
)
def test_a_refusal_comes_with_http_200(key: str, data: Any, retry: bool, words: str) -> None:
    with web_peer(says(data)) as peer:
        outcome = channels.get(key).send(peer.url(), HELLO)
    assert not outcome.ok
    assert outcome.retry is retry
    assert words in outcome.detail


@pytest.mark.parametrize(
    ("reply", "retry", "words"),
    [
        (says(b"<html>", 502), True, "502"),
        (says({}, 429), True, "频繁"),
        (says(b"", 404), False, "404"),
        (says(b"x", 302, {"Location": "http://127.0.0.1:1/"}), False, "别的地址"),
        (says(b"{" + b" " * 70000 + b"}"), False, "过长"),
        (says(b"[" * 60000), True, "不能识别"),
        (hangs(3), True, "及时"),
        (cuts(), True, "中断"),
        (dribbles({"errcode": 0}, 0.3), True, "及时"),
    ],
)
def test_a_peer_in_trouble_ends_in_a_sentence_in_time(reply: Any, retry: bool, words: str) -> None:
    with web_peer(reply) as peer:
        start = time.monotonic()
        outcome = channels.get("wecom").send(peer.url(), HELLO)
    assert not outcome.ok
    assert outcome.retry is retry
    assert words in outcome.detail
    assert time.monotonic() - start < 3


def test_nobody_there_and_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = channels.get("wecom").send(f"http://127.0.0.1:{port}/?key=secret", HELLO)
    assert (outcome.ok, outcome.retry) == (False, True)
    assert "secret" not in outcome.detail
    monkeypatch.setattr(socket, "getaddrinfo", _no_name)
    outcome = channels.get("feishu").send("https://open.feishu.cn/open-apis/bot/v2/hook/x", HELLO)
    assert (outcome.ok, outcome.retry) == (False, True)
    assert "找不到" in outcome.detail


def _no_name(*args: object, **kwargs: object) -> None:
    raise socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize(
    "inner", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1", "2002:a00:1::", "0.0.0.0", "224.0.0.1", "100.64.0.1"]
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_called(
    inner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(2, 1, 6, "", (inner, 443)), (2, 1, 6, "", ("1.1.1.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    outcome = channels.get("wecom").send(
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", HELLO
    )
    assert (outcome.ok, outcome.retry) == (False, False)
    assert "内部网络" in outcome.detail
    assert not is_public(inner)


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com@10.0.0.1/cgi-bin/webhook/send?key=k",
        "https://10.0.0.1/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com.example.org/cgi-bin/webhook/send?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/other?key=k",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k\r\nHost: x",
        "https://[::1/",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_no_robot_s_is_refused(url: str, settings: Any) -> None:
    settings.WEBHOOK_HOSTS = frozenset()
    settings.CHANNEL_PLAIN_HTTP = False
    with pytest.raises(Refused):
        WeCom().check(url)


def test_the_robots_own_addresses_are_accepted() -> None:
    WeCom().check("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=8f1e")
    DingTalk().check("https://oapi.dingtalk.com/robot/send?access_token=8f1e")
    Feishu().check("https://open.feishu.cn/open-apis/bot/v2/hook/8f1e")
    with pytest.raises(Refused):
        Feishu().check("https://open.feishu.cn/open-apis/bot/v2/hook/")


def test_long_texts_fit() -> None:
    long = Message("题" * 100, "文" * 5000, "https://safe.example.cn/a/1", False, "r")
    with web_peer() as peer:
        assert channels.get("wecom").send(peer.url(), long).ok
    content = peer.asked[0].json["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("https://safe.example.cn/a/1")
    assert fit_bytes("安园", 4) == "安"


def mail(peer: Any, settings: Any) -> Any:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", peer.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return channels.get("email")


def test_a_mail_arrives_whole(settings: Any) -> None:
    with mail_peer() as peer:
        outcome = mail(peer, settings).send("a@example.cn", URGENT)
    assert outcome.ok
    got = email.message_from_bytes(peer.mails[0].encode())
    assert str(make_header(decode_header(got["Subject"]))) == "【紧急】暴雨红色预警"
    assert got["Message-ID"] == outcome.external_id
    assert got["Message-ID"].startswith("<a-1@")
    assert "停课" in got.get_payload(decode=True).decode()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("how", "retry", "words"),
    [
        ({"answers": {"RCPT": "550 no such user"}}, False, "拒收"),
        ({"answers": {"RCPT": "451 greylisted"}}, True, "暂时"),
        ({"answers": {"MAIL": "552 too much"}}, False, "552"),
        ({"answers": {"end": "554 spam"}}, False, "554"),
        ({"answers": {"end": "421 shutting down"}}, True, "421"),
        ({"answers": {"greeting": "554 go away"}}, False, "554"),
        ({"silent": True}, True, "及时"),
    ],
)
def test_a_mail_server_in_trouble_ends_in_a_sentence(
    how: dict[str, Any], retry: bool, words: str, settings: Any
) -> None:
    with mail_peer(**how) as peer:
        outcome = mail(peer, settings).send("a@example.cn", HELLO)
    assert not outcome.ok
    assert outcome.retry is retry
    assert words in outcome.detail


def test_many_mails_share_one_connection_and_survive_a_break(settings: Any) -> None:
    with mail_peer() as peer:
        channel = mail(peer, settings)
        with channel.together():
            assert channel.send("a@example.cn", HELLO).ok
            assert channel.send("b@example.cn", HELLO).ok
            peer.answers["MAIL"] = "421 bye"
            assert channel.send("c@example.cn", HELLO).retry
            peer.answers.clear()
            assert channel.send("d@example.cn", HELLO).ok
    assert len(peer.mails) == 3
    assert peer.lines == 2


@pytest.mark.parametrize("address", ["", "a", "a@b\nBcc: x@y.cn", "a@example.cn, b@example.cn"])
def test_a_wrong_mail_address_is_not_tried(address: str, settings: Any) -> None:
    with mail_peer() as peer:
        outcome = mail(peer, settings).send(address, HELLO)
    assert (outcome.ok, outcome.retry, peer.lines) == (False, False, 0)


def test_a_title_cannot_add_headers(settings: Any) -> None:
    sly = Message("一\r\nBcc: x@example.cn", "", "", False, "r")
    with mail_peer() as peer:
        assert mail(peer, settings).send("a@example.cn", sly).ok
    assert email.message_from_bytes(peer.mails[0].encode())["Bcc"] is None


def sms(peer: Any, settings: Any, **more: Any) -> Any:
    settings.SMS = {**settings.SMS, "url": peer.url("/send"), "key": "k1", "secret": "s1", **more}
    return channels.get("sms")


def test_an_sms_is_shaped_by_the_settings_and_signed(settings: Any) -> None:
    shape = {"to": ["{phone}"], "t": "{template}", "vars": {"a": "{title}", "n": 1}, "r": "{reference}"}  # fmt: skip
    with web_peer(says({"data": {"code": "OK", "sid": 77}})) as peer:
        channel = sms(peer, settings, body=shape, template="T9", ok="data.code=OK", id="data.sid")
        outcome = channel.send("13900000001", Message('"},{"x":"', "", "", True, "a-1"))
    assert (outcome.ok, outcome.external_id) == (True, "77")
    asked = peer.asked[0]
    assert asked.json == {"to": ["13900000001"], "t": "T9", "vars": {"a": '"},{"x":"', "n": 1}, "r": "a-1"}  # fmt: skip
    told = f"{asked.headers['X-Timestamp']}\n{asked.headers['X-Nonce']}\n".encode() + asked.body
    assert asked.headers["X-Signature"] == hmac.new(b"s1", told, hashlib.sha256).hexdigest()
    assert asked.headers["X-Key"] == "k1"


@pytest.mark.parametrize(
    ("reply", "retry"),
    [
        (says({"code": 1001, "msg": "blacklist"}), False),
        (says({"code": 1002, "msg": "busy"}), True),
        (says({"code": 1}, 503), True),
        (says({}, 429), True),
        (says(b"ok"), True),
        (says(b"no", 403), False),
        (hangs(3), True),
    ],
)
def test_a_gateway_in_trouble_ends_in_a_sentence(reply: Any, retry: bool, settings: Any) -> None:
    with web_peer(reply) as peer:
        channel = sms(peer, settings, retry=frozenset({"1002"}))
        outcome = channel.send("13900000001", HELLO)
    assert not outcome.ok
    assert outcome.retry is retry
    assert "短信网关" in outcome.detail or "服务器" in outcome.detail


def test_a_wrong_number_is_not_tried(settings: Any) -> None:
    with web_peer() as peer:
        outcome = sms(peer, settings).send("0519-1234", HELLO)
    assert (outcome.ok, outcome.retry, peer.asked) == (False, False, [])


def test_what_is_not_set_up_is_not_offered(settings: Any) -> None:
    settings.EMAIL_HOST, settings.SMS = "", {**settings.SMS, "url": ""}
    assert channels.enabled() == ["wecom", "dingtalk", "feishu"]
    assert not channels.get("email").send("a@example.cn", HELLO).ok
    assert not channels.get("sms").send("13900000001", HELLO).ok
    settings.ROBOTS_ENABLED = False
    assert channels.enabled() == []
    settings.EMAIL_HOST = "mail.example.cn"
    assert channels.enabled() == ["email"]
