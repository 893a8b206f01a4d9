"""The pack's numbers that protection depends on."""

from __future__ import annotations

import dataclasses
import datetime

from django.utils import timezone

from anyuan.engines.obligations.numbers import number_values, values_of
from anyuan.org.models import Profile


@dataclasses.dataclass(frozen=True)
class Staffing:
    """How many guards a site needs, by pupils (GB/T 29315-2022) and boarders."""

    bounds: tuple[int, int]
    least: tuple[int, int, int]
    step: int
    boarding_least: int
    boarding_step: int

    @classmethod
    def of_pack(cls) -> Staffing:
        found = values_of(
            "guard_bounds", "guard_minimum", "guard_step_pupils", "guard_boarding_minimum",
            "guard_boarding_step",
        )  # fmt: skip
        few, many = (int(n) for n in found["guard_bounds"])
        small, middle, large = (int(n) for n in found["guard_minimum"])
        return cls(
            (few, many),
            (small, middle, large),
            int(found["guard_step_pupils"][0]),
            int(found["guard_boarding_minimum"][0]),
            int(found["guard_boarding_step"][0]),
        )

    def needed(self, profile: Profile) -> int:
        """The least below the first bound, the middle below the second, then one more for each step."""
        few, many = self.bounds
        if profile.pupils < few:
            guards = self.least[0]
        elif profile.pupils < many:
            guards = self.least[1]
        else:
            guards = self.least[2] + (profile.pupils - many) // self.step
        if profile.boarding:
            guards = max(guards, self.boarding_least) + profile.boarders // self.boarding_step
        return guards


def repair_hours() -> int:
    return int(number_values("device_repair_hours")[0])


def days_to_keep() -> int:
    """Days that recordings are kept where a device names no other number."""
    return int(number_values("video_retention_days")[0])


def patrols_a_day() -> int:
    return int(number_values("patrol_per_day")[0])


def is_night(moment: datetime.datetime) -> bool:
    """Whether a patrol that starts then is a night patrol (the pack's two hours)."""
    begins, ends = (int(hour) for hour in number_values("patrol_night_hours"))
    hour = timezone.localtime(moment).hour
    return hour >= begins or hour < ends


@dataclasses.dataclass(frozen=True)
class Limits:
    """What the standard's items depend on: the day, and the pack's numbers of days.

    `alarm_days`: within which the one-key alarm must have been tried; `closed_days`: for which a good
    inspection of the gate says that the campus is closed; `days_kept`: recordings, where a device names none.
    """

    today: datetime.date
    alarm_days: int
    closed_days: int
    days_kept: int

    @classmethod
    def of_pack(cls) -> Limits:
        found = values_of("alarm_test_days", "gate_inspection_days", "video_retention_days")
        return cls(timezone.localdate(), *(int(days[0]) for days in found.values()))
