"""What a borrowing school must know of another school's bus on a day: whether it may drive. Nothing else.

The bus and its driver lie outside the borrower's units, so their papers are looked up over the whole tree,
only those that a permit names, and only the reasons why not come back.
"""

from __future__ import annotations

import datetime

from anyuan.core import scope
from anyuan.domains.schoolbus import fitness
from anyuan.domains.schoolbus.models import BusDriver, BusOffer, BusSharing, SharingState


def fit_shared(sharing: BusSharing, borrower: str, day: datetime.date) -> list[str]:
    """Why a shared bus may not carry the school's pupils on the day, as sentences."""
    if sharing.borrower_id != borrower:
        return ["请选择本校获准使用的共享校车。"]
    if sharing.state != SharingState.PERMITTED or not sharing.permit_since:
        return [f"{sharing.plate}：共享还没有临时许可。"]
    if not sharing.permit_since <= day <= (sharing.permit_until or sharing.permit_since):
        return [
            f"{sharing.plate}：临时许可期限为 {sharing.permit_since} 至 {sharing.permit_until}。"
        ]
    with scope.everything():
        bus = BusOffer.objects.select_related("bus").get(pk=sharing.offer_id).bus
        driver = BusDriver.objects.get(pk=sharing.driver_id)
        faults = fitness.driver_faults(driver, day, fitness.limits(), bus.seats)
        wrong = (
            fitness.sentence(bus.plate, fitness.bus_faults(bus, day)),
            fitness.sentence(driver.name, faults),
        )
    return [text for text in wrong if text]
