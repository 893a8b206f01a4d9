"""Who a sentence tells to act: 各地, 辖市区, 各学校, 寄宿制学校, 市教育局."""

from __future__ import annotations

import re
from dataclasses import replace

from anyuan.engines.obligations.intake.model import Proposal

# Words that name an actor wherever they stand.
_STRONG = (
    ("city", r"市教育局|市局|我局|市级教育行政部门"),
    (
        "district",
        (
            r"各地|各?辖市[、（(]?区[)）]?|各?县[（(]?市?[、]?区[)）]?教育[局体]?|各区县?|各县[（(]?市?[、]?区[)）]?"
            r"|各?区教育局|各级教育行政部门|县级教育行政部门"
        ),
    ),
    ("site", r"各校区|每个校区"),
    (
        "school",
        (
            r"各级各类学校|各中小学校?、?幼儿园?|各?直属学校|局属学校|各学校|各校|每所学校|各幼儿园|各单位"
            r"|寄宿制学校|各中职学校|各中小学校?|中小学校|校园长|学校负责人|校[（(]园[)）]长"
        ),
    ),
)
# Words that name an actor only where a clause begins: 学校 stands in many names as well.
_WEAK = re.compile(
    r"(?:(?<=[，。；：、])|^)(?:要求|指导|督促|组织)?(学校|中小学|幼儿园|小学|初中|高中)"
    r"(?!安全|领导|内部|周边|突发|管理|章程|师生)"
)
_PATTERN = re.compile("|".join(f"(?P<{level}>{words})" for level, words in _STRONG))
_STAGES = (
    ("中小学幼儿园", ("kindergarten", "primary", "junior", "senior")),
    ("中小学", ("primary", "junior", "senior")),
    ("幼儿园", ("kindergarten",)),
    ("中职", ("vocational",)),
    ("小学", ("primary",)),
    ("初中", ("junior",)),
    ("高中", ("senior",)),
)


def with_actor(proposal: Proposal) -> Proposal:
    """The proposal with its actor: of the same clause if one is there, else the last one before
    the phrase, else the first one after it."""
    sentence, start, end = proposal.sentence, proposal.start, proposal.end
    found = [(one.start(), one.lastgroup or "", one[0]) for one in _PATTERN.finditer(sentence)]
    found += [(one.start(1), "school", one[1]) for one in _WEAK.finditer(sentence)]
    if follows := _WEAK.match(sentence[end:]):
        found.append((end + follows.start(1), "school", follows[1]))
    found.sort()
    before = [actor for actor in found if actor[0] < start]
    after = [actor for actor in found if actor[0] >= end]
    opens = max(sentence.rfind(mark, 0, start) for mark in "，；。：")
    closes = min(
        (place for mark in "，；。：" if (place := sentence.find(mark, end)) >= 0),
        default=len(sentence),
    )
    here = [actor for actor in before if actor[0] > opens]
    next_here = [actor for actor in after if actor[0] < closes]
    chosen = next(iter([*here[-1:], *next_here[:1], *before[-1:], *after[:1]]), None)
    if chosen is None:
        return proposal
    _, level, word = chosen
    return replace(
        proposal,
        who=level,
        actor=word,
        stages=_stages(word) if level in {"school", "site"} else (),
        boarding=True if "寄宿制" in word else None,
    )


def _stages(word: str) -> tuple[str, ...]:
    plain = word.replace("校", "").replace("、", "").lstrip("各")
    return next((stages for name, stages in _STAGES if plain.startswith(name)), ())
