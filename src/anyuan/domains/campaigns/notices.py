"""How messages about campaigns come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("campaign", "专项整治", "专项整治开始、督促和环节验收"))
