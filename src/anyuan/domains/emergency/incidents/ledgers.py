"""The register of emergency stores."""

from __future__ import annotations

from anyuan.domains.emergency.incidents.models import EmergencyStore
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Expiry, Group, Ledger

declare(
    Ledger(
        key="emergency_store",
        title="应急物资",
        icon="package",
        model=EmergencyStore,
        key_fields=("name", "place"),
        title_fields=("name", "place"),
        columns=(
            Column("name", ("名称", "品名", "物资"), "急救箱"),
            Column("kind", ("物资类别", "种类"), "医疗急救"),
            Column("quantity", (), "2", width=8),
            Column("measure", ("计量",), "个", width=10),
            Column("place", ("地点", "位置", "存放位置"), "应急物资室"),
            Column("keeper", ("负责人",), "李管理", shown=False),
            Column("checked_on", ("检查日期",), "2026-11-01"),
            Column("expires_on", ("有效期", "到期日期"), "2028-11-01"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("物资", ("name", "kind", "quantity", "measure", "place", "keeper")),
            Group("检查和期限", ("checked_on", "expires_on", "note")),
        ),
        filters=("kind", "place"),
        expiries=(Expiry("expires_on", "store_warn_days"),),
        search=("name", "place", "keeper"),
        bulk=("checked_on", "expires_on", "keeper"),
        facets=("kind",),
    )
)
