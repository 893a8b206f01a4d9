"""How messages about risk points come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("risk", "风险管控", "建议重新评估、管控检查逾期", channels=("email",)))
