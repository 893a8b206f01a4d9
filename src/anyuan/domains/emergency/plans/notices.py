"""How messages about plans come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("plan", "预案", "预案该复核了、演练和事件提出的修改建议"))
