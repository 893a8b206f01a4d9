"""Pages of letters: who has signed, issuing, one letter and its signing, the paper."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.responsibility.duties import letter_queries, queries
from anyuan.domains.responsibility.duties.documents import paper
from anyuan.domains.responsibility.duties.forms import IssueForm, LetterFilter, WhyForm
from anyuan.domains.responsibility.duties.models import Letter, LetterState
from anyuan.domains.responsibility.duties.models.letters import OPEN
from anyuan.domains.responsibility.duties.public import address_of
from anyuan.domains.responsibility.duties.services import signing
from anyuan.domains.responsibility.duties.services.issuing import HEAD_ROLES, issue_letters
from anyuan.org.confirming import Confirmed, can_confirm_here, confirmed
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.pages import keyset_page
from anyuan.org.permissions import Permission


@require_GET
@signed_in
def letters(request: AuthedRequest) -> HttpResponse:
    """What I have to sign, the rounds of my unit, and for supervisors who has not signed below."""
    by = request.actor
    unit = queries.unit_in(by, by.unit_key)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and len(asked) == 4 else timezone.localdate().year
    wanted = {"unit": by.unit_key} if letter_queries.may_see_others(by) else {}
    mine = letter_queries.filtered(by, wanted).filter(unit=by.unit_key) if wanted else letter_queries.filtered(by, {})  # fmt: skip
    if wanted:
        mine = mine.filter(holder__isnull=True)
    lines, sums = letter_queries.matrix(by, unit, year) if by.is_supervisor else ([], {})
    facts = {
        "unit": unit, "year": year, "todo": list(queries.to_sign(by)[:20]), "mine": list(mine.order_by("-record_id")[:10]),
        "rounds": letter_queries.rounds_of(by) if letter_queries.may_see_others(by) else [],
        "lines": lines, "sums": sums, "may_issue": by.may(Permission.LETTER_ISSUE),
    }  # fmt: skip
    return render(request, "duties/letters.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def issue(request: AuthedRequest) -> HttpResponse:
    """Issue the letters of a year to all below who have none."""
    by = request.actor
    if not by.may(Permission.LETTER_ISSUE):
        raise Forbidden(_("您的岗位不能下发责任书。"))
    unit = queries.unit_in(by, by.unit_key)
    form = IssueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = issue_letters(unit, by=by, year=form.cleaned_data["year"], record_id=form.once())
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已下发，签订人会收到通知。"))
            return redirect("duties:round", made.pk)
    facts = {"form": form, "unit": unit}
    return render(request, "duties/issue.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def round_one(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The letters of a round: who has not signed; party A's countersigning."""
    by = request.actor
    round_ = letter_queries.round_of(by, pk)
    form = LetterFilter(request.GET)
    form.is_valid()
    rows = letter_queries.filtered(by, {**form.cleaned_data, "round": round_.pk})
    page = keyset_page(rows, order=["record_id"], cursor=request.GET.get("after", ""), size=50)
    own = by.unit_key == round_.unit_id
    facts = {
        "round": round_, "page": page, "form": form, "totals": letter_queries.totals(round_),
        "own": own and by.may(Permission.LETTER_ISSUE),
        "may_countersign": own and by.role == HEAD_ROLES.get(round_.unit.kind),
        "proof": _proof(request), "prove_url": _prove_url(request), "can_prove": can_confirm_here(request),
    }  # fmt: skip
    return render(request, "duties/round.html", facts)


@require_GET
@signed_in
def unit_letters(request: AuthedRequest, key: str) -> HttpResponse:
    """All letters of a unit and those below: the drill-down of the matrix."""
    by = request.actor
    unit = queries.unit_in(by, key)
    form = LetterFilter(request.GET)
    form.is_valid()
    rows = letter_queries.filtered(by, {**form.cleaned_data, "unit": unit.key})
    page = keyset_page(rows, order=["record_id"], cursor=request.GET.get("after", ""), size=50)
    facts = {"unit": unit, "page": page, "form": form}
    return render(request, "duties/unit_letters.html", facts)


@require_POST
@signed_in
def round_countersign(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Party A signs all that wait, or those chosen."""
    round_ = letter_queries.round_of(request.actor, pk)
    if not request.actor.may(Permission.LETTER_ISSUE):
        raise Forbidden(_("您的岗位不能签署责任书。"))
    signing.refuse_stranger_head(round_, request.actor)
    back = reverse("duties:round", args=[pk])
    chosen = _uuids(request.POST.getlist("letter")) or None

    def sign(proof: Confirmed | None) -> str:
        count = signing.countersign(round_, by=request.actor, confirmed=proof, letters=chosen)
        return _("甲方已签署 %(n)d 份。") % {"n": count}

    return _signed(request, back, sign)


@require_POST
@signed_in
def round_nudge(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    round_ = letter_queries.round_of(request.actor, pk)
    if request.actor.unit_key != round_.unit_id:
        raise Forbidden(_("由下发责任书的单位催签。"))
    return _done(
        request, reverse("duties:round", args=[pk]),
        lambda: _("已提醒 %(n)d 人。") % {"n": signing.nudge(round_, by=request.actor)},
    )  # fmt: skip


@require_GET
@signed_in
def letter_one(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """One letter: its text, signatures, whether it holds, and what can be done now."""
    by = request.actor
    letter = letter_queries.one(by, pk)
    signatures, wrong = letter_queries.signed(letter)
    mine = not signing.may_sign(letter, by, letter.unit.kind)
    party_a = by.unit_key == letter.party_a_id and by.may(Permission.LETTER_ISSUE)
    facts = {
        "letter": letter, "signatures": signatures, "wrong": wrong,
        "lines": letter.body.text.split("\n") if hasattr(letter, "body") else [],
        "may_sign": mine and letter.state == LetterState.ISSUED and not wrong,
        "may_return": mine and letter.state == LetterState.ISSUED,
        "may_send_back": party_a and letter.state == LetterState.HALF,
        "may_again": party_a and letter.state == LetterState.RETURNED,
        "may_withdraw": party_a and letter.state in OPEN,
        "proof": _proof(request), "prove_url": _prove_url(request), "can_prove": can_confirm_here(request),
        "check_url": address_of(request, letter), "why": WhyForm(auto_id="why_%s"),
    }  # fmt: skip
    return render(request, "duties/letter.html", facts)


@require_POST
@signed_in
def letter_sign(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Party B signs, after proving who they are."""
    letter = letter_queries.one(request.actor, pk)
    if why := signing.may_sign(letter, request.actor, letter.unit.kind):
        raise Forbidden(why)

    def sign(proof: Confirmed | None) -> str:
        signing.sign_letter(letter, by=request.actor, confirmed=proof)
        return _("已签署，等待甲方签署。")

    return _signed(request, reverse("duties:letter", args=[pk]), sign)


@require_POST
@signed_in
def letter_step(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """Send back, withdraw, issue again."""
    letter, by = letter_queries.one(request.actor, pk), request.actor
    why = request.POST.get("why", "")
    steps: dict[str, Callable[[], Letter]] = {
        "return": lambda: signing.return_letter(letter, by=by, why=why),
        "back": lambda: signing.send_back(letter, by=by, why=why),
        "withdraw": lambda: signing.withdraw(letter, by=by, why=why),
        "again": lambda: signing.issue_again(letter, by=by),
    }
    if step not in steps:
        raise Missing
    found: list[Letter] = []

    def act() -> str:
        found.append(steps[step]())
        return _("已办理。")

    answer = _done(request, reverse("duties:letter", args=[pk]), act)
    return redirect("duties:letter", found[0].pk) if found else answer


@require_GET
@signed_in
def letter_paper(request: AuthedRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """The letter as Word or PDF."""
    if form not in {"docx", "pdf"}:
        raise Missing
    letter = letter_queries.one(request.actor, pk)
    if not hasattr(letter, "body"):
        raise Missing
    signatures, wrong = letter_queries.signed(letter)
    made = paper(letter, signatures, address=address_of(request, letter), wrong=wrong)
    return made.answer(form, f"安全责任书 {letter.number}")


def _proof(request: AuthedRequest) -> Confirmed | None:
    return confirmed(request, within=signing.fresh_for())


def _prove_url(request: AuthedRequest) -> str:
    """Where the person proves who they are and comes back; a single sign-on's people sign in anew."""
    if not can_confirm_here(request):
        return ""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}"


def _signed(
    request: AuthedRequest, back: str, sign: Callable[[Confirmed | None], str]
) -> HttpResponse:
    """Sign with a fresh proof; without one ask for it and come back to the page."""
    proof = _proof(request)
    if proof is None and can_confirm_here(request):
        messages.info(request, _("请再验证一次身份，然后回到这里签署。"))
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
    if proof is None:
        messages.warning(request, _("请先退出，重新用统一身份认证登录，再来签署。"))
        return redirect(back)
    return _done(request, back, lambda: sign(proof))


def _done(request: AuthedRequest, back: str, act: Callable[[], Any]) -> HttpResponse:
    """Do it, say how it went, go back to the page."""
    try:
        said = act()
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        messages.success(request, said)
    return redirect(back)


def _uuids(texts: list[str]) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in texts]
    except ValueError as error:
        raise Missing from error
