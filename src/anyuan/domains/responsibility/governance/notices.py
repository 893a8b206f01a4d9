"""What this part says to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("supervision", "督查", "上级督查有反馈、学校已反馈、反馈快到期"))
