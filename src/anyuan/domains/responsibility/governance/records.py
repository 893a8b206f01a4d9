"""The kinds of record: a regulation, the yearly look at all, a meeting, a leader's inspection, a visit."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.responsibility.governance.content import regulation_choices
from anyuan.domains.responsibility.governance.models import How, LeaderRole, MeetingType
from anyuan.domains.responsibility.governance.visit_queries import STATES

STATE_WORDS = {key: label for key, (label, _colour, _icon) in STATES.items()}

declare(
    RecordKind(
        key="regulation", label="规章制度", icon="books", url_name="governance:regulation",
        facets={"type": dict(regulation_choices())},
        states={"in_force": "现行", "replaced": "已有新版本"}, new_url_name="governance:regulation_new",
    )
)  # fmt: skip
declare(
    RecordKind(
        key="regulation_review", label="制度复核", icon="checklist", url_name="governance:review",
        new_url_name="governance:review_new",
    )
)  # fmt: skip
declare(
    RecordKind(
        key="meeting", label="安全会议", icon="users", url_name="governance:meeting",
        facets={"type": dict(MeetingType.choices)}, new_url_name="governance:meeting_new",
    )
)  # fmt: skip
declare(
    RecordKind(
        key="leader_inspection", label="领导带队检查", icon="walk", url_name="governance:leader",
        facets={"role": dict(LeaderRole.choices), "unannounced": {"yes": "四不两直", "no": "事先通知"}},
        new_url_name="governance:leader_new",
    )
)  # fmt: skip
declare(
    RecordKind(
        key="supervision_visit", label="督查", icon="binoculars", url_name="governance:visit",
        facets={"mode": dict(How.choices)}, states=STATE_WORDS, live=True,
    )
)  # fmt: skip
