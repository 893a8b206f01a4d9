"""How messages about assessments come."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("assessment", "第三方评估", "评估开始、报告提交、要求整改", channels=("email",)))
