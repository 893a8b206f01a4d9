"""Reading reviews: the open one, who may sign and why not, comments at their places."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Record
from anyuan.engines.reviews import spec
from anyuan.engines.reviews.models import Review, ReviewComment, ReviewStep
from anyuan.org.actor import Actor
from anyuan.org.models import Post
from anyuan.org.permissions import GRANTS


def open_review(record: Record) -> Review | None:
    """The review on its way, if any."""
    rows = Review.objects.filter(record=record, closed_at__isnull=True)
    return rows.select_related("record__unit").first()


def steps_of(record: Record) -> list[ReviewStep]:
    """All steps of all reviews of a record with their review, in order; one query."""
    rows = ReviewStep.objects.filter(review__record=record).select_related("review__record__unit")
    return list(rows.order_by("at", "id"))


def why_not_sign(review: Review, by: Actor, *, author_too: bool = False) -> str:
    """Why the actor's word is not asked now; empty where it is.

    Four eyes: who submitted does not sign, unless nobody else of the unit could.
    """
    stage = review.stage
    if stage is None:
        return _("审核已经结束。")
    if not by.may(review.kind.permission):
        return _("您的岗位不能审核。")
    if stage.at == spec.ABOVE:
        if by.unit_key == review.unit_id or not review.unit_id.startswith(by.unit_key):
            return _("由上级单位审核。")
        if not by.is_supervisor:
            return _("由上级单位审核。")
    elif by.is_supervisor and by.unit_key != review.unit_id:
        return _("由本单位负责人审核。")
    if stage.roles and by.role not in stage.roles and not _nobody(review, stage):
        return _("由%(who)s审核。") % {"who": "、".join(role.label for role in stage.roles)}
    if not author_too and by.person_id == review.author_id and not alone(review, by):
        return _("提交人不能自己审核，请由另一人办理。")
    return ""


def alone(review: Review, by: Actor) -> bool:
    """Whether the author has to sign, as nobody else of the unit may."""
    stage = review.stage
    if stage is None or by.person_id != review.author_id or stage.at != spec.OWN:
        return False
    return not _signers(review, stage).exclude(person_id=review.author_id).exists()


def _nobody(review: Review, stage: spec.Stage) -> bool:
    """A stage whose post nobody holds: whoever has the permission signs."""
    return not _signers(review, stage).exists()


def _signers(review: Review, stage: spec.Stage) -> QuerySet[Any]:
    roles = stage.roles or [
        role for role, granted in GRANTS.items() if review.kind.permission in granted
    ]
    unit = review.record.unit
    keys: list[str | None] = [unit.parent_id] if stage.at == spec.ABOVE else [unit.key]
    if stage.at == spec.OWN and unit.kind == "campus":
        keys.append(unit.parent_id)
    today = timezone.localdate()
    return Post.raw.filter(
        Q(until__isnull=True) | Q(until__gte=today), unit_id__in=[k for k in keys if k], role__in=roles,
        since__lte=today, person__is_active=True,
    )  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Placed:
    """A comment with whether its words still stand in the text."""

    comment: ReviewComment
    here: bool


def comments_of(record: Record, text: dict[str, str]) -> dict[str, list[Placed]]:
    """{section: its comments}, open ones first; one query."""
    found: dict[str, list[Placed]] = {}
    rows = ReviewComment.objects.filter(record=record).order_by("resolved_at", "at")
    for row in rows:
        here = not row.quote or row.quote in text.get(row.section, "")
        found.setdefault(row.section, []).append(Placed(row, here))
    return found


def waiting_for(by: Actor) -> list[Review]:
    """Open reviews whose word the actor may give now, oldest first."""
    rows = (
        Review.objects.within(by.units).filter(closed_at__isnull=True)
        .select_related("record__unit").order_by("submitted_at")[:200]
    )  # fmt: skip
    return [row for row in rows if _at_level(row, by)]


def _at_level(review: Review, by: Actor) -> bool:
    """A cheap first sieve for lists: the stage's level and posts, without looking people up."""
    stage = review.stage
    if stage is None or not by.may(review.kind.permission):
        return False
    above = by.is_supervisor and by.unit_key != review.unit_id
    if (stage.at == spec.ABOVE) != above:
        return False
    return not stage.roles or by.role in stage.roles


def comment_of(by: Actor, pk: uuid.UUID) -> ReviewComment | None:
    rows = ReviewComment.objects.within(by.units).filter(pk=pk)
    return rows.select_related("record__unit").first()
