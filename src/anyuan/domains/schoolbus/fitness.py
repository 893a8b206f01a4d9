"""May this bus, driver, attendant, route carry pupils on a day? Each reason why not, as a sentence.

The papers are those of 校车安全管理条例: permit, half-yearly inspection, insurance, the driver's conditions of
article 23, an attendant on every trip. What the numbers are says the pack.
"""

from __future__ import annotations

import dataclasses
import datetime

from anyuan.domains.schoolbus.models import (
    Bus,
    BusAttendant,
    BusDriver,
    BusRoute,
    BusState,
    LicenceClass,
    PersonState,
)
from anyuan.domains.schoolbus.numbers import numbers


@dataclasses.dataclass(frozen=True)
class Limits:
    """The pack's numbers by which people and buses are judged."""

    age_min: int
    age_max: int
    years: int
    seats_b1: int
    seats_c1: int


def limits() -> Limits:
    names = ("bus_driver_age_min", "bus_driver_age_max", "bus_driver_years", "bus_licence_b1_seats",
             "bus_licence_c1_seats")  # fmt: skip
    return Limits(*(int(value) for value in numbers(*names)))


def years_between(first: datetime.date, last: datetime.date) -> int:
    """Whole years from one day to another, as an age is counted."""
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def _until(what: str, until: datetime.date | None, day: datetime.date) -> list[str]:
    """A paper that must be there and hold on the day."""
    if until is None:
        return [f"没有登记{what}"]
    return [f"{what}已于 {until} 到期"] if until < day else []


def _if_given(what: str, until: datetime.date | None, day: datetime.date) -> list[str]:
    """A date that is not demanded, but where it is written down it must hold."""
    return _until(what, until, day) if until is not None else []


def bus_faults(bus: Bus, day: datetime.date) -> list[str]:
    """Why a bus may not drive on the day; empty where it may."""
    if not bus.active:
        return ["已移出台账"]
    found = [] if bus.state == BusState.IN_USE else [f"车辆{bus.get_state_display()}"]
    if not bus.permit_no:
        found.append("没有校车标牌号")
    found += _until("校车使用许可", bus.permit_until, day)
    found += _until("安全检验", bus.inspection_until, day)
    found += _until("交强险", bus.compulsory_until, day)
    found += _until("承运人责任险", bus.insurance_until, day)
    found += _if_given("灭火器", bus.extinguisher_until, day)
    if bus.scrap_on and bus.scrap_on <= day:
        found.append(f"已于 {bus.scrap_on} 达到报废年限")
    return found


def driver_faults(
    driver: BusDriver, day: datetime.date, known: Limits, seats: int = 0
) -> list[str]:
    """Why a driver may not drive a bus of so many seats on the day."""
    if not driver.active:
        return ["已移出台账"]
    found = [] if driver.state == PersonState.ON_POST else ["已暂停上岗"]
    age = years_between(driver.born_on, day)
    if not known.age_min <= age <= known.age_max:
        found.append(f"年龄 {age} 周岁，应为 {known.age_min} 至 {known.age_max} 周岁")
    if driver.licensed_on is None:
        found.append("没有登记取得准驾车型日期")
    elif years_between(driver.licensed_on, day) < known.years:
        found.append(f"取得准驾车型不满 {known.years} 年")
    if driver.qualified_on is None or driver.qualified_on > day:
        found.append("没有校车驾驶资格")
    most = {LicenceClass.B1: known.seats_b1, LicenceClass.C1: known.seats_c1}
    allowed = most.get(LicenceClass(driver.licence_class))
    if allowed is not None and seats > allowed:
        found.append(f"准驾车型 {driver.licence_class} 不能驾驶核载 {seats} 人的车")
    found += _until("驾驶证", driver.licence_until, day)
    found += _until("年度审验", driver.review_until, day)
    found += _until("违法犯罪记录查询", driver.check_until, day)
    return found + _if_given("体检", driver.health_until, day)


def attendant_faults(attendant: BusAttendant, day: datetime.date) -> list[str]:
    if not attendant.active:
        return ["已移出台账"]
    found = [] if attendant.state == PersonState.ON_POST else ["已暂停上岗"]
    found += _until("照管员培训", attendant.training_until, day)
    found += _until("违法犯罪记录查询", attendant.check_until, day)
    return found + _if_given("体检", attendant.health_until, day)


def route_faults(route: BusRoute, day: datetime.date) -> list[str]:
    if not route.active:
        return ["已停用"]
    return _if_given("线路批准", route.approved_until, day)


def sentence(name: str, faults: list[str]) -> str:
    return f"{name}：{'；'.join(faults)}。" if faults else ""
