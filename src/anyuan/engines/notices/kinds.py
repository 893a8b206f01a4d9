"""Kinds of message: what a domain declares in `notices.py`, so that people can choose how they get it.

A message's own kind may be finer than a declared one: `gate.late` falls under `gate` unless it is
declared itself. The declared kinds are the rows of the page 通知设置, so they are few and in plain words.
"""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class NoticeKind:
    """One kind. `channels` are those on which it comes besides the app until a person chooses others."""

    key: str
    label: str
    hint: str = ""
    # Urgent ones pass quiet hours and are never put into a digest; `digest=False`: at once, by day.
    urgent: bool = False
    digest: bool = True
    channels: tuple[str, ...] = ("email",)
    listed: bool = True  # among what a person may choose


_kinds: dict[str, NoticeKind] = {}


def declare(kind: NoticeKind) -> NoticeKind:
    if kind.key in _kinds:
        raise ValueError(f"kind of message declared twice: {kind.key}")
    _kinds[kind.key] = kind
    return kind


OTHER = declare(NoticeKind("other", "其他消息"))
COMMENT = declare(NoticeKind("comment", "留言", "有人在您填报的记录下留言"))
TEST = declare(NoticeKind("test", "试发", urgent=True, channels=("email", "sms"), listed=False))


def find(key: str) -> NoticeKind:
    """The declared kind of a message's kind: itself, else what stands before its dots."""
    name = key
    while name:
        if name in _kinds:
            return _kinds[name]
        name = name.rpartition(".")[0]
    return OTHER


def all_kinds() -> dict[str, NoticeKind]:
    return dict(_kinds)


def offered() -> list[NoticeKind]:
    """What a person may choose: urgent kinds first, the rest last."""
    listed = [one for one in _kinds.values() if one.listed and one is not OTHER]
    return [*sorted(listed, key=lambda one: not one.urgent), OTHER]
