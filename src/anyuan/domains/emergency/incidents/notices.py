"""How messages about incidents come: at once, by night too."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(
    NoticeKind(
        "incident",
        "突发事件",
        "有突发事件、报告时限快到、交给您的处置任务",
        urgent=True,
        channels=("email", "sms"),
    )
)
