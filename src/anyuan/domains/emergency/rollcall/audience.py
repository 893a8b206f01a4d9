"""Classes as an audience of alerts: the colleagues who stand for them."""

from __future__ import annotations

from collections.abc import Sequence

from anyuan.domains.emergency.alerts.further import Further
from anyuan.domains.emergency.rollcall.freezing import in_order
from anyuan.domains.emergency.rollcall.models import Grade, SchoolClass
from anyuan.domains.emergency.rollcall.teachers import colleagues, school_key, teachers_of
from anyuan.org.models import Unit

GRADE = "grade-"


def choices(unit: Unit) -> list[tuple[str, str]]:
    """Grades, then classes, of a school or campus."""
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        return []
    classes = _classes(unit)
    grades = dict.fromkeys(one.grade for one in classes)
    labels = dict(Grade.choices)
    return [
        *((f"{GRADE}{grade}", f"{labels[grade]}全年级") for grade in grades),
        *((str(one.pk), one.name) for one in classes),
    ]


def people(unit: Unit, values: Sequence[str]) -> set[int]:
    """The class teachers of the chosen grades and classes, each once."""
    wanted = set(values)
    chosen = [
        one for one in _classes(unit) if str(one.pk) in wanted or f"{GRADE}{one.grade}" in wanted
    ]
    found = teachers_of(chosen, colleagues(school_key(unit)))
    return {who.person_id for who in found.values()}


def _classes(unit: Unit) -> list[SchoolClass]:
    return in_order(SchoolClass.objects.filter(unit=unit, active=True))


CLASSES = Further("classes", "班级", choices, people)
