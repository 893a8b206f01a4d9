from anyuan.domains.fire.models.registers import (
    Building,
    Duty,
    EscapeWay,
    FacilityState,
    FacilityType,
    FireFacility,
    KeyPart,
    StationGear,
    StationGearKind,
    StationMember,
    WayKind,
    WayState,
)
from anyuan.domains.fire.models.work import ElectricRound, HotWork, StationTest, WayCheck

__all__ = [
    "Building",
    "Duty",
    "ElectricRound",
    "EscapeWay",
    "FacilityState",
    "FacilityType",
    "FireFacility",
    "HotWork",
    "KeyPart",
    "StationGear",
    "StationGearKind",
    "StationMember",
    "StationTest",
    "WayCheck",
    "WayKind",
    "WayState",
]
