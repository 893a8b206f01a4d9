"""The point's loop: graded, approved by another person, confirmed above where it is red or orange, in control."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.risk.points import forms, scoring
from anyuan.domains.risk.points.content import scoring as tables
from anyuan.domains.risk.points.models import Method, RegradeProposal, RiskGrading, RiskPoint
from anyuan.domains.risk.points.numbers import bands_of, next_review
from anyuan.domains.risk.points.tempo import begin_checks, set_tempo
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import open_record, record_saved

GRAVE = ("red", "orange")  # confirmed by the level above


def grade(point: RiskPoint, by: Actor, data: Mapping[str, Any]) -> None:
    """Write a grading that stays, and what it says onto the point; open proposals are answered by it."""
    grading = weighed(data)
    grading.unit_id, grading.point, grading.before = point.unit_id, point, point.colour
    grading.by_name, grading.on = by.name, timezone.localdate()
    grading.record = open_record(
        point.unit, by=by, kind="risk_grading", happened_on=timezone.localdate(),
        title=f"{point.zone}：{point.name}", tags=grading.tags,
    )  # fmt: skip
    grading.save(force_insert=True)
    record_saved(grading.record)
    today = timezone.localdate()
    point.colour, point.value = grading.colour, grading.value
    point.control_level, point.responsible = grading.control_level, grading.responsible
    point.graded_on, point.graded_by_id, point.review_due = today, by.person_id, next_review(today)
    point.save()
    set_tempo(point)
    _retag(point)
    RegradeProposal.objects.filter(point=point, state=RegradeProposal.State.OPEN).update(
        state=RegradeProposal.State.ACCEPTED, decided_by=by.person_id, decided_at=timezone.now(),
        decision=grading.arithmetic[:300],
    )  # fmt: skip


def weighed(data: Mapping[str, Any]) -> RiskGrading:
    """The grading that the answers give, not yet saved. Errors: Refused where a score is not of the table."""
    known = tables()
    method = data["method"]
    found = RiskGrading(method=method, table=known.version, reason=str(data.get("note") or "").strip()[:300])  # fmt: skip
    if method == Method.DIRECT:
        if data.get("direct") not in known.direct:
            raise Refused(_("请选择直接判定的情形。"), field="direct")
        found.direct, found.colour = known.direct[data["direct"]][:100], "red"
    else:
        _count(found, data)
    colour = known.colours[found.colour]
    found.control_level = data.get("control_level") or colour.control
    found.responsible = str(data.get("responsible") or "").strip()[:40]
    if not found.responsible:
        raise Refused(_("请填写谁负责管控。"), field="responsible")
    return found


def _count(found: RiskGrading, data: Mapping[str, Any]) -> None:
    known = tables()
    if found.method == Method.LEC:
        names = {"likelihood": known.lec["likelihood"], "exposure": known.lec["exposure"], "consequence": known.lec["consequence"]}  # fmt: skip
        fields = {"likelihood": "lec_l", "exposure": "lec_e", "consequence": "lec_c"}
    else:
        names = {"likelihood": known.ls["likelihood"], "consequence": known.ls["severity"]}
        fields = {"likelihood": "ls_l", "consequence": "ls_s"}
    scores: dict[str, Decimal] = {}
    for name, table in names.items():
        score = data.get(fields[name])
        if score in (None, "") or Decimal(str(score)) not in {step.score for step in table}:
            raise Refused(_("请选择这一项的分值。"), field=fields[name])
        scores[name] = Decimal(str(score))
        setattr(found, name, scores[name])
    found.value = scoring.lec(**scores) if found.method == Method.LEC else scoring.matrix(*scores.values())  # fmt: skip
    bands = bands_of(found.method)
    found.limits, found.limit_up = list(bands.limits), bands.up
    found.colour = bands.colour(found.value)


def may_approve(point: RiskPoint, by: Actor) -> str:
    if by.person_id is not None and by.person_id == point.graded_by_id:
        return _("评估和审核不能是同一个人，请由另一位负责人审核。")
    if not point.controls.filter(active=True).exists():
        return _("还没有管控措施，请先登记措施。")
    return ""


def approve(point: RiskPoint, by: Actor, data: Mapping[str, Any]) -> str | None:
    """Red and orange wait for the level above; yellow and blue are in control from now on."""
    if point.colour in GRAVE:
        return None
    begin_checks(point)
    return "controlled"


def confirm(point: RiskPoint, by: Actor, data: Mapping[str, Any]) -> None:
    begin_checks(point)


def may_remove(point: RiskPoint, by: Actor) -> str:
    if point.colour in GRAVE and point.record.state in {"approved", "controlled"}:
        return _("红色、橙色风险点要先重新评估降级，再移出。")
    return ""


def remove(point: RiskPoint, by: Actor, data: Mapping[str, Any]) -> None:
    point.next_check_on, point.removed_on = None, timezone.localdate()
    point.save(update_fields=["next_check_on", "removed_on"])
    RegradeProposal.objects.filter(point=point, state=RegradeProposal.State.OPEN).update(
        state=RegradeProposal.State.DECLINED, decided_by=by.person_id, decided_at=timezone.now(),
        decision=_("风险点已移出。"),
    )  # fmt: skip


def _retag(point: RiskPoint) -> None:
    """Keep the record's facets in step with the grading (the engine saves the record after this)."""
    point.record.tags = point.tags
    point.record.save(update_fields=["tags"])
    point.case.record = point.record


P = Permission
declare(
    Loop(
        key="risk_point",
        label="风险点",
        url_name="risk:detail",
        start=("draft",),
        stages=("辨识", "评估", "学校审核", "上级审核", "管控"),
        states=(
            State("draft", "待评估", "secondary", "pencil", 1),
            State("graded", "待学校审核", "azure", "scale", 3),
            State("approved", "待上级审核", "indigo", "eye-check", 4),
            State("controlled", "管控中", "green", "shield-check", 5),
            State("removed", "已移出", "secondary", "circle-minus", 5, final=True),
        ),
        transitions=(
            Transition("grade", "评估分级", ("draft", "graded", "controlled"), "graded", P.RISK_WRITE, "scale",
                       form=forms.GradeForm, apply=grade),
            Transition("approve", "学校审核通过", ("graded",), "approved", P.RISK_WRITE, "circle-check", "success",
                       form=forms.NoteForm, guard=may_approve, apply=approve),
            Transition("return", "退回重评", ("graded",), "draft", P.RISK_WRITE, "arrow-back-up", "warning",
                       form=forms.ReasonForm),
            Transition("confirm", "审核确认", ("approved",), "controlled", P.RISK_CONFIRM, "rubber-stamp", "success",
                       form=forms.NoteForm, apply=confirm),
            Transition("send_back", "退回学校", ("approved",), "draft", P.RISK_CONFIRM, "arrow-back-up", "warning",
                       form=forms.ReasonForm),
            Transition("remove", "移出（风险已消除）", ("draft", "graded", "controlled"), "removed", P.RISK_WRITE,
                       "circle-minus", "secondary", form=forms.ReasonForm, guard=may_remove, apply=remove),
        ),
    )
)  # fmt: skip
