"""The kinds of record of assessments, for rules and links, and the card on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.risk.assessments.loops import ASSESSMENT
from anyuan.domains.risk.assessments.models import Rating
from anyuan.domains.risk.assessments.queries import today_card
from anyuan.org.today import add_card

declare(
    RecordKind(
        key="third_party",
        label="第三方评估",
        icon="certificate",
        url_name="assessments:detail",
        facets={"stage": {"reported": "报告已提交"}},
        new_url_name="assessments:new",
        states={state.key: state.label for state in ASSESSMENT.states},
    )
)
declare(
    RecordKind(
        key="third_party_site",
        label="学校的第三方评估",
        icon="certificate",
        url_name="assessments:site",
        facets={"rating": dict(Rating.choices)},
        states={state.key: state.label for state in ASSESSMENT.states},
    )
)
add_card(5, "assessments/parts/today_card.html", today_card, later=True)
