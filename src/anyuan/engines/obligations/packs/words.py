"""A rule's fields in Chinese, for the page of a pack, its comparison and the list of duties."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields

from anyuan.engines.obligations.packs.spec import Due, Escalation, Rule, Source, Where

NOTHING = "无"
WHO = {"city": "市教育局", "district": "辖市区", "school": "学校", "site": "校区"}
STAGE = {
    "kindergarten": "幼儿园",
    "primary": "小学",
    "junior": "初中",
    "senior": "普通高中",
    "vocational": "中等职业学校",
    "special": "特殊教育学校",
}
PERIOD = {
    "once": "一次",
    "day": "每天",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "term": "每学期",
    "half_year": "每半年",
    "year": "每年",
    "fixed": "每年固定日期",
}
CERTAINTY = {"seed": "要点写明", "found": "公开页面", "known": "法规标准", "inferred": "建议值"}
KIND = {"drill": "演练", "inspection": "检查", "hazard": "隐患", "filing": "工作记录"}
FLAG = {
    "boarding": ("寄宿制", "非寄宿制"),
    "has_bus": ("有校车", "无校车"),
    "has_canteen": ("有食堂", "无食堂"),
    "has_lab": ("有实验室", "无实验室"),
    "high_rise": ("有高层建筑", "无高层建筑"),
    "key_fire_unit": ("消防安全重点单位", "非消防安全重点单位"),
    "public": ("公办", "民办"),
}
LABEL = {
    "point": "要点",
    "title": "名称",
    "advice": "做法",
    "who": "责任单位",
    "kind": "记录种类",
    "period": "周期",
    "source": "出处",
    "where": "适用条件",
    "match": "记录要求",
    "scope": "计入范围",
    "fixed": "固定日期",
    "window_days": "提前计入天数",
    "school_days_only": "只在上学日",
    "months": "限定月份",
    "count": "次数",
    "due": "到期日",
    "remind_days": "提前提醒",
    "escalate": "超期提醒",
    "enabled": "启用",
    "ends": "停用日期",
    "numbers": "引用数值",
}


def how_often(rule: Rule) -> str:
    """How often and how much: 每季度 1 次, or 每年 03-31、09-30."""
    if rule.period == "fixed":
        return "每年 " + "、".join(rule.fixed) + (f"，各 {rule.count} 次" if rule.count > 1 else "")
    text = f"{PERIOD[rule.period]} {rule.count} 次"
    if rule.period == "once":
        text = "一次"
    if rule.months:
        text += f"（{_many(rule.months)} 月）"
    return text + ("，仅上学日" if rule.school_days_only else "")


def where_words(where: Where) -> str:
    parts = [STAGE.get(stage, stage) for stage in where.stages]
    found = ["或".join(parts)] if parts else []
    for name, (yes, no) in FLAG.items():
        value = getattr(where, name)
        if value is not None:
            found.append(yes if value else no)
    if where.min_pupils is not None:
        found.append(f"学生不少于 {where.min_pupils} 人")
    return "、".join(found) or "全部"


def due_words(due: Due) -> str:
    text = {
        "end": "周期最后一天",
        "day": f"周期最后一个月的 {due.number} 日",
        "offset_days": f"周期开始后 {due.number} 天",
        "working_days": f"周期开始后 {due.number} 个工作日",
    }[due.way]
    return text + ("，逢休息日顺延" if due.shift == "next_working_day" else "")


def field_words(rule: Rule, name: str) -> str:
    """One field of a rule as a person reads it."""
    value = getattr(rule, name)
    return _SAY[name](value) if name in _SAY else _plain(value)


def rule_fields() -> tuple[str, ...]:
    """The fields of a rule in the order in which they are shown; the key is not one of them."""
    return tuple(field.name for field in fields(Rule) if field.name != "key")


def _many(values: Iterable[object]) -> str:
    return "、".join(map(str, values)) or NOTHING


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return _many(value)
    return NOTHING if value is None or value == "" else str(value)


def _source(source: Source) -> str:
    return " ".join(filter(None, (source.doc, source.clause, CERTAINTY[source.certainty])))


def _steps(steps: tuple[Escalation, ...]) -> str:
    return _many(f"超期 {step.after_days} 天报{WHO[step.to]}" for step in steps)


def _match(match: dict[str, tuple[str, ...]]) -> str:
    return "；".join(f"{name}：{'或'.join(values)}" for name, values in match.items()) or "不限"


_SAY: dict[str, Callable[..., str]] = {
    "who": WHO.__getitem__,
    "period": PERIOD.__getitem__,
    "kind": lambda kind: str(KIND.get(kind, kind)),
    "where": where_words,
    "match": _match,
    "due": due_words,
    "source": _source,
    "escalate": _steps,
    "scope": {"own": "本单位", "area": "所辖全部单位"}.__getitem__,
}
