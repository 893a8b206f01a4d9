"""Each part of a pack from its YAML mapping: points, rules, topics, calendar, numbers."""

from __future__ import annotations

import itertools
import re
from datetime import date

from anyuan.engines.obligations.packs.fields import Record, parse_day
from anyuan.engines.obligations.packs.spec import (
    CERTAINTIES,
    DUE_WAYS,
    LEVELS,
    PERIODS,
    SCOPES,
    SHIFTS,
    TERM_NAMES,
    UNIT_FLAGS,
    Ask,
    Calendar,
    DaysOff,
    Document,
    Due,
    Escalation,
    Number,
    Point,
    Rule,
    Section,
    Source,
    Term,
    Topic,
    Where,
)

_SCHOOL_YEAR = re.compile(r"20[0-9]{2}/[0-9]{2}")


def place_of(record: Record, *path: str) -> None:
    """Remember the lines of a thing and of its fields for the checks that follow."""
    if not path[-1]:
        return
    if path in record.notes.lines:
        _, line = record.notes.lines[path]
        record.bad(f"“{path[-1]}”与第 {line} 行的重复，请改名或删去一处。")
        return
    record.notes.lines[path] = (record.file, record.line)
    for name, line in record.key_lines.items():
        record.notes.lines[(*path, name)] = (record.file, line)


def read_source(record: Record | None) -> Source:
    if record is None:
        return Source("")
    source = Source(
        doc=record.slug("doc"),
        clause=record.text("clause", required=False, longest=200),
        certainty=record.choice("certainty", CERTAINTIES),
    )
    record.done()
    return source


def read_documents(head: Record) -> tuple[Document, ...]:
    found: list[Document] = []
    for record in head.records("documents", "依据文件", required=True):
        document = Document(
            key=record.slug("key"),
            title=record.text("title", longest=120),
            number=record.text("number", required=False, longest=60),
            note=record.text("note", required=False),
        )
        record.done()
        place_of(record, "document", document.key)
        found.append(document)
    return tuple(found)


def read_points(root: Record | None) -> tuple[tuple[Section, ...], tuple[Point, ...]]:
    sections: list[Section] = []
    points: list[Point] = []
    if root is None:
        return (), ()
    for part in root.records("sections", "部分", required=True):
        section = Section(part.whole("number", low=1, high=99), part.text("title", longest=60))
        place_of(part, "section", str(section.number))
        sections.append(section)
        for record in part.records("points", "要点", required=True):
            point = Point(
                number=record.whole("number", low=1, high=999),
                section=section.number,
                title=record.text("title", longest=60),
                summary=record.text("summary", longest=600),
                measures=record.words("measures", required=True, longest=200),
            )
            record.done()
            place_of(record, "point", str(point.number))
            points.append(point)
        part.done()
    return tuple(sections), tuple(points)


def read_topics(root: Record) -> tuple[Topic, ...]:
    found: list[Topic] = []
    for record in root.records("topics", "工作记录主题", required=True):
        topic = Topic(
            slug=record.slug("slug"),
            title=record.text("title", longest=40),
            point=record.whole("point", low=1, high=999),
            hint=record.text("hint", longest=200),
            asks=_asks(record),
        )
        record.done()
        place_of(record, "topic", topic.slug)
        found.append(topic)
    return tuple(found)


def _asks(topic: Record) -> tuple[Ask, ...]:
    asks: list[Ask] = []
    for record in topic.records("asks", "数字项"):
        ask = Ask(
            key=record.slug("key"),
            title=record.text("title", longest=30),
            unit=record.text("unit", longest=10),
            required=bool(record.truth("required", default=False)),
        )
        record.done()
        if ask.key in {earlier.key for earlier in asks}:
            record.bad(f"数字项“{ask.key}”重复，请改名或删去一处。")
        asks.append(ask)
    return tuple(asks)


def read_numbers(root: Record | None) -> tuple[Number, ...]:
    found: list[Number] = []
    if root is None:
        return ()
    for record in root.records("numbers", "数值"):
        number = Number(
            key=record.slug("key"),
            title=record.text("title", longest=60),
            value=record.number("value"),
            unit=record.text("unit", longest=20),
            source=read_source(record.record("source", "出处", required=True)),
        )
        record.done()
        place_of(record, "number", number.key)
        found.append(number)
    return tuple(found)


def read_rules(root: Record) -> tuple[Rule, ...]:
    return tuple(read_rule(record) for record in root.records("rules", "规则", required=True))


def read_rule(record: Record) -> Rule:
    """One rule. What depends on other parts of the pack is checked in `check`."""
    ends = record.day("ends", required=False)
    rule = Rule(
        key=record.slug("key"),
        point=record.whole("point", low=1, high=999),
        title=record.text("title", longest=30),
        advice=record.text("advice", longest=200),
        who=record.choice("who", LEVELS),
        where=_where(record.record("where", "适用条件")),
        kind=record.slug("kind"),
        match=_match(record.record("match", "记录要求")),
        scope=record.choice("scope", SCOPES, default="own"),
        period=record.choice("period", PERIODS),
        fixed=record.words("fixed"),
        window_days=record.whole("window_days", low=1, high=366, default=30),
        school_days_only=bool(record.truth("school_days_only", default=False)),
        months=record.wholes("months", low=1, high=12),
        count=record.whole("count", low=1, high=10_000, default=1),
        due=_due(record),
        remind_days=record.wholes("remind_days", low=0, high=366),
        escalate=_escalate(record),
        enabled=bool(record.truth("enabled", default=True)),
        ends=ends,
        source=read_source(record.record("source", "出处", required=True)),
        numbers=record.words("numbers"),
    )
    record.done()
    place_of(record, "rule", rule.key)
    return rule


def _where(record: Record | None) -> Where:
    if record is None:
        return Where()
    flags = {name: record.truth(name, default=None) for name in UNIT_FLAGS}
    pupils = record.whole("min_pupils", low=0, high=100_000, default=-1)
    where = Where(
        stages=record.words("stages"),
        min_pupils=None if pupils < 0 else pupils,
        **flags,
    )
    record.done()
    return where


def _match(record: Record | None) -> dict[str, tuple[str, ...]]:
    if record is None:
        return {}
    return {name: record.words(name, required=True) for name in record.key_lines}


def _due(rule: Record) -> Due:
    if not rule.has("due"):
        rule.asked.add("due")
        return Due()
    if rule.is_text("due"):
        return Due(rule.choice("due", ("end",)))
    record = rule.record("due", "到期日")
    if record is None:
        return Due()
    given = [way for way in DUE_WAYS[1:] if record.has(way)]
    shift = record.choice("shift", SHIFTS, default="none")
    if record.has("end"):
        record.bad("按期末到期请直接写“due: end”。")
    if len(given) != 1:
        record.bad("到期日请只写一种：end、day、offset_days 或 working_days。")
        record.asked.update(DUE_WAYS)
        record.done()
        return Due(shift=shift)
    number = record.whole(given[0], low=1 if given[0] == "day" else 0, high=366)
    record.asked.add("end")
    record.done()
    return Due(given[0], number, shift)


def _escalate(rule: Record) -> tuple[Escalation, ...]:
    steps: list[Escalation] = []
    for record in rule.records("escalate", "升级提醒"):
        steps.append(
            Escalation(
                after_days=record.whole("after_days", low=0, high=366),
                to=record.choice("to", ("school", "district", "city")),
            )
        )
        record.done()
    return tuple(steps)


def read_calendar(root: Record | None) -> Calendar:
    if root is None:
        return Calendar(())
    terms = _terms(root)
    off: list[DaysOff] = []
    for record in root.records("days_off", "停课日"):
        starts, ends = record.day("starts"), record.day("ends")
        note = record.text("note", longest=100)
        record.done()
        if starts and ends:
            if ends < starts:
                record.bad("结束日期早于开始日期，请改正。")
            off.append(DaysOff(starts, ends, note))
    on: list[date] = []
    for word in root.words("days_on"):
        try:
            on.append(parse_day(word))
        except ValueError:
            root.bad("“days_on”里每一项应为年-月-日的日期，请改正。", root.key_lines["days_on"])
    return Calendar(terms, tuple(off), tuple(on), root.words("notes"))


def _terms(root: Record) -> tuple[Term, ...]:
    """Terms of every listed school year: by the template, or as its exception says."""
    years = root.words("school_years", required=True)
    for year in years:
        if not _SCHOOL_YEAR.fullmatch(year) or int(year[5:]) != (int(year[2:4]) + 1) % 100:
            root.bad("学年应写成 2020/21 的样子，请改正。", root.key_lines["school_years"])
            return ()
    templates = {name: _template(root, name) for name in TERM_NAMES}
    terms = {
        (year, name): term
        for year in years
        for name, template in templates.items()
        if template and (term := template_term(year, name, *template))
    }
    for record in root.records("exceptions", "学期例外"):
        term = _exception(record)
        if term is None:
            continue
        if (term.school_year, term.name) not in terms:
            record.bad("这个学年不在 school_years 里，请补上或改正。")
        terms[(term.school_year, term.name)] = term
    ordered = sorted(terms.values(), key=lambda term: term.starts)
    for earlier, later in itertools.pairwise(ordered):
        if later.starts <= earlier.ends:
            root.bad(f"{earlier.school_year} 与 {later.school_year} 的学期日期有重叠，请改正。")
    return tuple(ordered)


def _template(root: Record, name: str) -> tuple[str, str] | None:
    record = root.record(name, "学期", required=True)
    if record is None:
        return None
    found = (record.text("starts"), record.text("ends"))
    record.done()
    if not all(is_month_day(word) for word in found):
        record.bad("学期的起止应写成“月-日”（如 09-01），请改正。")
        return None
    return found


def _exception(record: Record) -> Term | None:
    starts, ends = record.day("starts"), record.day("ends")
    term = Term(
        school_year=record.text("school_year", longest=7),
        name=record.choice("name", TERM_NAMES),
        starts=starts or date.min,
        ends=ends or date.min,
        certainty=record.choice("certainty", CERTAINTIES),
        note=record.text("note", longest=200),
    )
    record.done()
    if starts is None or ends is None:
        return None
    if ends <= starts:
        record.bad("学期的结束日期应晚于开始日期，请改正。")
        return None
    return term


def template_term(school_year: str, name: str, starts: str, ends: str) -> Term | None:
    """A term of one school year by `MM-DD` days; days before August lie in its second year."""
    first = int(school_year[:4])

    def on(month_day: str) -> date:
        month, day = int(month_day[:2]), int(month_day[3:])
        return date(first if month >= 8 else first + 1, month, day)

    try:
        return Term(school_year, name, on(starts), on(ends))
    except ValueError:
        return None


def is_month_day(word: str) -> bool:
    """Whether a text is a day that exists in every year, written MM-DD (so not 02-29)."""
    if not re.fullmatch(r"[0-9]{2}-[0-9]{2}", word):
        return False
    try:
        date(2023, int(word[:2]), int(word[3:]))
    except ValueError:
        return False
    return True
