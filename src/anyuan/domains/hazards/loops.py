"""The hazard's loop: who may do what, from which state, and what it changes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.refused import Refused
from anyuan.domains.hazards import forms
from anyuan.domains.hazards.models import Hazard, Level
from anyuan.domains.hazards.numbers import limit_days
from anyuan.engines.cases.findings import Findings
from anyuan.engines.cases.findings import declare as declare_findings
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role

RANK = {"school": 0, "district": 1, "city": 2}


def rank_of(by: Actor) -> int:
    """0 for a school's own people, 1 for the district's, 2 for the city's (and the system)."""
    if by.role == Role.DISTRICT_SUPERVISOR:
        return 1
    return 2 if by.role in {Role.BUREAU_SUPERVISOR, ""} else 0


def may_verify(hazard: Hazard, by: Actor) -> str:
    """Four eyes, and the level that listed it."""
    if by.person_id is not None and by.person_id == hazard.rectified_by_id:
        return _("整改和复查不能是同一个人，请由另一位人员复查。")
    if rank_of(by) < RANK[hazard.record.case.level]:
        who = {"district": _("辖市区"), "city": _("市教育局")}[hazard.record.case.level]
        return _("这是%(who)s挂牌督办的隐患，由%(who)s复查销号。") % {"who": who}
    return ""


def may_list(hazard: Hazard, by: Actor) -> str:
    if hazard.level != Level.MAJOR:
        return _("只有重大隐患可以挂牌督办。")
    if rank_of(by) <= RANK[hazard.record.case.level]:
        return _("已由本级或上级挂牌督办。")
    return ""


def may_delist(hazard: Hazard, by: Actor) -> str:
    if hazard.record.case.level == "school":
        return _("没有挂牌督办。")
    if rank_of(by) < RANK[hazard.record.case.level]:
        return _("由挂牌的单位摘牌。")
    return ""


def may_decide_postponement(hazard: Hazard, by: Actor) -> str:
    if rank_of(by) < RANK[hazard.record.case.level]:
        return _("由挂牌督办的单位审批延期。")
    return ""


def grade(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    if data["level"] == Level.MAJOR and not data.get("basis"):
        raise Refused(_("定为重大隐患，请写明判定依据。"), field="basis")
    hazard.level, hazard.category = data["level"], data["category"]
    hazard.basis = data.get("basis") or hazard.basis
    hazard.case.due_on = hazard.found_on + datetime.timedelta(days=limit_days(hazard.level))
    if hazard.level == Level.MAJOR:
        listed_by(hazard, managing_level(hazard))
    hazard.save()
    retag(hazard)
    events.emit("hazard.graded", hazard=hazard, by=by)


def assign(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    today = timezone.localdate()
    if data["due_on"] < today:
        raise Refused(_("整改时限不能早于今天。"), field="due_on")
    last = today + datetime.timedelta(days=limit_days(hazard.level))
    if data["due_on"] > last:
        raise Refused(
            _("这类隐患应在 %(day)s 前整改完成。") % {"day": last.strftime("%Y-%m-%d")},
            field="due_on",
        )
    if hazard.level == Level.MAJOR:
        missing = {
            name: _("重大隐患必须落实这一项。")
            for name in ("funds", "interim_plan")
            if data.get(name) in (None, "")
        }
        if missing:
            raise Refused(_("重大隐患的责任、措施、资金、时限、预案都要落实。"), errors=missing)
    for name in ("responsible", "measures", "funds", "interim_plan"):
        setattr(
            hazard, name, data.get(name) if data.get(name) is not None else getattr(hazard, name)
        )
    hazard.save()
    hazard.case.due_on = data["due_on"]
    hazard.case.escalated = None


def rectify(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    hazard.rectification = data["rectification"]
    hazard.cause = data.get("cause", "")
    hazard.rectified_by_id = by.person_id
    hazard.rectified_on = timezone.localdate()
    hazard.save()


def verify(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    hazard.verified_by_id = by.person_id
    if hazard.listed_on and not hazard.delisted_on:
        hazard.delisted_on = timezone.localdate()
    hazard.save()


def send_back(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    hazard.verified_by_id = None
    hazard.rectified_on = None
    hazard.save()
    if hazard.case.due_on is None:
        hazard.case.due_on = timezone.localdate() + datetime.timedelta(
            days=limit_days(hazard.level)
        )


def ask_postponement(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    if hazard.case.due_on and data["until"] <= hazard.case.due_on:
        raise Refused(_("延期后的日期应晚于原定期限。"), field="until")
    hazard.postpone_to = data["until"]
    hazard.save()


def grant_postponement(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    hazard.case.due_on = hazard.postpone_to
    hazard.case.escalated = None
    hazard.postpone_to = None
    hazard.save()


def refuse_postponement(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> None:
    hazard.postpone_to = None
    hazard.save()


def list_it(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> str:
    listed_by(hazard, "city" if rank_of(by) == 2 else "district")
    hazard.save()
    return str(hazard.case.state)


def delist(hazard: Hazard, by: Actor, data: Mapping[str, Any]) -> str:
    hazard.case.level = "school"
    hazard.delisted_on = timezone.localdate()
    hazard.save()
    return str(hazard.case.state)


def listed_by(hazard: Hazard, level: str) -> None:
    hazard.case.level = level
    hazard.listed_on = hazard.listed_on or timezone.localdate()
    hazard.delisted_on = None


def managing_level(hazard: Hazard) -> str:
    """The level right above the school: the city for schools directly under the bureau."""
    parts = hazard.unit_id.count(".")
    school = hazard.unit if hazard.unit.kind == "school" else hazard.unit.parent
    above = school.parent if school else None
    return "district" if parts > 2 and above and above.kind == "district" else "city"


def retag(hazard: Hazard) -> None:
    """Keep the record's facets in step with the grading (the engine saves the record after this)."""
    hazard.record.tags = hazard.tags
    hazard.record.save(update_fields=["tags"])
    hazard.case.record = hazard.record


P = Permission
OPEN = ("reported", "graded", "rectifying", "returned", "postponing", "applied")
HAZARD = declare(
    Loop(
        key="hazard",
        label="隐患",
        url_name="hazards:detail",
        start=("reported", "applied"),
        stages=("发现上报", "核实定级", "整改", "复查", "销号"),
        states=(
            State("reported", "待核实", "azure", "flag", 1),
            State("graded", "待交办", "cyan", "user-question", 2),
            State("rectifying", "整改中", "orange", "tool", 3),
            State("returned", "退回重改", "red", "arrow-back-up", 3),
            State("postponing", "延期待批", "purple", "clock-question", 3),
            State("applied", "待复查", "indigo", "eye-check", 4),
            State("closed", "已销号", "green", "circle-check", 5, final=True),
            State("void", "已撤销", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("grade", "核实定级", ("reported",), "graded", P.HAZARD_GRADE, "scale",
                       form=forms.GradeForm, apply=grade),
            Transition("assign", "交办整改", ("graded", "rectifying", "returned"), "rectifying", P.HAZARD_ASSIGN,
                       "user-check", form=forms.AssignForm, apply=assign),
            Transition("rectify", "提交整改", ("rectifying", "returned"), "applied", P.HAZARD_RECTIFY, "tool",
                       form=forms.RectifyForm, needs_files="after", apply=rectify),
            Transition("verify", "复查合格，销号", ("applied",), "closed", P.HAZARD_VERIFY, "circle-check",
                       "success", form=forms.NoteForm, guard=may_verify, apply=verify),
            Transition("return", "退回重改", ("applied",), "returned", P.HAZARD_VERIFY, "arrow-back-up", "warning",
                       form=forms.ReasonForm, guard=may_verify, apply=send_back),
            Transition("postpone", "申请延期", ("rectifying", "returned"), "postponing", P.HAZARD_RECTIFY,
                       "clock-plus", "secondary", form=forms.PostponeForm, apply=ask_postponement),
            Transition("grant", "同意延期", ("postponing",), "rectifying", P.HAZARD_VERIFY, "clock-check",
                       form=forms.NoteForm, guard=may_decide_postponement, apply=grant_postponement),
            Transition("refuse", "不同意延期", ("postponing",), "rectifying", P.HAZARD_VERIFY, "clock-x", "warning",
                       form=forms.ReasonForm, guard=may_decide_postponement, apply=refuse_postponement),
            Transition("list", "挂牌督办", OPEN[1:], "graded", P.HAZARD_LIST, "pin", "danger",
                       form=forms.ReasonForm, guard=may_list, apply=list_it),
            Transition("delist", "摘牌", OPEN[1:], "graded", P.HAZARD_LIST, "pin-end", "secondary",
                       form=forms.ReasonForm, guard=may_delist, apply=delist),
            Transition("void", "撤销（不属实或重复）", ("reported", "graded"), "void", P.HAZARD_GRADE, "circle-x",
                       "secondary", form=forms.ReasonForm),
        ),
    )
)  # fmt: skip

declare_findings(
    Findings(
        "hazard",
        "hazards_hazard",
        (
            "record_id", "unit_id", "number", "category", "(level = 'major')", "place", "description",
            "found_on", "responsible", "measures", "funds", "rectified_on",
        ),
        new_url_name="hazards:new",
    )
)  # fmt: skip
