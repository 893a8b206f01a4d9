"""What appraisals say to people."""

from __future__ import annotations

from anyuan.engines.notices.kinds import NoticeKind, declare

declare(NoticeKind("appraisal", "考核", "考核开始、结果公布、申诉和答复"))
