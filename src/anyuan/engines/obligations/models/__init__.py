from anyuan.engines.obligations.models.duty import Evidence, Obligation, Reminder
from anyuan.engines.obligations.models.filing import Filing, FilingNumber
from anyuan.engines.obligations.models.policy import (
    Number,
    Point,
    Policy,
    Section,
    Topic,
    TopicAsk,
)
from anyuan.engines.obligations.models.rule import Escalation, Rule

__all__ = [
    "Escalation",
    "Evidence",
    "Filing",
    "FilingNumber",
    "Number",
    "Obligation",
    "Point",
    "Policy",
    "Reminder",
    "Rule",
    "Section",
    "Topic",
    "TopicAsk",
]
