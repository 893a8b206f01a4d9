"""The kinds of record that rules match."""

from __future__ import annotations

from anyuan.core.kinds import RecordKind, declare

declare(
    RecordKind(
        key="way_check",
        label="生命通道检查",
        icon="run",
        url_name="fire:way_check",
        facets={"result": {"clear": "畅通", "blocked": "占用或堵塞"}},
        new_url_name="fire:way_new",
    )
)
declare(
    RecordKind(
        key="station_test",
        label="微型消防站训练",
        icon="helmet",
        url_name="fire:station_test",
        facets={"arrived": {"in_time": "按时到位", "late": "超时"}},
        new_url_name="fire:station_new",
    )
)
declare(
    RecordKind(
        key="electric_round",
        label="电气安全检查",
        icon="bolt",
        url_name="fire:electric",
        facets={},
        new_url_name="fire:electric_new",
    )
)
declare(
    RecordKind(
        key="hot_work",
        label="动火作业",
        icon="flame",
        url_name="fire:hot_work",
        facets={},
        new_url_name="fire:hot_work_new",
    )
)
