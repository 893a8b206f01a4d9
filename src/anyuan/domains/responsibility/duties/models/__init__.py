from anyuan.domains.responsibility.duties.models.letters import (
    Letter,
    LetterRound,
    LetterState,
    LetterText,
    Level,
    Signature,
)
from anyuan.domains.responsibility.duties.models.lists import (
    DutyItem,
    DutyList,
    DutyVersion,
    Holding,
)
from anyuan.domains.responsibility.duties.models.network import Group, Seat, SeatKind

__all__ = [
    "DutyItem",
    "DutyList",
    "DutyVersion",
    "Group",
    "Holding",
    "Letter",
    "LetterRound",
    "LetterState",
    "LetterText",
    "Level",
    "Seat",
    "SeatKind",
    "Signature",
]
