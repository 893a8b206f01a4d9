"""The kinds of record of letters and duty lists, and the card on 今日."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare
from anyuan.domains.responsibility.duties.models import LetterState, Level
from anyuan.domains.responsibility.duties.queries import today_card
from anyuan.org.today import add_card

LEVELS = {str(value): str(label) for value, label in Level.choices}
declare(
    RecordKind(
        key="letter_round",
        label="责任书签订",
        icon="signature",
        url_name="duties:round",
        facets={"level": LEVELS},
        new_url_name="duties:issue",
        states={"open": "签订中", "done": "全部签订"},
    )
)
declare(
    RecordKind(
        key="responsibility_letter",
        label="责任书",
        icon="file-certificate",
        url_name="duties:letter",
        facets={"level": LEVELS},
        states=dict(LetterState.choices),
    )
)
declare(
    RecordKind(
        key="duty_list",
        label="责任清单",
        icon="list-details",
        url_name="duties:list",
        facets={"level": {"city": "市", "district": "辖市区", "school": "学校"}},
        new_url_name="duties:lists",
    )
)
add_card(3, "duties/parts/today_card.html", today_card, later=True)
