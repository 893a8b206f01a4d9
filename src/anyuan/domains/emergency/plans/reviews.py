"""How a plan is reviewed: a school's head signs, then its district; an office's own colleague signs."""

from __future__ import annotations

from anyuan.core.models import Record
from anyuan.domains.emergency.plans import texts
from anyuan.domains.emergency.plans.models import PlanVersion
from anyuan.domains.emergency.plans.services import keeping
from anyuan.engines.reviews.spec import ABOVE, OWN, ReviewKind, Stage, declare
from anyuan.org.permissions import Permission, Role


def route(record: Record) -> tuple[str, ...]:
    return ("head", "district") if record.unit.kind in {"school", "campus"} else ("office",)


def text_of(record: Record) -> dict[str, str]:
    return texts.as_sections(texts.read(PlanVersion.objects.get(pk=record.pk)))


declare(
    ReviewKind(
        key="plan",
        label="预案审核",
        stages=(
            Stage("head", "校（园）长审核", OWN, (Role.PRINCIPAL,)),
            Stage("office", "本局审核", OWN),
            Stage("district", "上级教育局审核", ABOVE),
        ),
        route=route,
        permission=Permission.PLAN_REVIEW,
        write_permission=Permission.PLAN_WRITE,
        on_submitted=keeping.put_in_review,
        on_returned=keeping.return_version,
        on_withdrawn=keeping.back_to_draft,
        on_published=keeping.publish,
        text_of=text_of,
    )
)
