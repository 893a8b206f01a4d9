"""The text of a letter, rendered once when it is issued."""

from __future__ import annotations

import dataclasses
import datetime

from anyuan.domains.responsibility.duties.content import LetterPlan, content
from anyuan.engines.notices.official import chinese_day

NUMERALS = "一二三四五六七八九十"
# The post of a person who has no seat: by what they are in the system.
POSTS_OF_ROLES = {
    "principal": "principal",
    "safety_officer": "safety_officer",
    "teacher": "subject_teacher",
    "guard": "guard",
}


@dataclasses.dataclass(frozen=True)
class Party:
    """Who signs: a unit by its name, or a person with their post. `key` is the unit's."""

    key: str
    name: str
    person_id: int | None = None
    post_title: str = ""
    post_key: str = ""


@dataclasses.dataclass(frozen=True)
class Term:
    year: int
    since: datetime.date
    until: datetime.date


def title_of(plan: LetterPlan, party: Party, year: int) -> str:
    return plan.title.format(year=year, post=party.post_title)


def render(plan: LetterPlan, *, a_name: str, party: Party, term: Term) -> str:
    """The whole text: title, parties, sections with numbered clauses, the post's duties, the closing."""
    facts = {
        "year": term.year, "a": a_name, "b": party.name, "post": party.post_title,
        "since": chinese_day(term.since), "until": chinese_day(term.until),
    }  # fmt: skip
    lines = [title_of(plan, party, term.year), plan.opening.format(**facts)]
    sections = list(plan.sections)
    found = content().posts.get(party.post_key)
    if plan.duties and found is not None:
        sections.append(("本岗位的具体职责", tuple(one.content for one in found.items)))
    for n, (heading, clauses) in enumerate(sections):
        lines.append(f"{NUMERALS[n]}、{heading}")
        lines += [f"{m}. {clause}" for m, clause in enumerate(clauses, start=1)]
    lines.append(plan.closing.format(**facts))
    return "\n".join(lines)
