"""What ledgers say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("ledger", "台账到期", "登记的证件、器材等快到期或已过期"))
