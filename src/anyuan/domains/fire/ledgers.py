"""The registers of fire safety: equipment, and the members of the micro fire station."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from anyuan.domains.fire.models import (
    Building,
    EscapeWay,
    FireFacility,
    KeyPart,
    StationGear,
    StationMember,
    WayKind,
)
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Expiry, Flag, Group, Ledger, Related, Setting


def check_facility(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    made = facts["made_on"]
    return {
        name: "不能早于生产日期。"
        for name in ("expires_on", "test_due_on", "checked_on")
        if made and facts[name] and facts[name] < made
    }


def check_way(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """A fire lane is as wide and as high as the code asks (GB 50016)."""
    if facts["kind"] != WayKind.LANE:
        return {}
    least = {"width": "fire_lane_width_m", "height": "fire_lane_height_m"}
    return {
        name: f"消防车通道应不小于 {setting.numbers[number].normalize():f} 米；确实不够的，请在备注里写明情况。"
        for name, number in least.items()
        if facts[name] is not None and facts[name] < setting.numbers[number] and not facts["note"]
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
declare(
    Ledger(
        key="fire_building",
        title="消防建筑",
        icon="building-skyscraper",
        model=Building,
        key_fields=("name",),
        title_fields=("name", "use"),
        columns=(
            Column("name", ("楼名", "建筑"), "一号教学楼"),
            Column("use", ("使用性质",), "教学"),
            Column("storeys", ("层数",), "5", width=8),
            Column("height", ("建筑高度",), "19.8", width=10),
            Column("high_rise", ("是否高层",), "否", width=8),
            Column("exits", ("安全出口",), "2", width=8),
            Column("stairs", ("楼梯",), "2", shown=False, width=8),
            Column("alarm_system", ("自动报警",), "是", width=10),
            Column("sprinklers", ("喷淋",), "否", shown=False, width=10),
            Column("service_until", ("消防检测到期",), "2027-06-30"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("建筑", ("name", "use", "storeys", "height", "high_rise")),
            Group("疏散和设施", ("exits", "stairs", "alarm_system", "sprinklers", "service_until", "note")),
        ),
        filters=("high_rise",),
        flags=(Flag("exits", "安全出口不足两个", Q(exits__lt=2)),),
        expiries=(Expiry("service_until", "fire_facility_warn_days"),),
        search=("name", "use"),
        bulk=("service_until",),
    )
)  # fmt: skip
declare(
    Ledger(
        key="escape_way",
        title="生命通道",
        icon="run",
        model=EscapeWay,
        key_fields=("name",),
        title_fields=("name", "place"),
        columns=(
            Column("name", ("通道名称",), "东门消防车通道"),
            Column("kind", ("通道种类", "类型"), "消防车通道"),
            Column("place", ("地点",), "东门至食堂", width=20),
            Column("width", ("净宽", "宽度"), "4.2", width=8),
            Column("height", ("净高", "高度"), "4.5", shown=False, width=8),
            Column("marked", ("标线标识",), "是", width=10),
            Column("state", ("是否畅通",), "畅通"),
            Column("checked_on", ("检查日期",), "2026-11-01"),
            Column("keeper", ("负责人",), "李老师", shown=False),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("通道", ("name", "kind", "place", "width", "height", "marked", "keeper")),
            Group("检查", ("state", "checked_on", "note")),
        ),
        filters=("kind", "state"),
        flags=(
            Flag("blocked", "占用或堵塞", Q(state="blocked")),
            Flag("unmarked", "没有标识", Q(marked=False)),
        ),
        search=("name", "place", "keeper"),
        bulk=("marked", "keeper"),
        facets=("kind", "state"),
        labels=True,
        numbers=("fire_lane_width_m", "fire_lane_height_m"),
        check=check_way,
    )
)
declare(
    Ledger(
        key="fire_key_part",
        title="消防重点部位",
        icon="flame",
        model=KeyPart,
        key_fields=("name",),
        title_fields=("name", "place"),
        columns=(
            Column("name", ("部位名称", "重点部位"), "食堂操作间"),
            Column("place", ("地点",), "食堂一层"),
            Column("why", ("火灾危险性",), "燃气、油烟管道", width=24),
            Column("keeper", ("负责人",), "王师傅"),
            Column("measures", ("管理措施",), "班后断电断气，每季清洗油烟管道", width=30),
            Column("signed", ("标志",), "是", width=10),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(Group("部位", ("name", "place", "why", "keeper", "measures", "signed", "note")),),
        flags=(Flag("unsigned", "没有标志", Q(signed=False)),),
        search=("name", "place", "keeper"),
        bulk=("keeper", "signed"),
        labels=True,
    )
)
declare(
    Ledger(
        key="station_gear",
        title="微型消防站器材",
        icon="helmet",
        model=StationGear,
        key_fields=("kind", "place"),
        title_fields=("kind", "place"),
        columns=(
            Column("kind", ("器材名称", "名称"), "水带"),
            Column("place", ("地点", "位置"), "门卫室消防柜"),
            Column("quantity", (), "2", width=8),
            Column("checked_on", ("检查日期",), "2026-11-01"),
            Column("expires_on", ("有效期", "到期日期"), "2029-11-01"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(Group("器材", ("kind", "place", "quantity", "checked_on", "expires_on", "note")),),
        filters=("kind",),
        expiries=(Expiry("expires_on", "fire_facility_warn_days"),),
        search=("kind", "place"),
        bulk=("checked_on", "expires_on"),
        facets=("kind",),
    )
)
