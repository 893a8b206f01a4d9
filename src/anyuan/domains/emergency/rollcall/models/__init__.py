from anyuan.domains.emergency.rollcall.models.calls import (
    Group,
    GroupKind,
    Handover,
    How,
    Member,
    RollCall,
    State,
    Where,
)
from anyuan.domains.emergency.rollcall.models.registers import Grade, Pupil, SchoolClass
from anyuan.domains.emergency.rollcall.models.words import Mark, Sheet

__all__ = [
    "Grade",
    "Group",
    "GroupKind",
    "Handover",
    "How",
    "Mark",
    "Member",
    "Pupil",
    "RollCall",
    "SchoolClass",
    "Sheet",
    "State",
    "Where",
]
