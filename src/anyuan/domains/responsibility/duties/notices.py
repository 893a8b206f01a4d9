"""How messages about letters and duty lists come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("duties", "责任书和责任清单", "有责任书要签、责任清单要确认、有人退回"))
