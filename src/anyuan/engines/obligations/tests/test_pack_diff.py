"""Two packs side by side: what a bureau reads before it loads a changed pack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import anyuan
from anyuan.engines.obligations.packs.diff import compare
from anyuan.engines.obligations.packs.load import load_pack
from anyuan.engines.obligations.packs.spec import Due, Escalation, Pack, Rule, Where
from anyuan.engines.obligations.packs.words import field_words, how_often, rule_fields


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(anyuan.__file__).parent / "packs" / "changzhou_2020")


def with_rules(pack: Pack, *rules: Rule) -> Pack:
    return replace(pack, rules=rules)


def test_a_pack_does_not_differ_from_itself(pack: Pack) -> None:
    diff = compare(pack, pack)
    assert not diff
    assert diff.lines() == ["规则没有变化。"]


def test_the_first_pack_is_all_new(pack: Pack) -> None:
    diff = compare(None, pack)
    assert diff.added == pack.rules
    assert diff.ended == diff.changed == ()


def test_added_and_ended_rules_are_told_apart(pack: Pack) -> None:
    first, second, third, *_ = pack.rules
    diff = compare(with_rules(pack, first, second), with_rules(pack, second, third))
    assert (diff.added, diff.ended, diff.changed) == ((third,), (first,), ())
    assert diff.lines()[0].startswith("新增：")
    assert diff.lines()[1] == f"停用：第 {first.point} 点 {first.title}"


def test_a_changed_rule_says_each_field_before_and_after(pack: Pack) -> None:
    rule = pack.rule("p08_drill_quarter")
    changed = replace(
        rule,
        count=2,
        due=Due("day", 25, "next_working_day"),
        where=Where(stages=("primary", "junior"), boarding=True, min_pupils=100),
        escalate=(Escalation(5, "district"),),
        enabled=False,
    )
    (change,) = compare(with_rules(pack, rule), with_rules(pack, changed)).changed
    said = {field.label: (field.before, field.after) for field in change.fields}
    assert said == {
        "适用条件": ("全部", "小学或初中、寄宿制、学生不少于 100 人"),
        "次数": ("1", "2"),
        "到期日": ("周期最后一天", "周期最后一个月的 25 日，逢休息日顺延"),
        "超期提醒": (
            "超期 1 天报学校、超期 7 天报辖市区、超期 15 天报市教育局",
            "超期 5 天报辖市区",
        ),
        "启用": ("是", "否"),
    }
    assert change.touches_duties


def test_new_wording_alone_touches_no_duty(pack: Pack) -> None:
    rule = pack.rules[0]
    (change,) = compare(
        with_rules(pack, rule), with_rules(pack, replace(rule, advice="换一种说法。"))
    ).changed
    assert not change.touches_duties


def test_every_field_of_every_rule_can_be_said(pack: Pack) -> None:
    for rule in pack.rules:
        assert how_often(rule)
        assert all(field_words(rule, name) for name in rule_fields())
