"""The kinds of record that rules match: the month's round, a fault, the check against the standard, a patrol."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare

declare(
    RecordKind(
        key="security_round",
        label="安防月检",
        icon="shield-search",
        url_name="protection:round",
        facets={"alarm": {"answered": "一键报警有回应", "silent": "一键报警无回应"}},
        new_url_name="protection:round_new",
    )
)
declare(
    RecordKind(
        key="device_fault",
        label="安防故障",
        icon="tool",
        url_name="protection:fault",
        facets={},
        new_url_name="protection:fault_new",
    )
)
declare(
    RecordKind(
        key="standard_check",
        label="安防达标评估",
        icon="certificate",
        url_name="protection:check",
        facets={"result": {"met": "达标", "short": "有缺口"}},
        new_url_name="protection:standard",
    )
)
declare(
    RecordKind(
        key="patrol",
        label="巡逻",
        icon="route",
        url_name="protection:patrol",
        facets={
            "when": {"day": "白天", "night": "夜间"},
            "passed": {"all": "全部到位", "part": "有点没到"},
        },
        new_url_name="protection:patrol_new",
    )
)
