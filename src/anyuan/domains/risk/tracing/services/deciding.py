"""Findings: written and weighed by the panel, answered by whom they concern, decided."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.risk.tracing.content import PERSON, UNIT, content
from anyuan.domains.risk.tracing.models import Conclusion, Finding, Opinion, Panelist, Trace
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.services import checked

OWN = ("trace", "unit", "run_by", "person")


@action(Permission.TRACE_RUN)
def write_finding(
    trace: Trace, *, by: Actor, unit: Unit, conclusion: str, basis: str, reasons: str,
    person_id: int | None = None, person_name: str = "", post_name: str = "", handling: str = "",
    evidence: Sequence[int] = (), finding_id: uuid.UUID | None = None,
) -> Finding:  # fmt: skip
    """A finding, new or (by `finding_id`) corrected; correcting takes the panel's opinions back.

    Errors: evidence not frozen yet or findings served, a unit outside one's own, a handling that does
    not fit, evidence numbers that are not there, who is not on the panel.
    """
    held = _frozen(trace)
    _refuse_outsider(held, by)
    if not by.units.holds(unit.key):
        raise Missing
    whom = PERSON if person_id or person_name.strip() else UNIT
    _refuse_handling(conclusion, handling, whom)
    if Panelist.objects.filter(trace=held, person_id=person_id).exists():
        raise Refused(_("倒查组成员不能认定自己，请先调整倒查组。"), field="subject")
    known = held.items.count()
    if any(not 1 <= n <= known for n in evidence):
        raise Refused(_("证据序号应在 1 到 %(n)d 之间。") % {"n": known}, field="evidence")
    if conclusion != Conclusion.DONE and not evidence:
        raise Refused(_("请写明依据的证据序号。"), field="evidence")
    finding = Finding(pk=finding_id) if finding_id else Finding()
    if finding_id:
        found = Finding.objects.filter(pk=finding_id, trace=held).first()
        if found is None:
            raise Missing
        finding = found
        finding.opinions.all().delete()
    finding.trace, finding.unit, finding.run_by_id = held, unit, held.unit_id
    finding.trace_title = held.record.title
    finding.person_id, finding.person_name = person_id, person_name.strip()[:40]
    finding.post_name = post_name.strip()[:60]
    finding.conclusion, finding.handling = conclusion, handling
    finding.basis, finding.reasons = basis.strip(), reasons.strip()
    finding.evidence = sorted(set(evidence))
    checked(finding, exclude=OWN)
    return finding


@action(Permission.TRACE_RUN)
def drop_finding(finding: Finding, *, by: Actor) -> None:
    """Take a finding away before it is served."""
    trace = _frozen(_trace_of(finding, by))
    _refuse_outsider(trace, by)
    Finding.objects.get(pk=finding.pk).delete()


@action(Permission.TRACE_RUN)
def give_opinion(finding: Finding, *, by: Actor, agrees: bool, words: str = "") -> Opinion:
    """A member of the panel agrees with a finding, or says why not; saying it again replaces it."""
    trace = _frozen(_trace_of(finding, by))
    _refuse_outsider(trace, by)
    assert by.person_id is not None  # noqa: S101 -- a member of the panel is a person
    opinion = Opinion.objects.filter(finding=finding, person_id=by.person_id).first()
    if opinion is None:
        opinion = Opinion(finding=finding, unit_id=trace.unit_id, person_id=by.person_id)
    opinion.agrees, opinion.words = agrees, words.strip()
    if not agrees and not opinion.words:
        raise Refused(_("不同意的，请写明意见。"), field="words")
    checked(opinion, exclude=("finding", "unit", "person"))
    return opinion


@action(Permission.TRACE_ANSWER)
def object_to(finding: Finding, *, by: Actor, words: str) -> Finding:
    """The person concerned, or the head of the unit, answers a served finding, once, within its days."""
    held: Finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if held.served_at is None:
        raise Missing
    if not may_object(held, by):
        raise Forbidden(_("由当事人或单位负责人申辩。"))
    if held.decided_at is not None:
        raise Conflict(_("这项倒查已经作出决定。"))
    if held.objected_at is not None:
        raise Conflict(_("%(who)s已经提交了申辩。") % {"who": held.objected_by})
    if held.objection_until and timezone.localdate() > held.objection_until:
        raise Refused(
            _("申辩期限到 %(day)s 为止，已经过了。") % {"day": held.objection_until.isoformat()}
        )
    if not words.strip():
        raise Refused(_("请写下申辩意见。"), field="words")
    held.objection, held.objected_at, held.objected_by = words.strip(), timezone.now(), by.name[:60]
    checked(held, exclude=OWN)
    tell(
        [held.run_by_id], [Role.BUREAU_SUPERVISOR, Role.DISTRICT_SUPERVISOR], kind="trace",
        title=_("收到申辩：%(what)s") % {"what": held.trace_title}, url=f"/tracing/{held.trace_id}/",
        once_key=f"trace.objection:{held.pk}",
    )  # fmt: skip
    return held


@action(Permission.TRACE_RUN)
def answer_objection(
    finding: Finding, *, by: Actor, answer: str, reason: str, conclusion: str = "", handling: str = ""
) -> Finding:  # fmt: skip
    """What the panel makes of an objection: upheld as it was, changed, or dropped; with its reason."""
    trace = _trace_of(finding, by)
    _refuse_outsider(trace, by)
    held: Finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if held.objected_at is None:
        raise Refused(_("这条意见没有申辩。"))
    if held.decided_at is not None:
        raise Conflict(_("这项倒查已经作出决定。"))
    if answer not in Finding.Answer.values:
        raise Refused(_("请选择维持、变更或撤销。"), field="answer")
    if not reason.strip():
        raise Refused(_("请写明理由。"), field="reason")
    whom = PERSON if held.person_name else UNIT
    final = {
        Finding.Answer.UPHELD: (held.conclusion, held.handling),
        Finding.Answer.CHANGED: (conclusion, handling),
        Finding.Answer.DROPPED: (Conclusion.DONE, ""),
    }[Finding.Answer(answer)]
    _refuse_handling(*final, whom)
    if answer == Finding.Answer.CHANGED and final == (held.conclusion, held.handling):
        raise Refused(_("认定和处理都没有变，请选择维持。"), field="answer")
    held.answer, held.answer_reason = answer, reason.strip()
    held.final_conclusion, held.final_handling = final
    checked(held, exclude=OWN)
    return held


def may_object(finding: Finding, by: Actor) -> bool:
    """The person concerned, or the head of the unit for the unit."""
    if by.person_id is None:
        return False
    own = finding.person_id == by.person_id
    head = by.role in {Role.PRINCIPAL, Role.DISTRICT_SUPERVISOR} and by.unit_key == finding.unit_id
    return own or (head and finding.person_id is None)


def _trace_of(finding: Finding, by: Actor) -> Trace:
    """The trace of a finding, for those who run it; to all others it is not there."""
    if not by.units.holds(finding.run_by_id):
        raise Missing
    trace: Trace = Trace.objects.select_related("record", "unit").get(pk=finding.trace_id)
    return trace


def _frozen(trace: Trace) -> Trace:
    held: Trace = (
        Trace.objects.select_for_update(of=("self",)).select_related("record").get(pk=trace.pk)
    )
    if held.frozen_at is None:
        raise Refused(_("请先固定证据，再写意见。"))
    if held.served_at is not None:
        raise Conflict(_("意见已经告知，不能再修改。"))
    return held


def _refuse_outsider(trace: Trace, by: Actor) -> None:
    if not Panelist.objects.filter(trace=trace, person_id=by.person_id).exists():
        raise Forbidden(_("由倒查组成员办理。"))


def _refuse_handling(conclusion: str, handling: str, whom: str) -> None:
    if conclusion not in Conclusion.values:
        raise Refused(_("请选择认定结论。"), field="conclusion")
    if conclusion == Conclusion.DONE:
        if handling:
            raise Refused(_("履职到位的，不用选处理建议。"), field="handling")
        return
    known: dict[str, Any] = {one.key: one for one in content().handlings}
    if handling not in known:
        raise Refused(_("请选择处理建议。"), field="handling")
    if whom not in known[handling].applies:
        raise Refused(
            _("“%(what)s”不适用于%(whom)s，请另选。")
            % {"what": known[handling].title, "whom": _("个人") if whom == PERSON else _("单位")},
            field="handling",
        )
