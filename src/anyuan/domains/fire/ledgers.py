"""The registers of fire safety: equipment, and the members of the micro fire station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from anyuan.domains.fire.models import FireFacility, StationMember
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Expiry, Flag, Group, Ledger, Related, Setting


def check_facility(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    made = facts["made_on"]
    return {
        name: "不能早于生产日期。"
        for name in ("expires_on", "test_due_on", "checked_on")
        if made and facts[name] and facts[name] < made
    }


declare(
    Ledger(
        key="fire_facility",
        title="消防器材",
        icon="fire-extinguisher",
        model=FireFacility,
        key_fields=("number",),
        title_fields=("number", "type", "place"),
        columns=(
            Column("number", ("器材编号",), "MHQ-001", width=12),
            Column("type", ("器材名称", "名称", "器材种类"), "灭火器"),
            Column("place", ("放置地点", "地点", "配置位置", "放置位置"), "一号楼一层东侧", width=20),
            Column("quantity", (), "2", width=8),
            Column("state", ("器材状态", "完好情况"), "完好"),
            Column("model", ("型号", "规格"), "MFZ/ABC4", shown=False),
            Column("made_on", ("出厂日期",), "2024-03-01", shown=False),
            Column("checked_on", ("检查日期",), "2026-09-01"),
            Column("test_due_on", ("下次检验日期", "检测到期日"), "2027-03-01"),
            Column("expires_on", ("有效期", "到期日期", "报废日期"), "2029-03-01"),
            Column("keeper", ("保管人", "负责人"), "李管理", shown=False),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("器材", ("number", "type", "place", "quantity", "state", "model", "keeper")),
            Group("检查和期限", ("made_on", "checked_on", "test_due_on", "expires_on", "note")),
        ),
        filters=("type", "state", "place"),
        flags=(
            Flag("defect", "不完好", ~Q(state="normal")),
            Flag("unchecked", "没有检查日期", Q(checked_on__isnull=True)),
        ),
        expiries=(
            Expiry("test_due_on", "fire_facility_warn_days"),
            Expiry("expires_on", "fire_facility_warn_days"),
        ),
        search=("number", "type", "place", "model", "keeper"),
        bulk=("state", "checked_on", "test_due_on", "expires_on", "keeper", "place"),
        facets=("type", "state"),
        related=(Related("同一位置的器材", "fire_facility", ("place",)),),
        labels=True,
        check=check_facility,
    )
)  # fmt: skip
declare(
    Ledger(
        key="station_member",
        title="微型消防站队员",
        icon="users-group",
        model=StationMember,
        key_fields=("name", "duty"),
        title_fields=("name", "duty"),
        columns=(
            Column("name", ("队员姓名",), "王大力"),
            Column("duty", ("职务", "站内职责"), "消防员"),
            Column("job", ("岗位", "工作岗位"), "总务处"),
            Column("phone", ("联系电话", "电话", "手机"), "13800000000", shown=False),
            Column("shift", (), "白班"),
            Column("certificate_no", ("证书编号", "操作员证号"), "", shown=False, width=20),
            Column("certificate_until", ("证书到期日",), "2028-06-30", shown=False),
            Column("joined_on", (), "2025-09-01", shown=False),
            Column("trained_on", ("训练日期",), "2026-10-10"),
            Column("training_until", ("下次训练日期",), "2026-11-10"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("队员", ("name", "duty", "job", "phone", "shift", "joined_on")),
            Group(
                "证书和训练",
                ("certificate_no", "certificate_until", "trained_on", "training_until", "note"),
            ),
        ),
        filters=("duty", "shift"),
        flags=(Flag("uncertified", "值班员没有证书", Q(duty="control", certificate_no="")),),
        expiries=(
            Expiry("certificate_until", "station_warn_days"),
            Expiry("training_until", "station_warn_days"),
        ),
        search=("name", "job", "certificate_no"),
        bulk=("shift", "trained_on", "training_until", "certificate_until"),
        facets=("duty",),
    )
)
