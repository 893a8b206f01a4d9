"""What assigned checks say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("check", "检查安排", "请您检查、改期撤回，或检查有了结果"))
