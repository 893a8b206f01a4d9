"""Signing letters: party B, then party A; sending back, withdrawing, what ends them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.responsibility.duties.content import content
from anyuan.domains.responsibility.duties.models import (
    Letter,
    LetterRound,
    LetterState,
    LetterText,
    Signature,
)
from anyuan.domains.responsibility.duties.models.letters import OPEN, Turn
from anyuan.domains.responsibility.duties.rendering import Party
from anyuan.domains.responsibility.duties.services.issuing import (
    HEAD_ROLES,
    changed,
    write_letters,
)
from anyuan.domains.responsibility.duties.verifying import broken, signature_seal
from anyuan.engines.notices.services import tell, tell_people, tell_person
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.confirming import Confirmed
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import amend_record


def fresh_for() -> datetime.timedelta:
    """How long after proving who they are a person may sign."""
    return datetime.timedelta(minutes=int(number_values("letter_confirm_minutes")[0]))


@action(Permission.LETTER_SIGN)
def sign_letter(letter: Letter, *, by: Actor, confirmed: Confirmed | None) -> Letter:
    """Party B signs. Signed again by the same person nothing happens."""
    _refuse_unproven(by, confirmed)
    held = _held([letter.pk])[0]
    _refuse_unfit(held, by)
    if _mine_already(held, Turn.B, by):
        return held
    if held.state != LetterState.ISSUED:
        raise Conflict(_state_text(held))
    assert confirmed is not None  # noqa: S101 -- refused above
    _write([(held, by, confirmed)], Turn.B)
    _tell_a(held)
    return held


@action(Permission.LETTER_ISSUE)
def countersign(
    round_: LetterRound, *, by: Actor, confirmed: Confirmed | None, letters: Iterable[uuid.UUID] | None = None
) -> int:  # fmt: skip
    """Party A signs those that party B has signed: the chosen ones or all; how many."""
    _refuse_unproven(by, confirmed)
    refuse_stranger_head(round_, by)
    rows = Letter.objects.filter(round=round_, state=LetterState.HALF)
    if letters is not None:
        rows = rows.filter(pk__in=list(letters))
    held = _held(list(rows.values_list("pk", flat=True)))
    # Another person may have signed them while this one waited for the lock.
    waiting = [one for one in held if one.state == LetterState.HALF]
    if not waiting:
        raise Conflict(_("没有等待甲方签署的责任书，可能刚刚已经签过，请刷新页面。"))
    bad = _broken_among(waiting)
    if bad:
        raise Refused(_("%(number)s：%(why)s不能签署。") % {"number": bad[0][0].number, "why": bad[0][1]})  # fmt: skip
    assert confirmed is not None  # noqa: S101 -- refused above
    _write([(one, by, confirmed) for one in waiting], Turn.A)
    people = [(one.holder_id, one.unit_id) for one in waiting if one.holder_id]
    if people:
        tell_people(
            people, kind="duties.letter", title=_("责任书已经双方签订"), url=reverse("duties:letters"),
            once_key=f"letters:done:{round_.pk}:{waiting[0].pk}",
        )  # fmt: skip
    settle(round_, by=by)
    return len(waiting)


@action(Permission.LETTER_SIGN)
def return_letter(letter: Letter, *, by: Actor, why: str) -> Letter:
    """Party B sends it back unsigned, with a reason; party A withdraws it or issues a new one."""
    held = _held([letter.pk])[0]
    _refuse_unfit(held, by)
    if held.state != LetterState.ISSUED:
        raise Conflict(_state_text(held))
    _end([held], LetterState.RETURNED, _reason(why))
    title = _("%(who)s退回了责任书：%(why)s") % {"who": held.b_name, "why": held.why}
    tell(
        [held.party_a_id], list(HEAD_ROLES.values()), kind="duties.letter", title=title, record=held.record,
        once_key=f"letter:returned:{held.pk}",
    )  # fmt: skip
    return held


@action(Permission.LETTER_ISSUE)
def send_back(letter: Letter, *, by: Actor, why: str) -> Letter:
    """Party A does not countersign, with a reason: party B's letter is replaced by a new one to be signed."""
    return _replace(letter, by=by, states=(LetterState.HALF,), why=_reason(why))


@action(Permission.LETTER_ISSUE)
def issue_again(letter: Letter, *, by: Actor) -> Letter:
    """After it was sent back: a new letter with its own text and number follows the old one."""
    return _replace(letter, by=by, states=(LetterState.RETURNED,), why="")


@action(Permission.LETTER_ISSUE)
def withdraw(letter: Letter, *, by: Actor, why: str) -> Letter:
    """Party A takes back a letter that is not signed by both."""
    held = _held([letter.pk])[0]
    _refuse_stranger_a(held, by)
    if held.state not in OPEN:
        raise Conflict(_state_text(held))
    _end([held], LetterState.WITHDRAWN, _reason(why))
    settle(LetterRound.objects.get(pk=held.round_id), by=by)
    return held


@action(Permission.LETTER_ISSUE)
def nudge(round_: LetterRound, *, by: Actor) -> int:
    """Remind all who have not signed; not again within some hours."""
    held: LetterRound = LetterRound.objects.select_for_update().get(pk=round_.pk)
    now = timezone.now()
    pause = datetime.timedelta(hours=int(number_values("letter_nudge_hours")[0]))
    if held.nudged_at is not None and now - held.nudged_at < pause:
        raise Conflict(_("不久前刚催过，请过一段时间再催。"))
    rows = list(Letter.objects.filter(round=held, state=LetterState.ISSUED))
    if not rows:
        raise Refused(_("没有待签的责任书，不需要催签。"))
    held.nudged_at = now
    held.save(update_fields=["nudged_at"])
    title = _("请尽快签订%(year)d年安全责任书") % {"year": held.year}
    said: dict[str, Any] = {"kind": "duties.letter", "title": title, "url": reverse("duties:letters"), "once_key": f"letters:nudge:{held.pk}:{now:%Y%m%d%H%M}"}  # fmt: skip
    people = [(one.holder_id, one.unit_id) for one in rows if one.holder_id]
    if people:
        return tell_people(people, **said)
    return tell([one.unit_id for one in rows], list(HEAD_ROLES.values()), **said)


def settle(round_: LetterRound, *, by: Actor) -> None:
    """Once nobody is left who has not signed, the round counts for the duties of its unit; and stays."""
    held: LetterRound = (
        LetterRound.objects.select_for_update(of=("self",))
        .select_related("record")
        .get(pk=round_.pk)
    )
    if held.done_on is not None:
        return
    states = set(Letter.objects.filter(round=held).values_list("state", flat=True).distinct())
    if states & set(OPEN) or LetterState.SIGNED not in states:
        return
    held.done_on = timezone.localdate()
    held.save(update_fields=["done_on"])
    amend_record(held.record, by=by, state="done", counts=True, happened_on=held.done_on)


def refuse_stranger_head(round_: LetterRound, by: Actor) -> None:
    """Only the head's post at the issuing unit signs for party A."""
    kind = Unit.objects.values_list("kind", flat=True).get(key=round_.unit_id)
    if by.unit_key != round_.unit_id or by.role != HEAD_ROLES[kind]:
        raise Forbidden(_("由甲方的%(who)s签署。") % {"who": Role(HEAD_ROLES[kind]).label})


def may_sign(letter: Letter, by: Actor, kind: str) -> str:
    """Why the actor cannot sign for party B; empty where they can."""
    if letter.holder_id is not None:
        return "" if letter.holder_id == by.person_id else _("由签订人本人签署。")
    if by.unit_key != letter.unit_id or by.role != HEAD_ROLES.get(kind):
        return _("由乙方的%(who)s签署。") % {"who": Role(HEAD_ROLES[kind]).label}
    return ""


def _refuse_unproven(by: Actor, proof: Confirmed | None) -> None:
    now = timezone.now()
    if proof is None or proof.person_id != by.person_id:
        raise Refused(_("签署前请再验证一次身份。"))
    if not now - fresh_for() <= proof.at <= now + datetime.timedelta(seconds=5):
        raise Refused(_("身份验证已经过时，请再验证一次。"))


def _refuse_unfit(letter: Letter, by: Actor) -> None:
    unit = Unit.objects.get(key=letter.unit_id)
    if unit.state != Unit.State.ACTIVE:
        raise Refused(_("%(unit)s已停办或并入，不能再签订。") % {"unit": unit.name})
    if why := may_sign(letter, by, unit.kind):
        raise Forbidden(why)
    if bad := _broken_among([letter]):
        raise Refused(_("%(why)s不能签署，请联系下发单位。") % {"why": bad[0][1]})


def _refuse_stranger_a(letter: Letter, by: Actor) -> None:
    if by.unit_key != letter.party_a_id:
        raise Forbidden(_("由下发责任书的单位办理。"))


def _mine_already(letter: Letter, turn: Turn, by: Actor) -> bool:
    return Signature.objects.filter(letter=letter, turn=turn, person_id=by.person_id).exists()


def _held(keys: Sequence[uuid.UUID]) -> list[Letter]:
    """The letters as they stand, locked in the order of their keys."""
    rows = Letter.objects.select_for_update(of=("self",)).filter(pk__in=list(keys)).order_by("pk")
    return list(rows.select_related("record", "body"))


def _broken_among(letters: Sequence[Letter]) -> list[tuple[Letter, str]]:
    signed: dict[uuid.UUID, list[Signature]] = {}
    for one in Signature.objects.filter(letter__in=[one.pk for one in letters]):
        signed.setdefault(one.letter_id, []).append(one)
    checked = [(one, broken(one, one.body, signed.get(one.pk, []))) for one in letters]
    return [(one, why) for one, why in checked if why]


def _write(signed: Sequence[tuple[Letter, Actor, Confirmed]], turn: Turn) -> None:
    """Signatures on locked letters, and what the letters and their records become; five statements."""
    now = timezone.now()
    letters = [letter for letter, _by, _proof in signed]
    units = Unit.raw.filter(key__in={by.unit_key for _letter, by, _proof in signed})
    unit_names = dict(units.values_list("key", "name"))
    texts = dict(
        LetterText.objects.filter(pk__in=[one.pk for one in letters]).values_list("pk", "sha256")
    )
    made = []
    for one, by, proof in signed:
        signature = Signature(
            letter=one, unit_id=one.unit_id, turn=turn, person_id=proof.person_id, name=by.name[:60],
            post=one.post_title if one.holder_id == by.person_id else Role(by.role).label,
            unit_name=unit_names[by.unit_key], at=now, method=proof.how[:20], sha256=texts[one.pk],
        )  # fmt: skip
        signature.seal = signature_seal(signature)
        made.append(signature)
        one.state = LetterState.HALF if turn == Turn.B else LetterState.SIGNED
        one.signed_at = now if turn == Turn.A else None
    Signature.objects.bulk_create(made, batch_size=500)
    keys, state = [one.pk for one in letters], letters[0].state
    Letter.objects.filter(pk__in=keys).update(state=state, signed_at=letters[0].signed_at)
    facts = {"counts": True, "happened_on": timezone.localdate()} if turn == Turn.A else {}
    Record.objects.filter(pk__in=keys).update(state=state, updated_at=now, **facts)
    changed(letters)


def _end(letters: Sequence[Letter], state: str, why: str) -> None:
    """Letters that are over, and their records: they stay to be read and count no more."""
    keys = [one.pk for one in letters]
    for one in letters:
        one.state, one.why = state, why
    Letter.objects.filter(pk__in=keys).update(state=state, why=why[:200])
    Record.objects.filter(pk__in=keys).update(state=state, counts=False, updated_at=timezone.now())
    changed(letters)


def _replace(letter: Letter, *, by: Actor, states: Iterable[str], why: str) -> Letter:
    held = _held([letter.pk])[0]
    _refuse_stranger_a(held, by)
    if held.state not in states:
        raise Conflict(_state_text(held))
    _end([held], LetterState.WITHDRAWN, why or held.why)
    made = follow_up(held, by=by)
    if held.holder_id and why:
        tell_person(
            held.holder_id, held.unit_id, kind="duties.letter", title=_("责任书退回重签：%(why)s") % {"why": why},
            record=made.record, once_key=f"letter:back:{held.pk}",
        )  # fmt: skip
    return made


def follow_up(letter: Letter, *, by: Actor) -> Letter:
    """A new letter to the same party in the same round, with the days of a successor."""
    days = int(number_values("letter_successor_days")[0])
    due_on = timezone.localdate() + datetime.timedelta(days=days)
    party = Party(
        letter.unit_id, letter.b_name, letter.holder_id, letter.post_title, _post_key(letter)
    )
    plan = content().letters[letter.plan]
    round_ = LetterRound.objects.select_related("unit", "record").get(pk=letter.round_id)
    previous = {letter.holder_id or letter.unit_id: letter.pk}
    keys = write_letters(round_, [(plan, party)], by=by, due_on=due_on, previous=previous)
    found: Letter = Letter.objects.select_related("record").get(pk=keys[0])
    return found


def _post_key(letter: Letter) -> str:
    titles = {post.title: post.key for post in content().posts.values()}
    return titles.get(letter.post_title, "")


def _reason(why: str) -> str:
    if not why.strip():
        raise Refused(_("请写明原因。"), field="why")
    return why.strip()[:200]


def _state_text(letter: Letter) -> str:
    return _("这份责任书现在是“%(state)s”，请刷新页面。") % {"state": letter.get_state_display()}


def _tell_a(letter: Letter) -> None:
    """Party A hears once a day and round how many wait, not of each of a thousand."""
    tell(
        [letter.party_a_id], list(HEAD_ROLES.values()), kind="duties.letter",
        title=_("有责任书等待甲方签署"), url=reverse("duties:round", args=[letter.round_id]),
        once_key=f"letters:half:{letter.round_id}:{timezone.localdate().isoformat()}",
    )  # fmt: skip
