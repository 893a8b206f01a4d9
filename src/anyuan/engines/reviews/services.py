"""Submitting, signing, returning, withdrawing; comments at places in the text."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.engines.notices.services import tell, tell_people
from anyuan.engines.reviews import spec
from anyuan.engines.reviews.models import Review, ReviewComment, ReviewStep
from anyuan.engines.reviews.queries import alone, open_review, why_not_sign
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import GRANTS, Permission
from anyuan.org.services import checked

Act = ReviewStep.Act


def _writes(record: Record, **kwargs: Any) -> Permission:
    return spec.get(record.kind).write_permission


def _reviews(review: Review, **kwargs: Any) -> Permission:
    return review.kind.permission


def _withdraws(review: Review, **kwargs: Any) -> Permission:
    return review.kind.write_permission


@action(_writes)
def submit(record: Record, *, by: Actor, note: str = "") -> Review:
    """Send a record's version on its way. Errors: Conflict where it is on its way already."""
    kind = spec.get(record.kind)
    if open_review(record) is not None:
        raise Conflict(_("已经提交审核，请等待审核结果。"))
    review = Review(
        record=record, unit_id=record.unit_id, stages=spec.route_of(kind, record),
        author_id=by.person_id, author_name=by.name[:60],
    )  # fmt: skip
    checked(review, exclude=("record", "unit"))
    _write(review, Act.SUBMIT, by, note)
    kind.on_submitted(record, by)
    _ask(review, by)
    return review


@action(_reviews)
def sign(review: Review, *, by: Actor, note: str = "", seen: int | None = None) -> Review:
    """Agree at the present stage; at the last one it is published."""
    held = _held(review, seen)
    _refuse_other(held, by)
    if alone(held, by):
        note = (
            f"{note}（{_('本单位只有一人有审核权限')}）" if note else _("本单位只有一人有审核权限")
        )
    last = held.place == len(held.stages) - 1
    _write(held, Act.PUBLISH if last else Act.SIGN, by, note)
    held.turn += 1
    if last:
        held.state, held.closed_at = Review.State.PUBLISHED, timezone.now()
    else:
        held.place += 1
    held.save(update_fields=["turn", "place", "state", "closed_at"])
    if last:
        held.kind.on_published(held.record, by)
        _tell_author(held, by, _("已审核通过并发布：%(what)s"))
    else:
        _ask(held, by)
    return held


@action(_reviews)
def send_back(review: Review, *, by: Actor, note: str, seen: int | None = None) -> Review:
    """Return it with what is to be changed: a reason, or comments that are not dealt with yet."""
    held = _held(review, seen)
    _refuse_other(held, by, author_too=True)
    waiting = ReviewComment.objects.filter(record=held.record, resolved_at__isnull=True).exists()
    if not note.strip() and not waiting:
        raise Refused(_("请写明退回的原因，或在正文旁写下意见。"), field="note")
    _close(held, Review.State.RETURNED, Act.RETURN, by, note.strip())
    held.kind.on_returned(held.record, by)
    _tell_author(held, by, _("已退回修改：%(what)s"))
    return held


@action(_withdraws)
def withdraw(review: Review, *, by: Actor, note: str = "", seen: int | None = None) -> Review:
    """Take it back to change it, by the unit that submitted it."""
    held = _held(review, seen)
    if by.unit_key != held.unit_id and not held.unit_id.startswith(by.unit_key):
        raise Forbidden(_("由提交的单位撤回。"))
    if by.is_supervisor and by.unit_key != held.unit_id:
        raise Forbidden(_("由提交的单位撤回。"))
    _close(held, Review.State.WITHDRAWN, Act.WITHDRAW, by, note.strip())
    held.kind.on_withdrawn(held.record, by)
    return held


@action(_reviews)
def comment(
    review: Review, *, by: Actor, section: str, text: str, quote: str = "", start: int | None = None
) -> ReviewComment:
    """A remark at words of a section (or on the whole of it) while the review is open."""
    held = _held(review, None)
    known = held.kind.text_of(held.record)
    if section not in known:
        raise Refused(_("请选择意见针对的章节。"), field="section")
    words = quote.strip()[:300]
    if words and words not in known[section]:
        raise Refused(_("正文里没有这几个字，请重新选取。"), field="quote")
    if not text.strip():
        raise Refused(_("请写下意见。"), field="text")
    if words and (start is None or known[section][start : start + len(words)] != words):
        start = known[section].index(words)
    made = ReviewComment(
        record=held.record, unit_id=held.unit_id, section=section, quote=words,
        start=start if words else None, text=text.strip(), person_id=by.person_id, by_name=by.name[:60],
    )  # fmt: skip
    checked(made, exclude=("record", "unit", "person"))
    return made


def _settles(remark: ReviewComment, **kwargs: Any) -> Permission:
    return spec.get(remark.record.kind).write_permission


@action(_settles)
def settle_comment(remark: ReviewComment, *, by: Actor, answer: str = "") -> ReviewComment:
    """Say that a remark was dealt with, and how."""
    held: ReviewComment = ReviewComment.objects.select_for_update(of=("self",)).get(pk=remark.pk)
    if held.resolved_at is not None:
        raise Conflict(_("这条意见已由%(who)s处理。") % {"who": held.resolved_by_name})
    held.resolved_at, held.resolved_by_name = timezone.now(), by.name[:60]
    held.answer = answer.strip()[:300]
    held.save(update_fields=["resolved_at", "resolved_by_name", "answer"])
    return held


def carry_comments(old: Record, new: Record) -> int:
    """Remarks that were not dealt with go on to the next version; how many. Called inside services."""
    rows = ReviewComment.objects.filter(record=old, resolved_at__isnull=True).order_by("at")
    text = spec.get(new.kind).text_of(new)
    made = []
    for row in rows:
        place = text.get(row.section, "").find(row.quote) if row.quote else -1
        made.append(
            ReviewComment(
                record=new, unit_id=new.unit_id, section=row.section, quote=row.quote,
                start=place if place >= 0 else None, text=row.text, person_id=row.person_id,
                by_name=row.by_name,
            )
        )  # fmt: skip
    ReviewComment.objects.bulk_create(made)
    return len(made)


def _held(review: Review, seen: int | None) -> Review:
    held: Review = (
        Review.objects.select_for_update(of=("self",))
        .select_related("record__unit")
        .get(pk=review.pk)
    )
    if held.closed_at is not None or (seen is not None and seen != held.turn):
        raise Conflict(
            _("刚刚已有人办理，现在是“%(now)s”。请刷新后再看。") % {"now": held.get_state_display()}
        )
    return held


def _refuse_other(review: Review, by: Actor, *, author_too: bool = False) -> None:
    if why := why_not_sign(review, by, author_too=author_too):
        raise Forbidden(why)


def _close(review: Review, state: str, act: str, by: Actor, note: str) -> None:
    _write(review, act, by, note)
    review.state, review.closed_at, review.turn = state, timezone.now(), review.turn + 1
    review.save(update_fields=["state", "closed_at", "turn"])


def _write(review: Review, act: str, by: Actor, note: str) -> None:
    stage = review.stage
    ReviewStep.objects.create(
        review=review, unit_id=review.unit_id, act=act, person_id=by.person_id, by_name=by.name[:60],
        stage_label=stage.label if stage and act != Act.SUBMIT else "", note=note[:500],
    )  # fmt: skip


def _ask(review: Review, by: Actor) -> None:
    """Tell those whose word is asked now."""
    stage = review.stage
    assert stage is not None  # noqa: S101 -- it is open
    roles = stage.roles or tuple(
        role for role, granted in GRANTS.items() if review.kind.permission in granted
    )
    unit = review.record.unit
    keys = [unit.key]
    if stage.at == spec.ABOVE:
        keys = [unit.parent_id] if unit.parent_id else []
    elif unit.kind == "campus" and unit.parent_id:
        keys.append(unit.parent_id)
    tell(
        keys, roles, kind="review", record=review.record,
        title=_("请审核：%(what)s") % {"what": review.record.title},
        once_key=f"review:{review.pk}:{review.turn}",
    )  # fmt: skip


def _tell_author(review: Review, by: Actor, said: str) -> None:
    if review.author_id is not None and review.author_id != by.person_id:
        tell_people(
            [(review.author_id, review.unit_id)], kind="review", record=review.record,
            title=said % {"what": review.record.title}, once_key=f"review:{review.pk}:{review.turn}",
        )  # fmt: skip


__all__ = [
    "carry_comments", "comment", "send_back", "settle_comment", "sign", "submit", "withdraw",
]  # fmt: skip
