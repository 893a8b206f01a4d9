"""The text of a version as a whole: read from a template or a version, written to a draft."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model

from anyuan.domains.emergency.plans.content import Template
from anyuan.domains.emergency.plans.models import (
    PlanCard,
    PlanLevel,
    PlanRole,
    PlanSection,
    PlanVersion,
)
from anyuan.org.models import Unit
from anyuan.org.queries import staff_of

M = TypeVar("M", bound=Model)


@dataclasses.dataclass(frozen=True)
class SectionPart:
    key: str
    title: str
    text: str


@dataclasses.dataclass(frozen=True)
class RolePart:
    name: str
    duty: str = ""
    person_id: int | None = None
    person_name: str = ""
    phone: str = ""


@dataclasses.dataclass(frozen=True)
class LevelPart:
    level: str
    when: str = ""
    measures: str = ""


@dataclasses.dataclass(frozen=True)
class CardPart:
    role: str
    steps: str


@dataclasses.dataclass(frozen=True)
class Text:
    """All parts, in order."""

    sections: Sequence[SectionPart]
    roles: Sequence[RolePart]
    levels: Sequence[LevelPart]
    cards: Sequence[CardPart]


def from_template(template: Template, unit: Unit) -> Text:
    """A template with the unit's name, and the people who hold the posts it names."""
    holders = {post.role: post for post in staff_of(unit)}
    roles = []
    for one in template.roles:
        post = holders.get(one.post) if one.post else None
        roles.append(
            RolePart(
                one.name, one.duty, post.person_id if post else None,
                post.person.name if post else "", (post.person.phone or "") if post else "",
            )
        )  # fmt: skip
    return Text(
        [SectionPart(key, title, text.replace("{unit}", unit.name)) for key, title, text in template.sections],
        roles,
        [LevelPart(one.level, one.when, "\n".join(one.measures)) for one in template.levels],
        [CardPart(one.role, "\n".join(one.steps)) for one in template.cards],
    )  # fmt: skip


def read(version: PlanVersion) -> Text:
    """The text of a version; four queries."""
    return Text(
        [SectionPart(s.key, s.title, s.text) for s in parts(version, PlanSection)],
        [
            RolePart(r.name, r.duty, r.person_id, r.person_name, r.phone)
            for r in parts(version, PlanRole)
        ],
        [LevelPart(x.level, x.when, x.measures) for x in parts(version, PlanLevel)],
        [CardPart(c.role, c.steps) for c in parts(version, PlanCard)],
    )


def parts(version: PlanVersion, model: type[M]) -> list[M]:
    """In order; asked of the database once for a version whose parts were fetched together."""
    return list(getattr(version, f"{model._meta.model_name}s").all())


def write(version: PlanVersion, text: Text) -> None:
    """Replace a draft's whole text; called inside services."""
    own = {"version": version, "unit_id": version.unit_id}
    for model in (PlanSection, PlanRole, PlanLevel, PlanCard):
        model._default_manager.filter(version=version).delete()
    PlanSection.objects.bulk_create(
        PlanSection(position=n, key=s.key, title=s.title, text=s.text, **own)
        for n, s in enumerate(text.sections)
    )
    PlanRole.objects.bulk_create(
        PlanRole(position=n, **dataclasses.asdict(r), **own) for n, r in enumerate(text.roles)
    )
    PlanLevel.objects.bulk_create(
        PlanLevel(position=n, **dataclasses.asdict(x), **own) for n, x in enumerate(text.levels)
    )
    PlanCard.objects.bulk_create(
        PlanCard(position=n, **dataclasses.asdict(c), **own) for n, c in enumerate(text.cards)
    )


def as_sections(text: Text) -> dict[str, str]:
    """{key: words} of all that a reviewer may remark on: sections, roles, levels, cards."""
    found = {one.key: one.text for one in text.sections}
    found["roles"] = "\n".join(
        f"{r.name}（{r.person_name or '待定'}）：{r.duty}" for r in text.roles
    )
    found |= {f"level_{x.level}": f"{x.when}\n{x.measures}".strip() for x in text.levels}
    found["cards"] = "\n\n".join(f"{c.role}\n{c.steps}" for c in text.cards)
    return found
