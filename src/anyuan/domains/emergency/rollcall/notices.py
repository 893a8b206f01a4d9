"""How a roll call reaches colleagues: at once, by night too."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(
    NoticeKind(
        "rollcall", "清点人数", "学校发起清点，请您清点自己的班级", urgent=True, channels=("sms",)
    )
)
