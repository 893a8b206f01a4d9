"""Name every mistake in a pack: file, line and a sentence that says what to do.

`read_pack` finds what is wrong within one field; here everything is checked that needs two of them:
keys that must exist elsewhere, kinds of record, due dates within periods, order of escalation.
"""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

from anyuan.engines.obligations.packs.fields import Notes, shown
from anyuan.engines.obligations.packs.load import PackMistakes, folder_files, read_pack
from anyuan.engines.obligations.packs.nodes import Problem
from anyuan.engines.obligations.packs.parts import is_month_day
from anyuan.engines.obligations.packs.spec import (
    STAGES,
    Kinds,
    Pack,
    Rule,
    Source,
    Where,
)

# Shortest possible length of a period: days, and working days with the longest holidays in it.
SHORTEST = {
    "day": (1, 1),
    "week": (7, 3),
    "month": (28, 15),
    "quarter": (90, 55),
    "half_year": (181, 115),
    "year": (365, 240),
}
# Months in which a period can begin; terms are looked up in the calendar.
BEGINS = {
    "day": frozenset(range(1, 13)),
    "week": frozenset(range(1, 13)),
    "month": frozenset(range(1, 13)),
    "quarter": frozenset({1, 4, 7, 10}),
    "half_year": frozenset({1, 7}),
}
RANK = {"site": 0, "school": 1, "district": 2, "city": 3}


def check_folder(folder: Path, kinds: Kinds) -> list[Problem]:
    """Every mistake of the pack in a folder; an unreadable folder is one mistake as well."""
    try:
        files = folder_files(folder)
    except OSError:
        return [Problem(folder.name, 0, "打不开这个文件夹，请检查路径和权限。")]
    return check_files(files, kinds)


def check_files(files: dict[str, bytes], kinds: Kinds) -> list[Problem]:
    """Every mistake of a pack given as its files by name, ordered by file and line."""
    reading = read_pack(files)
    notes = reading.notes
    if reading.pack is not None and not _unreadable(notes):
        _check_whole(reading.pack, notes)
        for rule in reading.pack.rules:
            _RuleCheck(reading.pack, rule, kinds, notes).run()
    return sorted(set(notes.problems))


def checked_pack(folder: Path, kinds: Kinds) -> Pack:
    """The pack of a folder without any mistake; PackMistakes with all of them otherwise."""
    problems = check_folder(folder, kinds)
    pack = None if problems else read_pack(folder_files(folder)).pack
    if pack is None:
        raise PackMistakes(problems)
    return pack


def _unreadable(notes: Notes) -> bool:
    """Whether a whole file is missing or broken: what it holds would look unknown elsewhere."""
    return any(problem.line == 0 for problem in notes.problems)


def _check_whole(pack: Pack, notes: Notes) -> None:
    """What concerns points, topics and numbers rather than one rule."""
    rules_of = Counter(rule.point for rule in pack.rules)
    for point in pack.points:
        if not rules_of[point.number]:
            notes.add_at(
                ("point", str(point.number)),
                f"第 {point.number} 点“{shown(point.title)}”还没有规则，请至少写一条。",
            )
    points = {point.number for point in pack.points}
    for topic in pack.topics:
        if topic.point not in points:
            notes.add_at(
                ("topic", topic.slug, "point"), f"没有第 {topic.point} 点，请改为已有的要点。"
            )
    for number in pack.numbers:
        _check_source(pack, number.source, ("number", number.key, "source"), notes)
    if not pack.calendar.terms:
        notes.add("calendar.yaml", 1, "没有任何学期，请写上学年和学期起止。")


def _check_source(pack: Pack, source: Source, place: tuple[str, ...], notes: Notes) -> None:
    if source.doc and source.doc not in {document.key for document in pack.documents}:
        notes.add_at(place, f"依据文件里没有“{shown(source.doc)}”，请先在 pack.yaml 里登记。")


class _RuleCheck:
    """All checks of one rule that need more than one field."""

    def __init__(self, pack: Pack, rule: Rule, kinds: Kinds, notes: Notes) -> None:
        self.pack, self.rule, self.kinds, self.notes = pack, rule, kinds, notes

    def say(self, name: str, sentence: str) -> None:
        self.notes.add_at(("rule", self.rule.key, name), sentence)

    def run(self) -> None:
        if not self.rule.key:
            return
        self.references()
        self.where()
        self.kind()
        self.period()
        self.due()
        self.reminders()
        self.escalation()

    def references(self) -> None:
        rule, pack = self.rule, self.pack
        if rule.point not in {point.number for point in pack.points}:
            self.say("point", f"没有第 {rule.point} 点，请改为已有的要点。")
        known = {number.key for number in pack.numbers}
        for key in rule.numbers:
            if key not in known:
                self.say("numbers", f"数值表里没有“{shown(key)}”，请补上或改正。")
        _check_source(pack, rule.source, ("rule", rule.key, "source"), self.notes)
        if rule.ends and rule.ends < pack.valid_from:
            self.say("ends", "停用日期早于整套要点的启用日期，请改正。")

    def where(self) -> None:
        rule = self.rule
        for stage in rule.where.stages:
            if stage not in STAGES:
                options = "、".join(STAGES)
                self.say("where", f"没有“{shown(stage)}”这个学段（可用：{options}），请改正。")
        if rule.who in {"city", "district"} and rule.where != Where():
            self.say("where", "市和辖市区的职责不能按学校情况筛选，请删去适用条件。")
        if rule.who in {"school", "site"} and rule.scope == "area":
            self.say("scope", "学校和校区只看自己的记录，请删去“scope: area”。")

    def kind(self) -> None:
        rule = self.rule
        facets = self.kinds.get(rule.kind)
        if facets is None:
            options = "、".join(sorted(self.kinds))
            self.say("kind", f"没有“{shown(rule.kind)}”这种记录（可用：{options}），请改正。")
            return
        for facet, values in rule.match.items():
            if facet not in facets:
                options = "、".join(sorted(facets)) or "无"
                self.say("match", f"这种记录没有“{shown(facet)}”（可用：{options}），请改正。")
                continue
            allowed = facets[facet]
            for value in values:
                if allowed and value not in allowed:
                    options = "、".join(sorted(allowed))
                    self.say("match", f"“{facet}”没有“{shown(value)}”（可用：{options}），请改正。")
        if rule.kind == "filing":
            self.topics()

    def topics(self) -> None:
        slugs = {topic.slug for topic in self.pack.topics}
        wanted = self.rule.match.get("topic", ())
        if not wanted:
            self.say("match", "用工作记录完成的规则要写明主题，请补上“match: {topic: …}”。")
        for slug in wanted:
            if slug not in slugs:
                self.say("match", f"工作记录主题里没有“{shown(slug)}”，请先登记这个主题。")

    def period(self) -> None:
        rule = self.rule
        if rule.period == "fixed" and not rule.fixed:
            self.say("period", "固定日期的规则要写日期，请补上“fixed: [月-日]”。")
        if rule.period != "fixed" and rule.fixed:
            self.say("fixed", "只有“period: fixed”才写固定日期，请删去或改周期。")
        for word in rule.fixed:
            if not is_month_day(word):
                self.say("fixed", f"“{shown(word)}”不是每年都有的“月-日”，请改正（如 05-12）。")
        if len(set(rule.fixed)) != len(rule.fixed):
            self.say("fixed", "固定日期有重复，请删去一处。")
        if rule.school_days_only and rule.period not in {"day", "week"}:
            self.say("school_days_only", "只有按日、按周的规则才区分上学日，请删去。")
        if rule.period == "once" and rule.due.way == "end" and rule.ends is None:
            self.say("period", "一次性的规则要有期限，请补上“ends: 年-月-日”或到期天数。")
        self.months()

    def months(self) -> None:
        rule = self.rule
        if not rule.months:
            return
        begins = BEGINS.get(rule.period, frozenset())
        if rule.period == "term":
            begins = frozenset(term.starts.month for term in self.pack.calendar.terms)
        if not begins:
            self.say("months", "这种周期不能限定月份，请删去 months。")
        elif wrong := [month for month in rule.months if month not in begins]:
            options = "、".join(map(str, sorted(begins)))
            self.say("months", f"没有从 {wrong[0]} 月开始的周期（可用：{options}），请改正。")

    def due(self) -> None:
        rule, due = self.rule, self.rule.due
        if due.way == "end":
            return
        if rule.period in {"day", "week", "fixed"} and due.way == "day":
            self.say("due", "这种周期不能写“几号”，请改为“due: end”。")
        elif rule.period == "fixed":
            self.say("due", "固定日期本身就是到期日，请删去 due。")
        elif due.way == "day" and (rule.period == "once" or not 1 <= due.number <= 31):
            self.say("due", "到期日应为周期最后一个月的 1 至 31 号，请改正。")
        elif due.way in {"offset_days", "working_days"}:
            self.offset()

    def offset(self) -> None:
        """An offset must stay inside the shortest period that can occur."""
        due = self.rule.due
        days = self.length()
        if days is None:
            return
        longest = days[0 if due.way == "offset_days" else 1] - 1
        if due.number > longest:
            self.say("due", f"到期日落在周期之外，请改为不超过 {longest} 天。")

    def length(self) -> tuple[int, int] | None:
        """Days and working days of the rule's shortest period; None where it has no end."""
        if self.rule.period == "term":
            days = [(term.ends - term.starts).days + 1 for term in self.pack.calendar.terms]
            # A term has five working days a week, less about two weeks of holidays.
            return (min(days), max(min(days) * 5 // 7 - 10, 1)) if days else None
        return SHORTEST.get(self.rule.period)

    def reminders(self) -> None:
        days = self.length() if self.rule.period != "fixed" else (self.rule.window_days, 0)
        if days is None:
            return
        late = [day for day in self.rule.remind_days if day >= days[0]]
        if late:
            self.say("remind_days", f"提前 {late[0]} 天提醒早于周期开始，请改小。")

    def escalation(self) -> None:
        """Each step later and higher than the one before, none below the level that owes."""
        steps = self.rule.escalate
        for step in steps:
            if RANK[step.to] < RANK[self.rule.who]:
                self.say("escalate", f"升级提醒不能发给下级（{step.to}），请改为本级或上级。")
        for earlier, later in itertools.pairwise(steps):
            if later.after_days <= earlier.after_days:
                self.say("escalate", "升级提醒的天数要一步比一步大，请改正。")
            if RANK[later.to] <= RANK[earlier.to]:
                self.say("escalate", "升级提醒要一步比一步高，后一步永远到不了，请改正。")
