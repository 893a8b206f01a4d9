"""Group robots: 企业微信, 钉钉, 飞书. A robot speaks to a group; its address is a secret of the unit.

`address` is the webhook's URL, then `#` and the signing secret where there is one (a fragment is never
sent over the line). All three answer HTTP 200 also for a refusal: the JSON's code says what happened.

Sources: developer.work.weixin.qq.com/document/path/91770; open.dingtalk.com/document/orgapp/custom-robot-access
and custom-bot-creation-and-installation; open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from django.conf import settings

from anyuan.core.refused import Refused
from anyuan.engines.notices.channels.base import Message, Outcome, failed, sent
from anyuan.engines.notices.channels.web import Answer, Unreachable, check_address, post_json

TOO_OFTEN = "发送太频繁，平台要求稍后再发。"
BUSY = "平台繁忙，稍后再发。"
GONE = "机器人已被删除或停用，请在群里重新添加后更换地址。"
UNPROVEN = "签名或关键词校验没有通过，请检查机器人的安全设置和签名密钥。"
NOT_ALLOWED = "机器人限制了来源地址（IP），请在安全设置中加入本系统服务器的地址。"
BAD_TEXT = "平台不接受这条内容。"


class Robot:
    """What the three have in common: the request, and reading the answer by a table of codes."""

    key: ClassVar[str]
    label: ClassVar[str]
    hosts: ClassVar[frozenset[str]]
    path: ClassVar[str]
    token: ClassVar[str] = ""  # the parameter of the address that carries the robot's key
    longest: ClassVar[int]
    # code → (sentence, whether to try again)
    codes: ClassVar[Mapping[int, tuple[str, bool]]]

    def ready(self) -> bool:
        return bool(settings.ROBOTS_ENABLED)

    def together(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def check(self, url: str) -> None:
        """Errors: Refused, where the address is not one of this platform's robots."""
        parts = check_address(url, hosts=self.hosts, own=settings.WEBHOOK_HOSTS)
        if parts.hostname in settings.WEBHOOK_HOSTS:
            return
        known = parts.path.startswith(self.path) and len(parts.path) > len(self.path)
        if self.token:
            known = parts.path == self.path and bool(parse_qs(parts.query).get(self.token))
        if not known:
            raise Refused(
                f"这不是{self.label}机器人的地址，请从群机器人页面重新复制。", field="url"
            )

    def send(self, address: str, message: Message) -> Outcome:
        if not self.ready():
            return failed("本系统没有开启群机器人。", retry=False)
        url, _sep, secret = address.partition("#")
        try:
            url, payload = self.request(url, secret, message)
            answer = post_json(url, payload, hosts=self.hosts, own=settings.WEBHOOK_HOSTS)
        except Unreachable as trouble:
            return failed(trouble.sentence, retry=trouble.retry)
        return self.read(answer)

    def request(self, url: str, secret: str, message: Message) -> tuple[str, dict[str, Any]]:
        """The address (signed where the platform signs addresses) and the JSON to send."""
        raise NotImplementedError

    def read(self, answer: Answer) -> Outcome:
        code = self.code_of(answer.data)
        if code == 0 and answer.status < 300:
            return sent()
        if code is not None and code in self.codes:
            sentence, retry = self.codes[code]
            return failed(sentence, retry=retry)
        if answer.status == 429:
            return failed(TOO_OFTEN, retry=True)
        if code is None:
            what = f"平台的回应不能识别（HTTP {answer.status}）。"
            return failed(what, retry=answer.status >= 500 or answer.status < 300)
        return failed(f"平台没有接受（代码 {code}）。", retry=answer.status >= 500)

    def code_of(self, data: Mapping[str, Any]) -> int | None:
        return whole(data.get("errcode"))


class WeCom(Robot):
    """企业微信群机器人: 20 messages a minute; text up to 2,048 bytes, may call everybody."""

    key, label = "wecom", "企业微信"
    hosts, path, token = frozenset({"qyapi.weixin.qq.com"}), "/cgi-bin/webhook/send", "key"
    longest = 640  # characters: three bytes each, and the address
    codes = {
        -1: (BUSY, True),
        45009: (TOO_OFTEN, True),
        45033: (TOO_OFTEN, True),
        93000: (GONE, False),
        93004: (GONE, False),
        93008: (GONE, False),
        40008: (BAD_TEXT, False),
        40058: (BAD_TEXT, False),
        44004: (BAD_TEXT, False),
        45002: (BAD_TEXT, False),
    }

    def request(self, url: str, secret: str, message: Message) -> tuple[str, dict[str, Any]]:
        text: dict[str, Any] = {"content": fit_bytes(message.text(self.longest), 2048)}
        if message.urgent:
            text["mentioned_list"] = ["@all"]
        return url, {"msgtype": "text", "text": text}


class DingTalk(Robot):
    """钉钉自定义机器人: 20 messages a minute, more are barred for ten minutes; signs the address."""

    key, label = "dingtalk", "钉钉"
    hosts, path, token = frozenset({"oapi.dingtalk.com"}), "/robot/send", "access_token"
    longest = 4000
    codes = {
        -1: (BUSY, True),
        130101: (TOO_OFTEN, True),
        410100: (TOO_OFTEN, True),
        90030: (TOO_OFTEN, True),
        310000: (UNPROVEN, False),
        300001: (GONE, False),
        400013: (GONE, False),
        400101: (GONE, False),
        400102: (GONE, False),
        400106: (GONE, False),
        40035: (BAD_TEXT, False),
        400105: (BAD_TEXT, False),
        430101: (BAD_TEXT, False),
        430102: (BAD_TEXT, False),
        430104: (BAD_TEXT, False),
    }

    def request(self, url: str, secret: str, message: Message) -> tuple[str, dict[str, Any]]:
        if secret:
            stamp = str(round(time.time() * 1000))
            proof = _hmac(secret, f"{stamp}\n{secret}")
            url += ("&" if "?" in url else "?") + urlencode({"timestamp": stamp, "sign": proof})
        text = {"content": message.text(self.longest)}
        return url, {"msgtype": "text", "text": text, "at": {"isAtAll": message.urgent}}


class Feishu(Robot):
    """飞书自定义机器人: 100 messages a minute and 5 a second; the signature stands in the JSON."""

    key, label = "feishu", "飞书"
    hosts, path = frozenset({"open.feishu.cn"}), "/open-apis/bot/v2/hook/"
    longest = 4000
    codes = {
        2200: (BUSY, True),
        11232: (TOO_OFTEN, True),
        11233: (TOO_OFTEN, True),
        19021: (UNPROVEN, False),
        19024: (UNPROVEN, False),
        19022: (NOT_ALLOWED, False),
        19001: (GONE, False),
        19007: (GONE, False),
        9499: (BAD_TEXT, False),
        19002: (BAD_TEXT, False),
    }

    def request(self, url: str, secret: str, message: Message) -> tuple[str, dict[str, Any]]:
        # A title or remark must not call people by the platform's own tag.
        text = message.text(self.longest).replace("<at", "＜at")
        if message.urgent:
            text = f'<at user_id="all">所有人</at> {text}'
        payload: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if secret:
            stamp = str(int(time.time()))
            payload |= {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{secret}", "")}
        return url, payload

    def code_of(self, data: Mapping[str, Any]) -> int | None:
        return whole(data.get("code", data.get("StatusCode")))


def whole(value: Any) -> int | None:
    """A code as the peers write it: a number, or a number in quotes."""
    try:
        return None if value is None or isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def fit_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, never half a character."""
    return text.encode()[:limit].decode(errors="ignore")


def _hmac(key: str, text: str) -> str:
    proof = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(proof).decode()
