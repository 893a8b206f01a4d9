"""What alerts say to people. The alert itself goes its own way: by its level, to who has not answered."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("alert", "紧急通知", urgent=True, channels=(), listed=False))
declare(
    NoticeKind(
        "alert.confirm", "紧急通知待确认", "真实通知要您作为第二人确认",
        urgent=True, channels=("email", "sms"),
    )
)  # fmt: skip
declare(
    NoticeKind(
        "alert.help", "有人求助", "紧急通知发出后，有人回复需要帮助",
        urgent=True, channels=("email", "sms"),
    )
)  # fmt: skip
