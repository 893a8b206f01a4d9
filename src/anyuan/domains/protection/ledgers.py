"""The registers of points 6 and 12."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from anyuan.domains.protection.models import Device, Employer, Gear, Guard, PatrolPoint
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Deed, Expiry, Flag, Group, Ledger, Related, Setting
from anyuan.org.permissions import Permission

YEAR_DAYS = 365.25


def check_guard(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """A guard is of age (保安服务管理条例), a company's guard has a company, days do not run backwards."""
    wrong = {}
    born: datetime.date = facts["born_on"]
    youngest = int(setting.numbers["guard_age_min"])
    if (setting.today - born).days < youngest * YEAR_DAYS:
        wrong["born_on"] = f"保安员须年满 {youngest} 周岁，请核对出生日期。"
    if facts["employer"] == Employer.COMPANY and not facts["company"]:
        wrong["company"] = "请填写派驻的保安公司；学校自行招用的，请把用工方式改为“学校自行招用”。"
    for last, until in (("checked_on", "check_until"), ("health_on", "health_until"), ("trained_on", "training_until")):  # fmt: skip
        if facts[last] and facts[until] and facts[until] < facts[last]:
            wrong[until] = "期限不能早于上一次的日期。"
    return wrong


def check_gear(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    if facts["made_on"] and facts["expires_on"] and facts["expires_on"] < facts["made_on"]:
        return {"expires_on": "有效期不能早于生产日期。"}
    return {}


declare(
    Ledger(
        key="guard",
        title="保安员",
        icon="shield-half",
        model=Guard,
        key_fields=("name", "born_on"),
        title_fields=("name", "post"),
        columns=(
            Column("name", ("保安姓名",), "张卫国"),
            Column("sex", (), "男", shown=False, width=8),
            Column("born_on", ("出生年月日", "生日"), "1985-06-01", shown=False),
            Column("phone", ("联系电话", "电话", "手机"), "13800000000", shown=False),
            Column("employer", ("用工形式", "聘用方式"), "保安公司派驻", shown=False),
            Column("company", ("派驻公司", "所属公司", "保安服务公司"), "常州某保安服务有限公司", width=24),
            Column("contract_until", ("合同期限", "合同截止日期"), "2027-08-31", shown=False),
            Column("post", ("值守岗位",), "大门"),
            Column("shift", (), "白班", shown=False),
            Column("status", ("在岗状态",), "在岗"),
            Column("certificate_no", ("证号", "证书编号", "保安证号"), "苏常20200001", width=20),
            Column("certified_on", ("发证时间",), "2020-09-01", shown=False),
            Column("checked_on", ("背景审查日期", "查询日期"), "2026-08-20", shown=False),
            Column("check_until", ("下次查询日期", "背景审查期限"), "2027-08-20"),
            Column("health_on", ("健康检查日期",), "2026-08-15", shown=False),
            Column("health_until", ("健康证有效期", "健康检查有效期"), "2027-08-15"),
            Column("trained_on", ("培训日期",), "2026-09-05", shown=False),
            Column("training_until", ("培训到期日",), "2027-02-28"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("本人", ("name", "sex", "born_on", "phone")),
            Group("岗位", ("post", "shift", "status", "employer", "company", "contract_until")),
            Group("保安员证", ("certificate_no", "certified_on")),
            Group("入职查询", ("checked_on", "check_until")),
            Group("体检和培训", ("health_on", "health_until", "trained_on", "training_until", "note")),
        ),
        filters=("post", "status", "employer", "company"),
        flags=(
            Flag("uncertified", "没有保安员证", Q(certificate_no="")),
            Flag("unchecked", "没有入职查询", Q(checked_on__isnull=True)),
        ),
        expiries=(
            Expiry("check_until", "guard_warn_days"),
            Expiry("health_until", "guard_warn_days"),
            Expiry("training_until", "guard_warn_days"),
            Expiry("contract_until", "guard_warn_days"),
        ),
        search=("name", "company", "certificate_no"),
        bulk=("company", "post", "shift", "status", "contract_until", "checked_on", "check_until",
              "health_on", "health_until", "trained_on", "training_until"),
        facets=("post", "status"),
        related=(Related("同一岗位的保安员", "guard", ("post",)),),
        numbers=("guard_age_min",),
        check=check_guard,
    )
)  # fmt: skip
declare(
    Ledger(
        key="gear",
        title="防护器材",
        icon="shield-check",
        model=Gear,
        key_fields=("kind", "place"),
        title_fields=("kind", "place"),
        columns=(
            Column("kind", ("器材名称", "名称", "种类"), "防暴头盔", width=16),
            Column("place", ("存放地点", "地点", "位置"), "东门门卫室", width=18),
            Column("quantity", ("数量", "现有数量"), "2", width=10),
            Column("standard", ("应配数量", "配备标准"), "2", width=10),
            Column("model", ("型号", "规格型号"), "", shown=False),
            Column("made_on", (), "2024-05-01", shown=False),
            Column("expires_on", ("到期日期", "有效期"), "2027-05-01"),
            Column("checked_on", ("检查日期",), "2026-09-01"),
            Column("keeper", ("责任人",), "张卫国"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("器材", ("kind", "place", "quantity", "standard", "model")),
            Group("保管和期限", ("keeper", "made_on", "expires_on", "checked_on", "note")),
        ),
        filters=("kind", "place"),
        flags=(Flag("short", "数量不足", Q(quantity__lt=F("standard"))),),
        expiries=(Expiry("expires_on", "gear_warn_days"),),
        search=("kind", "place", "model", "keeper"),
        bulk=("quantity", "standard", "checked_on", "expires_on", "keeper"),
        facets=("kind",),
        related=(Related("同一位置的器材", "gear", ("place",)),),
        labels=True,
        check=check_gear,
    )
)
declare(
    Ledger(
        key="device",
        title="安防设备",
        icon="device-cctv",
        model=Device,
        key_fields=("number",),
        title_fields=("number", "type", "place"),
        columns=(
            Column("number", ("设备编号",), "SX-001", width=12),
            Column("type", ("设备类别", "种类", "设备名称"), "摄像机"),
            Column("place", ("位置", "地点", "安装地点"), "东门外侧", width=20),
            Column("state", ("运行状态",), "正常使用"),
            Column("brand", ("品牌", "型号"), "", shown=False, width=20),
            Column("installed_on", ("启用日期",), "2024-08-20", shown=False),
            Column("linked", ("是否联网", "联网"), "是", width=10),
            Column("days_kept", ("保存天数",), "90", width=10),
            Column("days_required", ("应保存天数",), "30", shown=False, width=10),
            Column("tested_on", ("测试日期",), "2026-09-01", shown=False),
            Column("service_due_on", ("维保到期日",), "2026-12-31"),
            Column("warranty_until", ("质保期至",), "2027-08-20", shown=False),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("设备", ("number", "type", "place", "state", "brand", "installed_on")),
            Group("联网和录像", ("linked", "days_kept", "days_required")),
            Group("测试和维保", ("tested_on", "service_due_on", "warranty_until", "note")),
        ),
        filters=("type", "state", "linked", "place"),
        flags=(
            Flag("faulty", "有故障", Q(state__in=["fault", "repairing"])),
            Flag("days", "保存天数不足", Q(days_kept__lt=F("days_required"))),
            Flag("unlinked", "一键报警未联网", Q(type="alarm", linked=False)),
        ),
        expiries=(
            Expiry("service_due_on", "device_warn_days"),
            Expiry("warranty_until", "device_warn_days"),
        ),
        search=("number", "type", "place", "brand"),
        bulk=("state", "linked", "days_kept", "days_required", "tested_on", "service_due_on", "warranty_until"),
        facets=("type", "state"),
        related=(Related("同一位置的设备", "device", ("place",)),),
        labels=True,
        deeds=(
            Deed("报修", "tool", Permission.SECURITY_REPORT,
                 lambda row: f"{reverse('protection:fault_new')}?device={row.pk}&unit={row.unit_id}"),
        ),
    )
)  # fmt: skip
declare(
    Ledger(
        key="patrol_point",
        title="巡查点",
        icon="route",
        model=PatrolPoint,
        key_fields=("number",),
        title_fields=("number", "place"),
        columns=(
            Column("number", ("巡查点编号", "点位编号"), "XC-01", width=12),
            Column("place", ("地点", "部位", "重点部位"), "教学楼北侧", width=20),
            Column("look", ("巡查内容", "检查内容"), "门窗、可疑人员、消防通道", width=30),
            Column("order", ("巡查顺序",), "1", width=8),
            Column("at_night", ("是否夜间巡查",), "是", width=10),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(Group("巡查点", ("number", "place", "look", "order", "at_night", "note")),),
        filters=("at_night",),
        search=("number", "place", "look"),
        bulk=("look", "at_night"),
        labels=True,
        deeds=(
            Deed("到了，打卡", "map-pin-check", Permission.SECURITY_REPORT,
                 lambda row: f"{reverse('protection:patrol_new')}?unit={row.unit_id}&at={row.pk}"),
        ),
    )
)  # fmt: skip
