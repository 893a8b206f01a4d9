"""How messages about drills come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("drill", "应急演练", "计划的演练快到了或过期、演练报告快到期、上级提醒和点评"))
