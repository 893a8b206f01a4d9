"""How messages about warnings come: warnings at once, by night too; their end is no urgent matter."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(
    NoticeKind(
        "warning", "预警", "有新预警要研判、要确认，或确认超时", urgent=True, channels=("email", "sms")
    )
)  # fmt: skip
declare(NoticeKind("warning.ended", "预警解除", "预警已经解除", digest=False))
