"""A person who writes a pack reads each mistake with its file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import anyuan
from anyuan.engines.obligations.packs.check import check_files, check_folder, checked_pack
from anyuan.engines.obligations.packs.kinds import FIRST_KINDS
from anyuan.engines.obligations.packs.load import PackMistakes, folder_files, load_pack

SMALL = {
    "pack.yaml": """\
key: small_2020
title: 小小要点
city: 某市
year: 2020
valid_from: 2020-01-01
documents:
  - {key: seed, title: 某文件}
""",
    "points.yaml": """\
sections:
  - number: 1
    title: 第一部分
    points:
      - {number: 1, title: 要点一, summary: 做好一件事。, measures: [做好]}
""",
    "topics.yaml": """\
topics:
  - {slug: meeting, title: 会议, point: 1, hint: 写清议题。}
""",
    "calendar.yaml": """\
autumn: {starts: 09-01, ends: 01-20}
spring: {starts: 02-17, ends: 06-30}
school_years: [2019/20, 2020/21]
""",
    "numbers.yaml": """\
numbers:
  - key: drills
    title: 演练次数
    value: 1
    unit: 次
    source: {doc: seed, certainty: seed}
""",
    "rules/one.yaml": """\
rules:
  - key: drill_quarter
    point: 1
    title: 每季度演练
    advice: 练一次。
    who: site
    kind: drill
    period: quarter
    source: {doc: seed, certainty: seed}
""",
}
RULE_LINES = len(SMALL["rules/one.yaml"].splitlines())


def mistakes(**changed: str | bytes | None) -> list[str]:
    """The mistakes of the small pack with some files replaced (None: taken away)."""
    files: dict[str, bytes] = {name: text.encode() for name, text in SMALL.items()}
    for name, text in changed.items():
        path = {"rules": "rules/one.yaml"}.get(name, f"{name}.yaml")
        if text is None:
            del files[path]
        else:
            files[path] = text.encode() if isinstance(text, str) else text
    return [str(problem) for problem in check_files(files, FIRST_KINDS)]


def rule_with(*lines: str, without: str = "") -> list[str]:
    """The mistakes of the small pack's rule with lines put to its end; the first is on line 10."""
    kept = [
        line
        for line in SMALL["rules/one.yaml"].splitlines()
        if not without or not line.strip().startswith(f"{without}:")
    ]
    return mistakes(rules="\n".join([*kept, *(f"    {line}" for line in lines)]) + "\n")


def test_a_good_pack_has_no_mistake() -> None:
    assert mistakes() == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("colour: red", "没有“colour”这一项"),
        ("count: 0", "“count”应为 1 到 10000 之间的整数"),
        ("count: 一次", "“count”应为 1 到 10000 之间的整数"),
        ("count: [1]", "“count”应为 1 到 10000 之间的整数"),
        ("enabled: maybe", "“enabled”应为 true 或 false"),
        ("ends: 2020-02-30", "“ends”应为年-月-日"),
        ("ends: 2019-12-31", "停用日期早于整套要点的启用日期"),
        ("fixed: [05-12]", "只有“period: fixed”才写固定日期"),
        ("school_days_only: true", "只有按日、按周的规则才区分上学日"),
        ("months: [2]", "没有从 2 月开始的周期"),
        ("months: [13]", "“months”应为由 1 到 12 之间的整数组成"),
        ("due: {offset_days: 90}", "到期日落在周期之外，请改为不超过 89 天"),
        ("due: {working_days: 60}", "到期日落在周期之外，请改为不超过 54 天"),
        ("due: {day: 32}", "到期日应为周期最后一个月的 1 至 31 号"),
        ("due: {day: 3, offset_days: 4}", "到期日请只写一种"),
        ("due: later", "“due”应为下列之一：end"),
        ("remind_days: [120]", "提前 120 天提醒早于周期开始"),
        ("match: {type: flying}", "“type”没有“flying”"),
        ("match: {shape: round}", "这种记录没有“shape”"),
        ("match: {type: [fire, [x]]}", "“type”应为由文字组成的列表"),
        ("where: {stages: [college]}", "没有“college”这个学段"),
        ("where: {boats: true}", "没有“boats”这一项"),
        ("scope: area", "学校和校区只看自己的记录"),
        ("numbers: [unknown]", "数值表里没有“unknown”"),
        ("escalate: [{after_days: 1, to: moon}]", "“to”应为下列之一"),
        (
            "escalate: [{after_days: 5, to: school}, {after_days: 5, to: district}]",
            "升级提醒的天数要一步比一步大",
        ),
        (
            "escalate: [{after_days: 1, to: city}, {after_days: 5, to: district}]",
            "升级提醒要一步比一步高",
        ),
    ],
)
def test_a_wrong_line_of_a_rule_is_named(line: str, expected: str) -> None:
    found = rule_with(line)
    assert len(found) == 1, found
    assert found[0].startswith(f"rules/one.yaml 第 {RULE_LINES + 1} 行：")
    assert expected in found[0]
    assert found[0].endswith("。")


@pytest.mark.parametrize(
    ("field", "line", "expected"),
    [
        ("title", "title: " + "长" * 31, "“title”应为不超过 30 个字的文字（现有 31 个字）"),
        ("title", "title:", "规则缺少“title”"),
        ("advice", "advice: ''", "“advice”应为不空的文字"),
        ("point", "point: 7", "没有第 7 点"),
        ("kind", "kind: party", "没有“party”这种记录"),
        ("who", "who: everyone", "“who”应为下列之一"),
        ("period", "period: sometimes", "“period”应为下列之一"),
        ("period", "period: fixed", "固定日期的规则要写日期"),
        ("period", "period: once", "一次性的规则要有期限"),
        ("source", "source: {doc: nowhere, certainty: seed}", "依据文件里没有“nowhere”"),
        ("source", "source: {doc: seed, certainty: sure}", "“certainty”应为下列之一"),
    ],
)
def test_a_wrong_value_is_named_at_its_line(field: str, line: str, expected: str) -> None:
    found = rule_with(line, without=field)
    assert any(
        expected in said and said.startswith(f"rules/one.yaml 第 {RULE_LINES} 行：")
        for said in found
    ), found


@pytest.mark.parametrize("field", ["point", "title", "advice", "who", "kind", "period", "source"])
def test_a_missing_field_is_named(field: str) -> None:
    assert any(f"规则缺少“{field}”" in said for said in rule_with(without=field))


def test_a_key_is_a_short_plain_name() -> None:
    changed = SMALL["rules/one.yaml"].replace("key: drill_quarter", "key: Drill-Quarter")
    (said,) = mistakes(rules=changed)
    assert said.startswith("rules/one.yaml 第 2 行：“key”应为小写字母开头")


def test_a_filing_names_its_topic() -> None:
    (said,) = rule_with("kind: filing", without="kind")
    assert "用工作记录完成的规则要写明主题" in said


def test_bad_fixed_dates_are_named() -> None:
    found = rule_with("period: fixed", "fixed: [02-29, 13-01, 05-12, 05-12]", without="period")
    assert any("“02-29”不是每年都有" in said for said in found)
    assert any("“13-01”不是每年都有" in said for said in found)
    assert any("固定日期有重复" in said for said in found)


def test_an_unknown_topic_is_named() -> None:
    found = rule_with("kind: filing", "match: {topic: dance}", without="kind")
    assert ["工作记录主题里没有“dance”" in said for said in found] == [True]


def test_duties_of_the_bureau_have_no_school_conditions() -> None:
    found = rule_with("who: city", "where: {boarding: true}", without="who")
    assert ["不能按学校情况筛选" in said for said in found] == [True]


def test_escalation_never_goes_down() -> None:
    found = rule_with("who: district", "escalate: [{after_days: 1, to: school}]", without="who")
    assert ["不能发给下级" in said for said in found] == [True]


def test_a_rule_written_twice_names_the_first_line() -> None:
    twice = SMALL["rules/one.yaml"] + SMALL["rules/one.yaml"].removeprefix("rules:\n")
    assert mistakes(rules=twice) == [
        "rules/one.yaml 第 10 行：“drill_quarter”与第 2 行的重复，请改名或删去一处。"
    ]


def test_a_field_written_twice_is_named() -> None:
    assert rule_with("who: school") == [
        f"rules/one.yaml 第 {RULE_LINES + 1} 行：“who”写了两次，请只留一处。"
    ]


def test_a_point_without_a_rule_is_named() -> None:
    more = SMALL["points.yaml"] + "      - {number: 2, title: 二, summary: 二。, measures: [二]}\n"
    assert mistakes(points=more) == ["points.yaml 第 6 行：第 2 点“二”还没有规则，请至少写一条。"]


def test_overlapping_terms_are_named() -> None:
    calendar = SMALL["calendar.yaml"].replace("ends: 01-20", "ends: 03-20")
    assert any("学期日期有重叠" in said for said in mistakes(calendar=calendar))


def test_a_missing_file_and_a_misnamed_one_are_named() -> None:
    files = {name: text.encode() for name, text in SMALL.items()}
    files["number.yaml"] = files.pop("numbers.yaml")
    found = [str(problem) for problem in check_files(files, FIRST_KINDS)]
    assert "numbers.yaml：缺少这个文件，请补上。" in found
    assert "number.yaml：不认识这个文件，请改名（扩展名用 .yaml）或移走。" in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rules:\n  - key: [a\n", "写法不合 YAML 规则"),
        ("rules:\n\t- key: a\n", "制表符"),
        ("", "文件是空的"),
        ("- a\n", "文件应写成“名称: 内容”的形式"),
        ("a: &x 1\nb: *x\n", "请不要使用 & 和 * 引用"),
        ("a: 1\n---\nb: 2\n", "一个文件只能有一份内容"),
        ("[" * 100 + "]" * 100, "层次超过"),
        ("? [a]\n: b\n", "冒号前面只能是一个名称"),
        ("规则".encode("gb18030"), "文字编码不是 UTF-8"),
        (b"a: \x00\n", "请"),
    ],
)
def test_a_broken_file_is_named(text: str | bytes, expected: str) -> None:
    assert any(
        said.startswith("rules/one.yaml") and expected in said for said in mistakes(rules=text)
    )


def test_huge_files_and_alias_bombs_are_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert any("引用" in said for said in mistakes(rules=bomb))
    assert any("文件超过 512 KB" in said for said in mistakes(rules="x: y\n" * 5_000_000))


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from([name.removesuffix(".yaml") for name in SMALL]),
    content=st.text(max_size=300) | st.binary(max_size=300),
)
def test_no_content_of_a_file_breaks_the_check(name: str, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    files = {key: text.encode() for key, text in SMALL.items()} | {f"{name}.yaml": data}
    assert all(problem.sentence for problem in check_files(files, FIRST_KINDS))


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(SMALL)),
    spot=st.integers(0, 400),
    length=st.integers(0, 20),
    put=st.sampled_from(
        ["", "[", "{", "- ", ": ", "\n", "~", "9" * 30, "2020-13-40", "'", "!!int x"]
    )
    | st.text(max_size=5),
)
def test_a_damaged_good_file_never_breaks_the_check(
    name: str, spot: int, length: int, put: str
) -> None:
    text = SMALL[name]
    damaged = text[:spot] + put + text[spot + length :]
    files = {key: value.encode() for key, value in SMALL.items()}
    files[name] = damaged.encode("utf-8", "surrogatepass")
    check_files(files, FIRST_KINDS)


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    (problem,) = check_folder(tmp_path / "nothing", FIRST_KINDS)
    assert "打不开" in problem.sentence


def test_a_pack_with_mistakes_is_not_loaded(tmp_path: Path) -> None:
    for name, text in SMALL.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("count: 1", "count: 0"), encoding="utf-8")
    assert checked_pack(tmp_path / "pack.yaml", FIRST_KINDS).key == "small_2020"
    (tmp_path / "points.yaml").write_text("sections: nothing\n", encoding="utf-8")
    with pytest.raises(PackMistakes, match=r"points\.yaml 第 1 行"):
        checked_pack(tmp_path, FIRST_KINDS)
    with pytest.raises(PackMistakes):
        load_pack(tmp_path)


def test_the_reader_leaves_the_checklists_of_another_engine_alone() -> None:
    names = folder_files(Path(anyuan.__file__).parent / "packs" / "changzhou_2020")
    assert names
    assert not [name for name in names if name.startswith("checklists")]
