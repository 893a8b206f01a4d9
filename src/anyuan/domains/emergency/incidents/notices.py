"""What incidents say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(
    NoticeKind(
        "incident", "突发事件", "首报、续报、处置任务和报告时限",
        urgent=True, channels=("email", "sms"),
    )
)  # fmt: skip
