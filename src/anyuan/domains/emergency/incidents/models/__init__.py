from anyuan.domains.emergency.incidents.models.incident import Hurt, Incident, RescueCard, Source
from anyuan.domains.emergency.incidents.models.people import Injured, Task, TaskState, Where, Who
from anyuan.domains.emergency.incidents.models.stores import EmergencyStore, StoreKind
from anyuan.domains.emergency.incidents.models.written import (
    Chain,
    Entry,
    EntryKind,
    Receipt,
    Report,
    ReportKind,
)

__all__ = [
    "Chain",
    "EmergencyStore",
    "Entry",
    "EntryKind",
    "Hurt",
    "Incident",
    "Injured",
    "Receipt",
    "Report",
    "ReportKind",
    "RescueCard",
    "Source",
    "StoreKind",
    "Task",
    "TaskState",
    "Where",
    "Who",
]
