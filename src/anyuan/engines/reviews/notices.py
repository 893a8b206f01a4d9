"""How messages about reviews come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("review", "审核", "请您审核的预案等，您提交的审核有了结果"))
