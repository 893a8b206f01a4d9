from anyuan.domains.responsibility.governance.models.library import LibraryReview, Regulation
from anyuan.domains.responsibility.governance.models.meetings import (
    Decision,
    DecisionState,
    InspectedUnit,
    LeaderFinding,
    LeaderInspection,
    LeaderRole,
    Meeting,
    MeetingType,
)
from anyuan.domains.responsibility.governance.models.visits import (
    How,
    Plan,
    Target,
    Visit,
    VisitFinding,
)

__all__ = [
    "Decision",
    "DecisionState",
    "How",
    "InspectedUnit",
    "LeaderFinding",
    "LeaderInspection",
    "LeaderRole",
    "LibraryReview",
    "Meeting",
    "MeetingType",
    "Plan",
    "Regulation",
    "Target",
    "Visit",
    "VisitFinding",
]
