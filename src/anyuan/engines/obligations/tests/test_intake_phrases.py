"""What a phrase of time proposes, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyuan.engines.obligations.intake.numerals import read_number, say_number
from anyuan.engines.obligations.intake.phrases import find_proposals


@pytest.mark.parametrize(
    ("sentence", "phrase", "period", "count"),
    [
        ("每季度不少于一次。", "每季度不少于一次", "quarter", 1),
        ("每学期至少两次检查。", "每学期至少两次", "term", 2),
        ("每学期至少开展2次应急演练。", "每学期至少开展2次", "term", 2),
        ("至少每月一次。", "至少每月一次", "month", 1),
        ("坚持每日巡查。", "每日", "day", 1),
        ("每天放学前提醒。", "每天", "day", 1),
        ("每个工作日登记。", "每个工作日", "day", 1),
        ("每周开展三次抽查。", "每周开展三次", "week", 3),
        ("每半年评估一次。", "每半年评估一次", "half_year", 1),
        ("每年培训不少于十二次。", "每年培训不少于十二次", "year", 12),
        ("全年不少于4次。", "全年不少于4次", "year", 4),
        ("一月一次例会。", "一月一次", "month", 1),
        ("按季度报送进展。", "按季度", "quarter", 1),
    ],
)
def test_a_frequency(sentence: str, phrase: str, period: str, count: int) -> None:
    (found,) = find_proposals(sentence, 2020)
    assert (found.phrase, found.period, found.count) == (phrase, period, count)


@pytest.mark.parametrize(
    ("sentence", "fixed"),
    [
        ("6月底前完成。", "06-30"),
        ("2月底前完成。", "02-28"),
        ("9月1日前报送。", "09-01"),
        ("11月9日开展活动。", "11-09"),
        ("8月前完成。", "07-31"),
        ("10月上旬检查。", "10-10"),
        ("10月下旬检查。", "10-31"),
        ("年底前总结。", "12-31"),
        ("上半年完成。", "06-30"),
        ("下半年完成。", "12-31"),
        ("第一季度完成。", "03-31"),
        ("每年3月底前签订责任书。", "03-31"),
        ("每年9月1日前备案。", "09-01"),
    ],
)
def test_a_date_that_comes_every_year(sentence: str, fixed: str) -> None:
    (found,) = find_proposals(sentence, 2020)
    assert (found.period, found.fixed) == ("fixed", (fixed,))


@pytest.mark.parametrize(
    ("sentence", "ends"),
    [
        ("2020年底前完成。", date(2020, 12, 31)),
        ("2020年6月底前完成。", date(2020, 6, 30)),
        ("2020年2月底前完成。", date(2020, 2, 29)),
        ("2021年3月15日前完成。", date(2021, 3, 15)),
    ],
)
def test_a_date_of_one_year_is_due_once(sentence: str, ends: date) -> None:
    (found,) = find_proposals(sentence, 2020)
    assert (found.period, found.ends) == ("once", ends)


@pytest.mark.parametrize(
    ("sentence", "way", "number"),
    [
        ("每月25日前上报。", "day", 25),
        ("每季度末月20日前上报。", "day", 20),
        ("开学后两周内完成。", "offset_days", 14),
        ("开学10个工作日内完成。", "working_days", 10),
    ],
)
def test_a_due_date_inside_a_period(sentence: str, way: str, number: int) -> None:
    (found,) = find_proposals(sentence, 2020)
    assert (found.due.way, found.due.number) == (way, number)


@pytest.mark.parametrize("word", ["定期", "不定期", "全年", "每两年", "汛期前", "开学前", "节前"])
def test_an_open_time_is_left_for_a_person(word: str) -> None:
    (found,) = find_proposals(f"{word}开展检查。", 2020)
    assert found.phrase == word
    assert found.note.endswith("。")
    assert found.period in {None, "fixed", "term"}
    assert found.fixed == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "落实《2020年底前三年行动每月方案》。",
        "2018年底前已建成。",
        "每位教师、每名学生都要参加。",
        "13月1日前完成。",
        "2月30日前完成。",
        "推进常态化管理。",
    ],
)
def test_nothing_is_invented(sentence: str) -> None:
    assert find_proposals(sentence, 2020) == []


@pytest.mark.parametrize(
    ("sentence", "who", "actor"),
    [
        ("各地每月排查一次。", "district", "各地"),
        ("各辖市区每月排查一次。", "district", "各辖市区"),
        ("直属学校每月排查一次。", "school", "直属学校"),
        ("学校要每月排查一次。", "school", "学校"),
        ("市教育局每月通报一次。", "city", "市教育局"),
        ("各校区每月演练一次。", "site", "各校区"),
        ("每月至少一次学校安全检查。", None, ""),
    ],
)
def test_the_actor_is_taken_from_the_sentence(sentence: str, who: str | None, actor: str) -> None:
    (found,) = find_proposals(sentence, 2020)
    assert (found.who, found.actor) == (who, actor)


def test_each_phrase_has_the_actor_before_it() -> None:
    found = find_proposals("各学校每月自查一次，市教育局每学期抽查一次。", 2020)
    assert [(one.period, one.who) for one in found] == [("month", "school"), ("term", "city")]


@given(st.integers(1, 999))
def test_numerals_are_read_as_they_are_said(number: int) -> None:
    assert read_number(say_number(number)) == number


@given(
    st.text(alphabet="每月季度学期年不少于一二两三次前底日开学0123456789，。《》各校", max_size=60)
)
def test_the_evidence_is_always_in_the_sentence(sentence: str) -> None:
    for found in find_proposals(sentence, 2020):
        assert found.sentence == sentence
        assert 0 <= found.start < found.end <= len(sentence)
        assert found.count >= 1
