"""What duties say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("obligation", "任务提醒", "任务快到期或已逾期"))
