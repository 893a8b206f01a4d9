"""How much a school weighs in a draw: one, and more for each of its overdue hazards, up to the pack's most."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count
from django.utils import timezone

from anyuan.engines.cases.models import Case
from anyuan.engines.obligations.numbers import values_of


def weights_of(keys: Sequence[str]) -> dict[str, int]:
    """School → weight (whole numbers). One query for all."""
    numbers = values_of("supervision_overdue_weight", "supervision_weight_most")
    more, most = (int(numbers[key][0]) for key in numbers)
    rows = Case.objects.filter(
        unit_id__in=list(keys),
        loop="hazard",
        closed_at__isnull=True,
        due_on__lt=timezone.localdate(),
    )
    overdue = dict(rows.values_list("unit_id").annotate(n=Count("pk")))
    return {key: min(most, 1 + more * overdue.get(key, 0)) for key in keys}
