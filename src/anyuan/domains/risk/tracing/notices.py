"""How messages about traces come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(
    NoticeKind("trace", "责任倒查", "参加倒查、倒查意见和决定、收到的申辩", channels=("email",))
)
