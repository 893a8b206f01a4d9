"""Drills, their programme, what was written down while they ran, visits, and calendars of people."""

from anyuan.domains.emergency.drills.models.drill import Drill, Kind, Mode, Problem, State
from anyuan.domains.emergency.drills.models.programme import Entry, Feed, Programme
from anyuan.domains.emergency.drills.models.run import Guide, Mark, Score, Verdict, Visit

__all__ = [
    "Drill",
    "Entry",
    "Feed",
    "Guide",
    "Kind",
    "Mark",
    "Mode",
    "Problem",
    "Programme",
    "Score",
    "State",
    "Verdict",
    "Visit",
]
