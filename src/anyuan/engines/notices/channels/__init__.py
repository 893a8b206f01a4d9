"""Ways out of the product: e-mail, group robots of WeCom, DingTalk and Feishu, SMS.

    outcome = channels.get("sms").send(phone, Message(...))

A channel never raises for a peer that fails, hangs or answers nonsense: it returns an `Outcome` that says
in a sentence what happened and whether trying again makes sense. Nothing here touches the database, so
callers send outside their transactions.
"""

from __future__ import annotations

from anyuan.engines.notices.channels.base import Channel, Message, Outcome
from anyuan.engines.notices.channels.mail import Email
from anyuan.engines.notices.channels.robots import DingTalk, Feishu, WeCom
from anyuan.engines.notices.channels.sms import Sms

__all__ = [
    "PERSONAL",
    "ROBOTS",
    "Channel",
    "Message",
    "Outcome",
    "check_robot",
    "enabled",
    "get",
    "labels",
]

_ROBOTS = {one.key: one for one in (WeCom(), DingTalk(), Feishu())}
_CHANNELS: dict[str, Channel] = {"email": Email(), "sms": Sms(), **_ROBOTS}
# Those whose address is a person's, and those whose address is a group's (`Robot.address`).
PERSONAL = ("email", "sms")
ROBOTS = ("wecom", "dingtalk", "feishu")


def get(key: str) -> Channel:
    """The channel of a key; an unknown one is a programming error (KeyError)."""
    return _CHANNELS[key]


def enabled() -> list[str]:
    """Keys of the channels that this installation has set up, in a fixed order."""
    return [key for key, channel in _CHANNELS.items() if channel.ready()]


def labels() -> dict[str, str]:
    return {key: channel.label for key, channel in _CHANNELS.items()}


def check_robot(key: str, url: str) -> None:
    """Errors: Refused, where the address is not one of that platform's robots."""
    _ROBOTS[key].check(url)
