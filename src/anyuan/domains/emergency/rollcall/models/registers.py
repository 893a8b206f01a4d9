"""The school's classes and pupils: two ledgers. What names a pupil or guardian is kept out of the history."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator
from django.db import models

from anyuan.core.crypto import SealedField
from anyuan.core.history import track_many
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.models.person import MOBILE
from anyuan.org.permissions import Permission


class Grade(models.TextChoices):
    K0 = "k0", "托班"
    K1 = "k1", "小班"
    K2 = "k2", "中班"
    K3 = "k3", "大班"
    P1 = "p1", "一年级"
    P2 = "p2", "二年级"
    P3 = "p3", "三年级"
    P4 = "p4", "四年级"
    P5 = "p5", "五年级"
    P6 = "p6", "六年级"
    J1 = "j1", "七年级"
    J2 = "j2", "八年级"
    J3 = "j3", "九年级"
    S1 = "s1", "高一"
    S2 = "s2", "高二"
    S3 = "s3", "高三"
    V1 = "v1", "中职一年级"
    V2 = "v2", "中职二年级"
    V3 = "v3", "中职三年级"
    OTHER = "other", "其他"


@track_many(exclude=NOT_TRACKED)
class SchoolClass(LedgerRow):
    """A class. `teacher` is the account chosen for it; without one, the only colleague of that name."""

    grade = models.CharField("年级", max_length=6, choices=Grade.choices)
    name = models.CharField("班级", max_length=30)
    teacher_name = models.CharField("班主任", max_length=40, blank=True, default="")
    pupils = models.PositiveIntegerField("学生数", validators=[MaxValueValidator(2000)])
    assembly = models.CharField("集合地点", max_length=60, blank=True, default="")
    room = models.CharField("教室", max_length=40, blank=True, default="")
    teacher = models.ForeignKey(
        "org.Person", null=True, blank=True, editable=False, on_delete=models.SET_NULL,
        related_name="+", verbose_name="班主任的账号",
    )  # fmt: skip

    class Meta(LedgerRow.Meta):
        verbose_name = "班级"
        constraints = [once_in_a_unit("name", name="schoolclass")]

    def __str__(self) -> str:
        return self.name


GUARDIANS = (1, 2, 3)


@dataclasses.dataclass(frozen=True)
class Guardian:
    """Who may fetch a child; the telephone only where it was opened."""

    place: int
    name: str
    relation: str
    phone: str = ""


PERSONAL = [
    "number",
    "name",
    *(f"guardian{n}_{part}" for n in GUARDIANS for part in ("name", "relation", "phone")),
]


def _guardian(n: int) -> models.CharField[Any, Any]:
    return models.CharField(f"监护人{n}", max_length=40, blank=True, default="")


def _relation(n: int) -> models.CharField[Any, Any]:
    return models.CharField(f"监护人{n}关系", max_length=20, blank=True, default="")


def _phone(n: int) -> SealedField:
    return SealedField(f"监护人{n}手机号", blank=True, default="", validators=[MOBILE])


@track_many(exclude=[*NOT_TRACKED, *PERSONAL])
class Pupil(LedgerRow):
    """A pupil by the school's own number, with who may fetch the child. Read at the own school only."""

    read_permission: ClassVar[Permission] = Permission.ROLLCALL_TAKE

    number = models.CharField("学号", max_length=30)
    name = models.CharField("姓名", max_length=40)
    class_name = models.CharField("班级", max_length=30)
    guardian1_name = _guardian(1)
    guardian1_relation = _relation(1)
    guardian1_phone = _phone(1)
    guardian2_name = _guardian(2)
    guardian2_relation = _relation(2)
    guardian2_phone = _phone(2)
    guardian3_name = _guardian(3)
    guardian3_relation = _relation(3)
    guardian3_phone = _phone(3)

    class Meta(LedgerRow.Meta):
        verbose_name = "学生"
        constraints = [once_in_a_unit("number", name="pupil")]
        indexes = [
            *LedgerRow.Meta.indexes,
            models.Index(fields=["unit", "class_name"], name="pupil_unit_class"),
        ]

    def __str__(self) -> str:
        return self.name

    def guardians(self) -> list[tuple[int, str, str]]:
        """(place, name, relation) of those who may fetch the child."""
        places = ((n, getattr(self, f"guardian{n}_name")) for n in GUARDIANS)
        return [(n, name, getattr(self, f"guardian{n}_relation")) for n, name in places if name]
