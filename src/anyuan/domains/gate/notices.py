"""What the gate says to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("gate.ask", "来访确认", "有人在门口等您确认", digest=False))
declare(NoticeKind("gate", "门卫登记", "来访超时、学生离校等", channels=()))
