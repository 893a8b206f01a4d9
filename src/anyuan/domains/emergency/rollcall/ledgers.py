"""The registers of classes and of pupils."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyuan.domains.emergency.rollcall.models import Pupil, SchoolClass
from anyuan.domains.emergency.rollcall.models.registers import GUARDIANS
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Group, Ledger, Setting
from anyuan.org.permissions import Permission


def check_pupil(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """A guardian is somebody by name and relation. Sealed phones are not among the facts of an old row."""
    wrong = {}
    for n in GUARDIANS:
        name, relation = facts[f"guardian{n}_name"], facts[f"guardian{n}_relation"]
        if not name and (relation or facts.get(f"guardian{n}_phone")):
            wrong[f"guardian{n}_name"] = "填了关系或手机号，请也填写姓名。"
        if name and not relation:
            wrong[f"guardian{n}_relation"] = "请填写与学生的关系，如：母亲、祖父。"
    return wrong


declare(
    Ledger(
        key="school_class",
        title="班级",
        icon="users",
        model=SchoolClass,
        key_fields=("name",),
        title_fields=("name",),
        columns=(
            Column("grade", (), "三年级", width=10),
            Column("name", ("班级名称", "班名"), "三（2）班"),
            Column("teacher_name", ("班主任姓名", "负责教师"), "李老师"),
            Column("pupils", ("人数", "学生人数", "班额"), "42", width=8),
            Column("assembly", ("疏散集合点", "集合点", "应急集合地点"), "操场东侧 3 号位", width=20),
            Column("room", ("教室位置",), "2 号楼 201", shown=False),
        ),
        groups=(
            Group("班级", ("grade", "name", "teacher_name", "pupils")),
            Group("地点", ("assembly", "room")),
        ),
        filters=("grade",),
        search=("name", "teacher_name"),
        bulk=("grade", "assembly"),
        facets=("grade",),
        write=Permission.ROLLCALL_RUN,
    )
)  # fmt: skip


def _guardian(n: int, name: str, relation: str) -> tuple[Column, ...]:
    return (
        Column(f"guardian{n}_name", (f"监护人{n}姓名",), name, shown=n == 1),
        Column(f"guardian{n}_relation", (f"与学生关系{n}", f"关系{n}"), relation, shown=False),
        Column(f"guardian{n}_phone", (f"监护人{n}电话", f"联系电话{n}"), "13800000000", shown=False),
    )  # fmt: skip


declare(
    Ledger(
        key="pupil",
        title="学生名单",
        icon="school",
        model=Pupil,
        key_fields=("number",),
        title_fields=("name", "number"),
        columns=(
            Column("number", ("校内学号", "编号"), "20260301", width=12),
            Column("name", ("学生姓名", "学生"), "王小明"),
            Column("class_name", ("班级名称", "班名"), "三（2）班"),
            *_guardian(1, "王建国", "父亲"),
            *_guardian(2, "陈丽", "母亲"),
            *_guardian(3, "", ""),
        ),
        groups=(
            Group("学生", ("number", "name", "class_name")),
            *(
                Group(
                    f"监护人{n}",
                    (f"guardian{n}_name", f"guardian{n}_relation", f"guardian{n}_phone"),
                )
                for n in GUARDIANS
            ),
        ),
        filters=("class_name",),
        search=("number", "name", "class_name"),
        bulk=("class_name",),
        check=check_pupil,
        anonymous=True,
        read=Permission.ROLLCALL_TAKE,
        write=Permission.ROLLCALL_RUN,
    )
)
