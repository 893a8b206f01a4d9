from anyuan.domains.emergency.warnings.models.incoming import CapMessage, CapSource
from anyuan.domains.emergency.warnings.models.response import (
    Done,
    Measure,
    Suspension,
    WarningResponse,
)
from anyuan.domains.emergency.warnings.models.signal import (
    EndReason,
    Origin,
    Status,
    SuspensionOrder,
    WarningSignal,
)

__all__ = [
    "CapMessage",
    "CapSource",
    "Done",
    "EndReason",
    "Measure",
    "Origin",
    "Status",
    "Suspension",
    "SuspensionOrder",
    "WarningResponse",
    "WarningSignal",
]
