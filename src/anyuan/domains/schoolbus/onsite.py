"""What a roll call asks the buses: which pupils ride one now, by the school's number and nothing else."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anyuan.core.onsite import AWAY, OnSite
from anyuan.domains.schoolbus.models import BusBoarding, Ride


def aboard(unit_key: str) -> list[OnSite]:
    """Pupils of the school's trips on the road who got on and did not get off."""
    rows = (
        BusBoarding.objects.filter(
            unit_id=unit_key, state=Ride.ABOARD, trip__started_at__isnull=False,
            trip__emptied_at__isnull=True, trip__cancelled=False, rider__isnull=False,
        )
        .select_related("rider", "trip")
        .only("rider__number", "trip__plate")
    )  # fmt: skip
    return [
        OnSite(
            AWAY, "", _("在校车 %(plate)s 上") % {"plate": row.trip.plate}, number=row.rider.number
        )
        for row in rows
        if row.rider is not None
    ]
