"""What buses say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("bus", "校车", "途中异常、清车提醒和共享申请", digest=False))
