"""The four registers of school buses."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from anyuan.domains.schoolbus.models import Bus, BusAttendant, BusDriver, BusKind, BusOperator
from anyuan.engines.ledgers.registry import declare
from anyuan.engines.ledgers.spec import Column, Expiry, Flag, Group, Ledger, Setting

LONGEST_MONTH = 31


def check_bus(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """No more seats than the standard allows; an inspection holds for half a year at most."""
    wrong = {}
    kindergarten = facts["kind"] == BusKind.KINDERGARTEN
    most = int(setting.numbers["bus_seats_kindergarten" if kindergarten else "bus_seats_school"])
    if facts["seats"] > most and facts["kind"] != BusKind.OTHER:
        wrong["seats"] = f"这种车型最多核载 {most} 人，请按行驶证核对。"
    done: datetime.date | None = facts["inspected_on"]
    until: datetime.date | None = facts["inspection_until"]
    if done and done > setting.today:
        wrong["inspected_on"] = "检验日期不能晚于今天。"
    if done and until:
        months = int(setting.numbers["bus_inspection_months"])
        if until < done:
            wrong["inspection_until"] = "检验有效期不能早于检验日期。"
        elif (until - done).days > months * LONGEST_MONTH:
            wrong["inspection_until"] = f"校车每 {months} 个月检验一次，请核对有效期。"
    return wrong


def check_driver(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    """Days in an order that can be; whether the driver may drive is asked for each trip."""
    born: datetime.date = facts["born_on"]
    wrong = {
        name: "不能早于出生日期。"
        for name in ("licensed_on", "qualified_on")
        if facts[name] and facts[name] <= born
    }
    if born > setting.today:
        wrong["born_on"] = "出生日期不能晚于今天。"
    return wrong


def check_attendant(facts: Mapping[str, Any], setting: Setting) -> dict[str, str]:
    if facts["trained_on"] and facts["training_until"] and facts["training_until"] < facts["trained_on"]:  # fmt: skip
        return {"training_until": "有效期不能早于培训日期。"}
    return {}


declare(
    Ledger(
        key="bus_operator",
        title="校车运营单位",
        icon="building-store",
        model=BusOperator,
        key_fields=("name",),
        title_fields=("name",),
        columns=(
            Column("name", ("单位名称", "公司名称"), "常州某校车服务有限公司", width=26),
            Column("kind", ("单位类型",), "校车公司"),
            Column("contact", ("负责人",), "王经理"),
            Column("phone", ("手机号", "电话"), "13800000000", shown=False),
            Column("licence_no", ("经营许可证号",), "苏交运管许可0001", shown=False, width=24),
            Column("licence_until", ("经营许可证有效期",), "2028-06-30"),
            Column("contract_until", ("合同到期日", "合同期限"), "2027-08-31"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("单位", ("name", "kind", "contact", "phone")),
            Group("许可和合同", ("licence_no", "licence_until", "contract_until", "note")),
        ),
        filters=("kind",),
        expiries=(
            Expiry("licence_until", "bus_warn_days"),
            Expiry("contract_until", "bus_warn_days"),
        ),
        search=("name", "contact"),
        bulk=("contract_until", "licence_until"),
    )
)
declare(
    Ledger(
        key="bus",
        title="校车",
        icon="bus",
        model=Bus,
        key_fields=("plate",),
        title_fields=("plate", "kind"),
        columns=(
            Column("plate", ("号牌号码", "车牌", "车牌号码"), "苏D00001", width=12),
            Column("kind", ("校车类型", "车辆类型"), "小学生专用校车", width=18),
            Column("seats", ("座位数", "核定载客"), "36", width=10),
            Column("state", ("车辆状态",), "在用"),
            Column("operator", ("运营公司", "所属公司"), "常州某校车服务有限公司", shown=False, width=26),
            Column("frame_no", ("车架号",), "", shown=False, width=20),
            Column("registered_on", ("登记日期",), "2022-08-01", shown=False),
            Column("permit_no", ("标牌号", "许可证号"), "苏校标0001", shown=False, width=16),
            Column("permit_until", ("许可有效期", "标牌有效期"), "2027-08-31"),
            Column("inspected_on", ("检验日期",), "2026-08-10", shown=False),
            Column("inspection_until", ("检验到期日",), "2027-02-10"),
            Column("compulsory_until", ("交强险有效期",), "2027-07-31", shown=False),
            Column("insurance_until", ("承运人责任险有效期", "保险到期日"), "2027-07-31"),
            Column("gps_no", ("GPS编号", "定位终端编号"), "GPS-0001", shown=False),
            Column("extinguisher_until", ("灭火器到期日",), "2027-12-31", shown=False),
            Column("scrap_on", ("报废日期",), "2034-08-01", shown=False),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("车辆", ("plate", "kind", "seats", "state", "operator", "frame_no", "registered_on", "scrap_on")),
            Group("许可", ("permit_no", "permit_until")),
            Group("检验", ("inspected_on", "inspection_until")),
            Group("保险", ("compulsory_until", "insurance_until")),
            Group("设备", ("gps_no", "extinguisher_until", "note")),
        ),
        filters=("kind", "state", "operator"),
        flags=(
            Flag("unlicensed", "没有使用许可", Q(permit_no="") | Q(permit_until__isnull=True)),
            Flag("uninspected", "没有检验记录", Q(inspection_until__isnull=True)),
            Flag("uninsured", "没有承运人责任险", Q(insurance_until__isnull=True)),
            Flag("unlocated", "没有定位设备", Q(gps_no="")),
        ),
        expiries=tuple(
            Expiry(name, "bus_warn_days")
            for name in ("permit_until", "inspection_until", "compulsory_until", "insurance_until",
                         "extinguisher_until", "scrap_on")
        ),
        search=("plate", "operator", "permit_no", "gps_no"),
        bulk=("state", "operator", "inspected_on", "inspection_until", "compulsory_until", "insurance_until",
              "permit_until", "extinguisher_until"),
        facets=("kind", "state"),
        labels=True,
        numbers=("bus_seats_kindergarten", "bus_seats_school", "bus_inspection_months"),
        check=check_bus,
    )
)  # fmt: skip
declare(
    Ledger(
        key="bus_driver",
        title="校车驾驶人",
        icon="steering-wheel",
        model=BusDriver,
        key_fields=("name", "born_on"),
        title_fields=("name", "licence_class"),
        columns=(
            Column("name", ("驾驶员姓名", "驾驶人", "驾驶员"), "李师傅"),
            Column("born_on", ("出生年月日", "生日"), "1982-05-01", shown=False),
            Column("phone", ("联系电话", "电话", "手机"), "13800000000", shown=False),
            Column("state", ("在岗状态",), "在岗"),
            Column(
                "operator",
                ("运营公司", "所属公司"),
                "常州某校车服务有限公司",
                shown=False,
                width=26,
            ),
            Column("licence_class", ("驾照类型", "驾驶证类型"), "A1 大型客车"),
            Column("licensed_on", ("初次领证日期",), "2015-05-01", shown=False),
            Column("licence_until", ("驾驶证到期日",), "2030-05-01", shown=False),
            Column("qualified_on", ("校车资格日期", "资格签注日期"), "2022-08-01", shown=False),
            Column("review_until", ("审验有效期", "年审到期日"), "2027-05-01"),
            Column("checked_on", ("背景审查日期", "查询日期"), "2026-08-20", shown=False),
            Column("check_until", ("背景审查期限",), "2027-08-20"),
            Column("health_until", ("体检到期日",), "2027-08-15"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("本人", ("name", "born_on", "phone", "state", "operator")),
            Group("驾驶证", ("licence_class", "licensed_on", "licence_until")),
            Group("校车驾驶资格", ("qualified_on", "review_until")),
            Group("查询和体检", ("checked_on", "check_until", "health_until", "note")),
        ),
        filters=("state", "licence_class", "operator"),
        flags=(
            Flag("unqualified", "没有校车驾驶资格", Q(qualified_on__isnull=True)),
            Flag("unchecked", "没有违法犯罪记录查询", Q(checked_on__isnull=True)),
        ),
        expiries=tuple(
            Expiry(name, "bus_warn_days")
            for name in ("licence_until", "review_until", "check_until", "health_until")
        ),
        search=("name", "operator"),
        bulk=("state", "operator", "review_until", "checked_on", "check_until", "health_until"),
        facets=("state",),
        check=check_driver,
    )
)
declare(
    Ledger(
        key="bus_attendant",
        title="照管员",
        icon="user-heart",
        model=BusAttendant,
        key_fields=("name",),
        title_fields=("name",),
        columns=(
            Column("name", ("照管人员", "随车照管员", "随车照管人员"), "周老师"),
            Column("phone", ("联系电话", "电话", "手机"), "13800000000", shown=False),
            Column("state", ("在岗状态",), "在岗"),
            Column("employer", ("所属公司",), "本校", shown=False, width=24),
            Column("account", ("账号",), "", shown=False),
            Column("trained_on", ("培训日期",), "2026-08-28", shown=False),
            Column("training_until", ("培训到期日",), "2027-08-28"),
            Column("check_until", ("查询期限", "背景审查期限"), "2027-08-20"),
            Column("health_until", ("体检到期日", "健康证有效期"), "2027-08-15"),
            Column("note", (), "", shown=False, width=24),
        ),
        groups=(
            Group("本人", ("name", "phone", "state", "employer", "account")),
            Group("培训、查询和体检", ("trained_on", "training_until", "check_until", "health_until", "note")),
        ),
        filters=("state", "employer"),
        flags=(Flag("no_account", "没有登录账号，不能用手机点名", Q(account="")),),
        expiries=tuple(
            Expiry(name, "bus_warn_days")
            for name in ("training_until", "check_until", "health_until")
        ),
        search=("name", "employer", "account"),
        bulk=("state", "employer", "trained_on", "training_until", "check_until", "health_until"),
        facets=("state",),
        check=check_attendant,
    )
)  # fmt: skip
