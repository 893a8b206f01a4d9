"""What a roll call asks the gate: who has come in and not gone out, which pupils were fetched early today."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.onsite import AWAY, INSIDE, OnSite
from anyuan.domains.gate.models import Entry, Kind, Leave, LeaveState, State


def at_gate(unit_key: str) -> list[OnSite]:
    """Visitors of today who are inside, without telephones; pupils who left and are not back."""
    today = timezone.localdate()
    inside = Entry.objects.filter(unit_id=unit_key, state=State.INSIDE, on=today)
    out = Leave.objects.filter(unit_id=unit_key, on=today, state=LeaveState.OUT)
    visitors = inside.order_by("entered_at").values_list("name", "kind", "purpose", "people")
    pupils = out.values_list("pupil", "class_name", "out_at", "relation")
    return [
        *(
            OnSite(INSIDE, name, " ".join(filter(None, (Kind(kind).label, purpose))), heads=people)
            for name, kind, purpose, people in visitors
        ),
        *(
            OnSite(AWAY, name, _left(out_at, relation), class_name=class_name)
            for name, class_name, out_at, relation in pupils
        ),
    ]


def _left(out_at: object, relation: str) -> str:
    at = f"{timezone.localtime(out_at):%H:%M} " if out_at else ""  # type: ignore[arg-type]
    return _("%(at)s已由%(who)s接走") % {"at": at, "who": relation}
