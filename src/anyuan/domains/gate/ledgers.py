"""The register of passes: suppliers, workers and cars that come again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyuan.domains.gate.models import GatePass
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Expiry, Group, Ledger, Setting


def check_pass(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    wrong = {}
    if facts["issued_on"] and facts["expires_on"] and facts["expires_on"] < facts["issued_on"]:
        wrong["expires_on"] = "不能早于发证日期。"
    if facts["kind"] == "car" and not facts["plate"]:
        wrong["plate"] = "教职工车辆请填写车牌。"
    return wrong


declare(
    Ledger(
        key="gate_pass",
        title="固定通行证",
        icon="id-badge-2",
        model=GatePass,
        key_fields=("number",),
        title_fields=("number", "name", "kind"),
        columns=(
            Column("number", ("通行证号", "编号"), "T-001", width=10),
            Column("kind", ("类别", "类型"), "供货配送"),
            Column("name", ("姓名", "名称"), "绿源配送"),
            Column("plate", ("车牌号", "车号"), "苏D12345", width=12),
            Column("organisation", ("公司", "工作单位"), "绿源食品公司", shown=False, width=20),
            Column("purpose", ("用途", "通行事由"), "送食材", width=20),
            Column("phone", ("联系电话", "电话", "手机"), "13800000000", shown=False),
            Column("issued_on", ("发放日期",), "2026-09-01", shown=False),
            Column("expires_on", ("有效期", "到期日期"), "2027-01-25"),
        ),
        groups=(
            Group("持证人", ("number", "kind", "name", "organisation", "phone", "plate", "purpose")),
            Group("期限", ("issued_on", "expires_on")),
        ),
        filters=("kind",),
        expiries=(Expiry("expires_on", "gate_pass_warn_days"),),
        search=("number", "name", "plate", "organisation"),
        bulk=("expires_on", "purpose"),
        facets=("kind",),
        labels=True,
        check=check_pass,
    )
)  # fmt: skip
