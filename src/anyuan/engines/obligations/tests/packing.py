"""A small pack for tests, with rules of every level, period and manner of counting."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from anyuan.engines.obligations.packs import spec

START = date(2020, 3, 2)
SEED = spec.Source("seed", "第8点", "seed")


def rule(key: str, **changes: Any) -> spec.Rule:
    facts: dict[str, Any] = {
        "point": 8,
        "title": f"规则 {key}",
        "advice": "按时做好并留下照片。",
        "who": "site",
        "kind": "filing",
        "period": "month",
        "source": SEED,
        "remind_days": (3,),
        "escalate": (spec.Escalation(1, "school"), spec.Escalation(7, "district")),
    }
    return spec.Rule(key=key, **{**facts, **changes})


RULES = (
    rule("month", match={"topic": ("drill",)}),
    rule("twice", match={"topic": ("drill", "lesson")}, period="quarter", count=2),
    rule("both", kind="inspection", match={"checklist": ("fire",), "by": ("self",)}),
    rule("school_term", who="school", period="term", match={"topic": ("plan",)}),
    rule("boarding", where=spec.Where(boarding=True)),
    rule("nursery", where=spec.Where(stages=("kindergarten",))),
    rule("large", where=spec.Where(min_pupils=1000)),
    rule("patrol", kind="inspection", period="day", match={"checklist": ("patrol",)},
         school_days_only=True),
    rule("letters", who="school", period="fixed", fixed=("04-30",), window_days=30, point=1,
         match={"topic": ("letters",)}),
    rule("area_spot", who="district", kind="inspection", scope="area", count=2, point=1,
         match={"by": ("district",)}),
    rule("city_meeting", who="city", period="quarter", match={"topic": ("meeting",)}, point=1),
)  # fmt: skip


def small_pack(*, rules: tuple[spec.Rule, ...] = RULES, **changes: Any) -> spec.Pack:
    pack = spec.Pack(
        key="small_2020",
        title="2020年工作要点",
        city="常州市",
        year=2020,
        valid_from=date(2020, 1, 1),
        sections=(spec.Section(1, "责任"), spec.Section(3, "常规")),
        points=(
            spec.Point(1, 1, "加强领导责任", "概要", ("签订责任书",)),
            spec.Point(8, 3, "加强演练", "概要", ("每季度演练",)),
        ),
        rules=rules,
        topics=(
            spec.Topic("drill", "演练", 8, "附照片", (spec.Ask("people", "人数", "人", True),)),
            spec.Topic("lesson", "安全课", 8, "附照片"),
            spec.Topic("plan", "工作计划", 8, "附文件"),
            spec.Topic("letters", "责任书", 1, "附照片"),
            spec.Topic("meeting", "会议", 1, "附纪要"),
        ),
        calendar=spec.Calendar(
            terms=(
                spec.Term("2019/20", "spring", date(2020, 2, 17), date(2020, 6, 30)),
                spec.Term("2020/21", "autumn", date(2020, 9, 1), date(2021, 1, 25)),
            )
        ),
        numbers=(spec.Number("duties_ahead_days", "提前生成任务", 40, "天", SEED),),
        documents=(spec.Document("seed", "2020年常州市学校安全工作要点"),),
    )
    return dataclasses.replace(pack, **changes)
