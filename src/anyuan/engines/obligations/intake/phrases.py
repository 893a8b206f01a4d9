"""Phrases of time and frequency in a sentence, as proposals; the words themselves are the evidence."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from anyuan.engines.obligations.intake.actors import with_actor
from anyuan.engines.obligations.intake.model import Proposal
from anyuan.engines.obligations.intake.numerals import CHINESE, read_number
from anyuan.engines.obligations.packs.spec import Due

_NUMBER = rf"(?:{CHINESE}+|[0-9]{{1,3}})"
_UNIT = "工作日|星期|季度|学期|学年|半年|日|天|周|月|季|年"
_PERIOD = {
    "工作日": "day",
    "日": "day",
    "天": "day",
    "周": "week",
    "星期": "week",
    "月": "month",
    "季": "quarter",
    "季度": "quarter",
    "学期": "term",
    "半年": "half_year",
    "年": "year",
    "学年": "year",
}
_TIMES = "次|场|期|轮|遍|回|课时|节课"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
# A sentence with more phrases of time than this is no sentence a person wrote.
MAX_PROPOSALS = 30
Maker = Callable[[re.Match[str], int], Proposal | None]


def find_proposals(sentence: str, year: int) -> list[Proposal]:
    """All proposals of one sentence in order, each with the actor that the sentence names.

    Words inside 《…》 are names of documents and never a time. `year`: of the work points, for
    dates that name a year. A longer phrase wins over a shorter one at the same place.
    """
    hidden = re.sub("《[^》]*》?", lambda name: "＿" * len(name[0]), sentence)
    found: list[Proposal] = []
    taken = [False] * len(hidden)
    for pattern, make in _MAKERS:
        for match in pattern.finditer(hidden):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            # A date that makes no sense or has gone by is not read again as a shorter phrase.
            taken[start:end] = [True] * (end - start)
            made = make(match, year)
            if made is not None:
                found.append(replace(made, sentence=sentence, start=start, end=end))
    found.sort(key=lambda proposal: proposal.start)
    return [with_actor(proposal) for proposal in _without_repeats(found[:MAX_PROPOSALS])]


def _without_repeats(found: list[Proposal]) -> Iterator[Proposal]:
    """A vague word (定期, 全年) says nothing new beside a frequency in the same sentence."""
    clear = any(proposal.period for proposal in found)
    yield from (one for one in found if one.period or not clear)


def _proposal(**facts: object) -> Proposal:
    return Proposal(sentence="", start=0, end=0, **facts)  # type: ignore[arg-type]


def _count(text: str | None) -> int:
    number = read_number(text) if text else None
    return number if number and number > 0 else 1


def _every(match: re.Match[str], year: int) -> Proposal | None:
    """每季度不少于一次, 每学期至少开展两次, 至少每月一次, 每天."""
    return _proposal(period=_PERIOD[match["unit"]], count=_count(match["count"]))


def _every_due(match: re.Match[str], year: int) -> Proposal | None:
    """每月25日前, 每季度末月20日前."""
    day = int(match["day"])
    if not 1 <= day <= 31:
        return None
    return _proposal(period=_PERIOD[match["unit"]], due=Due("day", day))


def _every_year_on(match: re.Match[str], year: int) -> Proposal | None:
    """每年9月1日前, 每年3月底前."""
    fixed = _month_day(match["month"], match["day"], before=bool(match["before"]))
    return _proposal(period="fixed", fixed=(fixed,)) if fixed else None


def _one_in(match: re.Match[str], year: int) -> Proposal | None:
    """一月一次, 一学期两次."""
    return _proposal(period=_PERIOD[match["unit"]], count=_count(match["count"]))


def _all_year(match: re.Match[str], year: int) -> Proposal | None:
    """全年不少于4次, 年内两次."""
    return _proposal(period="year", count=_count(match["count"]))


def _after_start(match: re.Match[str], year: int) -> Proposal | None:
    """开学后两周内, 开学10个工作日内."""
    number, unit = _count(match["number"]), match["unit"]
    if unit == "工作日":
        return _proposal(period="term", due=Due("working_days", number))
    days = {"周": 7, "日": 1, "天": 1, "月": 30}[unit] * number
    return _proposal(period="term", due=Due("offset_days", days))


def _full_date(match: re.Match[str], year: int) -> Proposal | None:
    """2020年6月30日前, 2020年6月底前, 2020年底; a year gone by is history and no duty."""
    named = int(match["year"])
    if named < year:
        return None
    month_day = (
        _month_day(match["month"], match["day"], before=bool(match["before"]), year=named)
        if match["month"]
        else "12-31"
    )
    return _proposal(period="once", ends=_on(named, month_day)) if month_day else None


def _month_end(match: re.Match[str], year: int) -> Proposal | None:
    """6月底前, 9月1日前, 10月上旬, 8月前."""
    fixed = _month_day(match["month"], match["day"], before=bool(match["before"]))
    return _proposal(period="fixed", fixed=(fixed,)) if fixed else None


def _third_of_month(match: re.Match[str], year: int) -> Proposal | None:
    day = {"上": "10", "中": "20", "下": None}[match["third"]]
    fixed = _month_day(match["month"], day)
    return _proposal(period="fixed", fixed=(fixed,)) if fixed else None


def _year_end(match: re.Match[str], year: int) -> Proposal | None:
    return _proposal(period="fixed", fixed=("12-31",))


def _half(match: re.Match[str], year: int) -> Proposal | None:
    return _proposal(period="fixed", fixed=("06-30" if match["half"] == "上" else "12-31",))


def _quarter(match: re.Match[str], year: int) -> Proposal | None:
    number = _QUARTERS.get(match["n"]) or int(match["n"])
    return _proposal(period="fixed", fixed=(("03-31", "06-30", "09-30", "12-31")[number - 1],))


def _month_range(match: re.Match[str], year: int) -> Proposal | None:
    """3月至5月: months in which it is to be done, without a frequency."""
    first, last = int(match["first"]), int(match["last"])
    if not (1 <= first <= last <= 12):
        return None
    return _proposal(months=tuple(range(first, last + 1)), note="只写了月份，请确定频次。")


def _vague(match: re.Match[str], year: int) -> Proposal | None:
    """定期, 开学前, 汛期前: a time that the text leaves open."""
    word = match[0]
    if word in {"开学前", "开学初", "学期初", "学期末", "期末"}:
        return _proposal(period="term", note=f"文中写“{word}”，请确定具体日期。")
    if word.startswith("每"):
        return _proposal(note=f"没有“{word}”这种周期，请选择接近的周期。")
    if word in {"定期", "经常", "经常性", "不定期", "全年"}:
        return _proposal(note=f"文中只写“{word}”，请确定频次。")
    return _proposal(period="fixed", note=f"文中写“{word}”，请确定具体日期。")


def _month_day(
    month: str, day: str | None, *, before: bool = False, year: int = 2023
) -> str | None:
    """`MM-DD`: the day, else the month's last day; `before` a month without a day: the day before.

    The default year has no 29 February, because that day does not repeat every year.
    """
    number = int(month)
    if not 1 <= number <= 12:
        return None
    if before and not day:
        number = number - 1 or 12
    last = calendar.monthrange(year, number)[1]
    wanted = int(day) if day else last
    return f"{number:02d}-{wanted:02d}" if 1 <= wanted <= last else None


def _on(year: int, month_day: str) -> date:
    return date(year, int(month_day[:2]), int(month_day[3:]))


_LEAST = r"(?:不得?少于|不低于|至少|最少|应|要|均|各)?"
_WITHIN = r"[^，。；、＿]{0,10}?"
_MONTH_DAY = r"(?P<month>1[0-2]|[1-9])月(?:份)?"
_END = r"(?:(?P<day>[0-9]{1,2})[日号](?:之?前|以前)?|[底末](?:之?前|以前)?|(?P<before>之?前|以前))"
_MAKERS: tuple[tuple[re.Pattern[str], Maker], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (rf"每年{_MONTH_DAY}{_END}", _every_year_on),
        (
            rf"(?P<year>20[0-9]{{2}})年(?:(?P<month>1[0-2]|[1-9])月{_END.replace('?P<before>', '?P<before>')}|年?[底末](?:之?前|以前)?|内)",
            _full_date,
        ),
        (
            r"每个?(?P<unit>季度|月)(?:末月|最后一个月)?(?P<day>[0-9]{1,2})[日号](?:之?前|以前)?",
            _every_due,
        ),
        (
            r"每(?:两|二|三|四|[2-9]|半)个?(?:周|月|季度|学期|年|学年)(?<!半年)|每隔[^，。；]{1,4}|每半(?:月|学期)",
            _vague,
        ),
        (
            rf"(?:不得?少于|至少|按)?(?:每一?个?|逐)(?P<unit>{_UNIT})(?:度(?!末))?(?:{_WITHIN}{_LEAST}{_WITHIN}(?P<count>{_NUMBER})(?:个)?(?:{_TIMES})(?:以上)?)?",
            _every,
        ),
        (
            rf"按(?P<unit>季度|季|月|学期|周)(?={_WITHIN}(?:开展|组织|进行|上报|报送|通报))(?P<count>)",
            _every,
        ),
        (rf"一个?(?P<unit>{_UNIT}){_LEAST}(?P<count>{_NUMBER})(?:{_TIMES})", _one_in),
        (
            rf"(?:全年|年内|一年内|年度内){_WITHIN}{_LEAST}{_WITHIN}(?P<count>{_NUMBER})(?:{_TIMES})(?:以上)?",
            _all_year,
        ),
        (
            rf"开学(?:后|起|之日起)?(?:的)?(?P<number>{_NUMBER})个?(?P<unit>工作日|周|日|天|月)(?:之)?内",
            _after_start,
        ),
        (
            r"(?P<first>1[0-2]|[1-9])月?(?:份)?(?:至|到|-|—|－|~|～)(?P<last>1[0-2]|[1-9])月(?:份)?(?![0-9]{1,2}[日号])",
            _month_range,
        ),
        (r"(?<![0-9年])(?P<month>1[0-2]|[1-9])月(?P<third>[上中下])旬", _third_of_month),
        (rf"(?<![0-9年]){_MONTH_DAY}{_END}", _month_end),
        (r"(?:今年)?年(?:底|末|内|终)(?:之?前)?|本年度内", _year_end),
        (r"(?P<half>[上下])半年", _half),
        (r"第?(?P<n>[一二三四1-4])季度", _quarter),
        (
            (
                r"开学前|开学初|学期初|学期末|期末|汛期前?|入汛前|寒暑?假前|暑假前|放假前|节假日前|节前|假期前"
                r"|高温季节前|入冬前|冬季前|不定期|定期|经常性?|全年"
            ),
            _vague,
        ),
    )
)
