"""The loop of a trace: opened, evidence frozen, findings served, decided, carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.periods import add_working_days
from anyuan.core.refused import Refused
from anyuan.domains.risk.tracing import forms
from anyuan.domains.risk.tracing.models import Finding, Opinion, Panelist, Trace
from anyuan.domains.risk.tracing.services.opening import freeze
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.engines.notices.services import tell, tell_people
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role


def only_lead(trace: Trace, by: Actor) -> str:
    leads = any(one.lead and one.person_id == by.person_id for one in trace.panel.all())
    return "" if leads else _("由倒查组组长办理。")


def do_freeze(trace: Trace, by: Actor, data: Mapping[str, Any]) -> None:
    freeze(trace)


def serve(trace: Trace, by: Actor, data: Mapping[str, Any]) -> None:
    """Every member agrees with every finding; then those concerned may read and answer."""
    findings = list(Finding.objects.filter(trace=trace))
    if not findings:
        raise Refused(_("还没有写下意见，不能告知。"))
    members = set(Panelist.objects.filter(trace=trace).values_list("person_id", flat=True))
    agreed = set(
        Opinion.objects.filter(finding__trace=trace, agrees=True).values_list(
            "finding_id", "person_id"
        )
    )
    missing = {(f.pk, m) for f in findings for m in members} - agreed
    if missing:
        raise Refused(_("还有 %(n)d 项意见没有得到倒查组成员同意。") % {"n": len(missing)})
    days = int(number_values("trace_objection_days")[0])
    trace.served_at = timezone.now()
    trace.objection_until = add_working_days(timezone.localdate(trace.served_at), days)
    trace.save(update_fields=["served_at", "objection_until"])
    trace.case.due_on = trace.objection_until
    Finding.objects.filter(trace=trace).update(
        served_at=trace.served_at, objection_until=trace.objection_until
    )
    _tell_concerned(
        trace, findings, _("责任倒查意见，请查看；如有不同意见请在期限内申辩"), "served"
    )


def decide(trace: Trace, by: Actor, data: Mapping[str, Any]) -> None:
    """After the days for objections, or when all concerned have answered; each objection has its answer."""
    rows = Finding.objects.filter(trace=trace)
    waiting = rows.filter(objected_at__isnull=True).exists()
    if waiting and trace.objection_until and timezone.localdate() <= trace.objection_until:
        raise Refused(
            _("申辩期到 %(day)s，期满后再作决定。") % {"day": trace.objection_until.isoformat()}
        )
    if rows.filter(objected_at__isnull=False, answer="").exists():
        raise Refused(_("还有申辩没有复核，请先复核。"))
    trace.decided_at = timezone.now()
    trace.save(update_fields=["decided_at"])
    rows.filter(answer="").update(
        final_conclusion=F("conclusion"), final_handling=F("handling"), decided_at=trace.decided_at
    )
    rows.exclude(answer="").update(decided_at=trace.decided_at)
    _tell_concerned(trace, list(rows), _("责任倒查已作出决定，请查看"), "decided")


def finish(trace: Trace, by: Actor, data: Mapping[str, Any]) -> None:
    trace.outcome = str(data["note"])
    trace.save(update_fields=["outcome"])
    trace.case.due_on = None


def cancel(trace: Trace, by: Actor, data: Mapping[str, Any]) -> None:
    trace.voided_at = timezone.now()
    trace.save(update_fields=["voided_at"])


def _tell_concerned(trace: Trace, findings: list[Finding], what: str, occasion: str) -> None:
    """The person concerned where there is an account, and the head of the unit where it is the unit."""
    for finding in findings:
        title = f"{what}：{finding.trace_title}"[:200]
        url, once = f"/tracing/findings/{finding.pk}/", f"trace.{occasion}:{finding.pk}"
        if finding.person_id is not None:
            whom = [(finding.person_id, finding.unit_id)]
            tell_people(whom, kind="trace", title=title, url=url, once_key=once)
        else:
            heads = [Role.PRINCIPAL, Role.DISTRICT_SUPERVISOR]
            tell([finding.unit_id], heads, kind="trace", title=title, url=url, once_key=once)


P = Permission.TRACE_RUN
TRACE = declare(
    Loop(
        key="trace",
        label="责任倒查",
        url_name="tracing:detail",
        start=("opened",),
        stages=("立项", "固定证据", "告知申辩", "决定", "执行"),
        states=(
            State("opened", "已立项", "azure", "folder-open", 1),
            State("frozen", "证据已固定", "purple", "lock", 2),
            State("served", "已告知", "orange", "mail-opened", 3),
            State("decided", "已决定", "indigo", "gavel", 4),
            State("closed", "已执行", "green", "circle-check", 5, final=True),
            State("void", "已撤销", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("freeze", "收集并固定证据", ("opened",), "frozen", P, "lock",
                       form=forms.FreezeForm, guard=only_lead, apply=do_freeze),
            Transition("serve", "告知意见", ("frozen",), "served", P, "mail-forward",
                       form=forms.ServeForm, guard=only_lead, apply=serve),
            Transition("decide", "作出决定", ("served",), "decided", P, "gavel",
                       form=forms.NoteForm, guard=only_lead, apply=decide),
            Transition("close", "执行完毕", ("decided",), "closed", P, "circle-check", "success",
                       form=forms.OutcomeForm, guard=only_lead, apply=finish),
            Transition("cancel", "撤销倒查", ("opened", "frozen"), "void", P, "circle-x", "secondary",
                       form=forms.ReasonForm, guard=only_lead, apply=cancel),
        ),
    )
)  # fmt: skip
