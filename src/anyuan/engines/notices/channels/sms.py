"""SMS by a gateway: one JSON request a message, shaped by the settings, signed with HMAC-SHA256.

Cities buy SMS from many sellers. The settings say what the seller's JSON looks like (a template with
{phone} {title} {body} {url} {text} {sign} {template} {reference}), which field tells success and which
carries the message's number. Headers: X-Key, X-Timestamp (seconds), X-Nonce, and X-Signature, the hex
HMAC-SHA256 of "timestamp\\nnonce\\nbody".
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import secrets
import time
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from anyuan.engines.notices.channels.base import Message, Outcome, failed, one_line, sent
from anyuan.engines.notices.channels.web import Answer, Unreachable, post_json

MOBILE = re.compile(r"1[3-9]\d{9}")
LONGEST = 280  # characters of a text: about four parts of a long message


class Sms:
    key, label = "sms", "短信"

    def ready(self) -> bool:
        return bool(settings.SMS["url"])

    def together(self) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def send(self, address: str, message: Message) -> Outcome:
        if not self.ready():
            return failed("本系统没有设置短信网关。", retry=False)
        if not MOBILE.fullmatch(address):
            return failed("手机号不正确。", retry=False)
        url: str = settings.SMS["url"]
        body = json.dumps(_filled(settings.SMS["body"], address, message), ensure_ascii=False)
        host = urlsplit(url).hostname or ""
        try:
            answer = post_json(
                url, {}, hosts=(), own={host}, headers=signed(body.encode()), body=body.encode()
            )
        except Unreachable as trouble:
            return failed(trouble.sentence, retry=trouble.retry)
        return _outcome(answer)


def signed(body: bytes) -> dict[str, str]:
    """The headers that prove who asks and that the body is as sent."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    proof = hmac.new(
        settings.SMS["secret"].encode(), f"{stamp}\n{nonce}\n".encode() + body, hashlib.sha256
    ).hexdigest()
    return {
        "X-Key": settings.SMS["key"],
        "X-Timestamp": stamp,
        "X-Nonce": nonce,
        "X-Signature": proof,
    }


def _filled(shape: Any, phone: str, message: Message) -> Any:
    """The template with its words put in; words go into values, so no text can change the JSON."""
    words = {
        "phone": phone,
        "title": one_line(message.title),
        "body": one_line(message.body)[:LONGEST],
        "url": message.url,
        "text": one_line(message.text(LONGEST)),
        "sign": settings.SMS["sign"],
        "template": settings.SMS["template"],
        "reference": message.reference,
    }
    if isinstance(shape, dict):
        return {key: _filled(value, phone, message) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_filled(value, phone, message) for value in shape]
    if isinstance(shape, str):
        return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), shape)
    return shape


def _outcome(answer: Answer) -> Outcome:
    field, _sep, wanted = settings.SMS["ok"].partition("=")
    told = _at(answer.data, field)
    if answer.status < 300 and told is not None and str(told) == wanted:
        number = _at(answer.data, settings.SMS["id"])
        return sent("" if number is None else str(number))
    if answer.status == 429:
        return failed("短信网关要求稍后再发。", retry=True)
    if answer.status >= 500:
        return failed(f"短信网关出错（HTTP {answer.status}）。", retry=True)
    if told is None:
        return failed(
            f"短信网关的回应不能识别（HTTP {answer.status}）。", retry=answer.status < 300
        )
    again = str(told) in settings.SMS["retry"]
    return failed(f"短信网关没有接受（代码 {str(told)[:20]}）。", retry=again)


def _at(data: Any, path: str) -> Any:
    """The value at a dotted path of a JSON object; None where there is none."""
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data
