"""A closed school's open cases go to its successor: with their files and history, and with a step that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.core.models import OnRecord, Record
from anyuan.engines.cases import registry
from anyuan.engines.cases.models import Case, Step
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.services import tell
from anyuan.engines.obligations.models import Evidence
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Role

# Their unit is not the record's: a duty's that the record met, a post's that was told.
STAYS = (Evidence, Notification)


def hand_over(unit: Unit, by: Actor, **_more: Any) -> None:
    """Reaction on `unit.closed`: what is still open goes on at the successor; without one it stays.

    Closed cases stay with the school that closed them. The successor's people are told.
    """
    heir = unit.successor
    if heir is None:
        return
    units = subtree(unit.key)
    cases = list(
        Case.objects.within(units)
        .filter(closed_at__isnull=True)
        .select_for_update(of=("self",))
        .select_related("unit")
        .order_by("pk")
    )
    if not cases:
        return
    keys = [case.pk for case in cases]
    _rewrite([str(key) for key in keys], heir.key)
    # A school does not see another one's name: what the old one did, its successor answers for.
    Record.objects.within(subtree(heir.key)).filter(
        pk__in=keys, done_by_id__gte=units.lo, done_by_id__lt=units.hi
    ).update(done_by=heir)
    Case.objects.filter(pk__in=keys).update(version=F("version") + 1)
    Step.objects.bulk_create([_step(case, heir, by) for case in cases], batch_size=500)
    _tell(unit, heir, cases)


def columns() -> Iterator[tuple[str, str]]:
    """(table, column with the record's key) of every table whose rows are of the record's unit."""
    of_record = [
        model for model in apps.get_models() if model is Record or issubclass(model, OnRecord)
    ]
    for model in apps.get_models(include_auto_created=True):
        source = getattr(model, "pgh_tracked_model", None) or model
        if issubclass(source, STAYS) or not _has_unit(model):
            continue
        if model is Record:
            yield model._meta.db_table, "id"
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in of_record:
                yield model._meta.db_table, field.column


def _has_unit(model: type[models.Model]) -> bool:
    return any(
        isinstance(field, models.ForeignKey)
        and field.related_model is Unit
        and field.name == "unit"
        for field in model._meta.local_concrete_fields
    )


def _rewrite(keys: list[str], unit_key: str) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, column in columns():
            cursor.execute(
                f"UPDATE {quote(table)} SET unit_id = %s WHERE {quote(column)} = ANY(%s::uuid[])",  # noqa: S608 -- our own names
                [unit_key, keys],
            )


def _step(case: Case, heir: Unit, by: Actor) -> Step:
    return Step(
        case=case,
        unit=heir,
        transition="handed_over",
        label=_("移交承接学校"),
        from_state=case.state,
        to_state=case.state,
        person_id=by.person_id,
        by_name=by.name,
        note=_("%(old)s已撤并，由%(new)s继续办理。") % {"old": case.unit.name, "new": heir.name},
    )


def _tell(unit: Unit, heir: Unit, cases: list[Case]) -> None:
    for loop in registry.all_loops().values():
        count = sum(case.loop == loop.key for case in cases)
        if not count:
            continue
        first = next(case for case in cases if case.loop == loop.key)
        tell(
            [heir.key],
            [Role.PRINCIPAL, Role.SAFETY_OFFICER],
            kind="case.handed_over",
            title=_("%(old)s并入后，有 %(n)d 项未办结的%(noun)s移交给你校")
            % {"old": unit.name, "n": count, "noun": loop.label},
            url=reverse(loop.url_name, args=[first.pk]),
            once_key=f"handed_over:{unit.key}:{loop.key}",
        )
