"""A plan on paper: the whole text in the official layout."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from anyuan.domains.emergency.plans.content import content
from anyuan.domains.emergency.plans.models import PlanVersion
from anyuan.domains.emergency.plans.texts import Text
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Table

PLAN = papers.declare(papers.DocumentKind("plan.text", "应急预案"))
NUMBERS = "一二三四五六七八九十"


def paper(version: PlanVersion, text: Text) -> papers.Official:
    """The plan of a version with all its parts."""
    parts: list[Any] = []
    heads = 0

    def head(title: str) -> None:
        nonlocal heads
        number = NUMBERS[heads] if heads < len(NUMBERS) else str(heads + 1)
        heads += 1
        parts.append(Heading(f"{number}、{title}"))

    for section in text.sections:
        head(section.title)
        parts.append(section.text or "（未填写）")
    head("组织和职责")
    rows = [["职务", "姓名", "值班电话", "职责"]]
    rows += [[one.name, one.person_name, one.phone, one.duty] for one in text.roles]
    parts.append(Table(rows, widths=(2, 2, 3, 6)))
    head("分级响应")
    for level in text.levels:
        spec = content().levels.get(level.level)
        parts.append(Heading(spec.title if spec else level.level))
        if level.when:
            parts.append(f"启动条件：{level.when}")
        parts += [f"{n}. {line}" for n, line in enumerate(_lines(level.measures), 1)]
    head("行动卡")
    for card in text.cards:
        parts.append(Heading(card.role))
        parts += [f"{n}. {line}" for n, line in enumerate(_lines(card.steps), 1)]
    day = version.effective_on or timezone.localdate(version.published_at)
    return papers.official(
        PLAN, unit=version.unit_id, title=f"{version.unit_name}{version.title}",
        number=version.issue_number, parts=parts, sign_unit=version.unit_name, signed_on=day,
    )  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
