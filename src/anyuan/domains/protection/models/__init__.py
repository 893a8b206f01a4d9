from anyuan.domains.protection.models.registers import (
    Device,
    DeviceState,
    DeviceType,
    DutyPost,
    Employer,
    Gear,
    GearKind,
    Guard,
    GuardStatus,
    Sex,
)
from anyuan.domains.protection.models.watch import (
    Patrol,
    PatrolMark,
    PatrolPoint,
    RotaLeader,
    RotaShift,
    Shift,
)
from anyuan.domains.protection.models.work import Fault, Round, StandardCheck

__all__ = [
    "Device",
    "DeviceState",
    "DeviceType",
    "DutyPost",
    "Employer",
    "Fault",
    "Gear",
    "GearKind",
    "Guard",
    "GuardStatus",
    "Patrol",
    "PatrolMark",
    "PatrolPoint",
    "RotaLeader",
    "RotaShift",
    "Round",
    "Sex",
    "Shift",
    "StandardCheck",
]
