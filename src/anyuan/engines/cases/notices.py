"""What cases say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("case", "办理期限", "隐患、报修等快到期、已逾期，或移交给您办理"))
