"""The assessment's loop: planned, contracted, on site, report, rectification, re-check, archived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.refused import Refused
from anyuan.domains.risk.assessments import forms
from anyuan.domains.risk.assessments.models import (
    AssessedSite,
    Assessment,
    AssessorAccess,
    Finding,
)
from anyuan.domains.risk.assessments.services.hiring import end_access
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.engines.notices.services import tell
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import amend_record


def sites_of(row: Assessment) -> Any:
    return AssessedSite.objects.filter(whole=row.pk).select_related("record", "unit")


def findings_of(row: Assessment) -> Any:
    return Finding.objects.filter(site__whole=row.pk)


def follow(row: Assessment, by: Actor, state: str) -> None:
    """The schools' parts stand where the whole stands; their people are told of what asks something of them."""
    sites = list(sites_of(row))
    for site in sites:
        amend_record(site.record, by=by, state=state, counts=state not in {"planned", "cancelled"})
    words = {
        "on_site": _("第三方安全评估开始，请配合"), "report": _("第三方安全评估报告已提交，请查看并答复"),
        "rectification": _("请按第三方安全评估整改隐患"),
    }  # fmt: skip
    if state in words:
        tell(
            [site.unit_id for site in sites], [Role.PRINCIPAL, Role.SAFETY_OFFICER], kind="assessment",
            title=f"{words[state]}：{row.title}", url="/assessments/", once_key=f"assessment:{row.pk}:{state}:{row.case.version}",
        )  # fmt: skip


def contract(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    if not str(data.get("contract_no") or "").strip():
        raise Refused(_("请填写合同编号。"), field="contract_no")
    row.contract_no, row.fee = data["contract_no"].strip(), data.get("fee")
    row.save()
    follow(row, by, "contracted")


def may_start(row: Assessment, by: Actor) -> str:
    here = AssessorAccess.objects.filter(site__whole=row.pk, ended_at__isnull=True, until__gte=timezone.localdate())  # fmt: skip
    return "" if here.exists() else _("还没有邀请评估人员，请先邀请。")


def may_report(row: Assessment, by: Actor) -> str:
    missing = [site.unit.short_name for site in sites_of(row).filter(handed_in_at__isnull=True)]
    return _("这些学校的报告还没有提交：%(names)s。") % {"names": "、".join(missing[:5])} if missing else ""  # fmt: skip


def may_recheck(row: Assessment, by: Actor) -> str:
    silent = [site.unit.short_name for site in sites_of(row).filter(answer="")]
    return _("这些学校还没有答复：%(names)s。") % {"names": "、".join(silent[:5])} if silent else ""


def may_archive(row: Assessment, by: Actor) -> str:
    left = findings_of(row).exclude(hazard__state__in=["closed", "void"]).count()
    return _("还有 %(n)d 条发现的隐患没有销号。") % {"n": left} if left else ""


def start(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    follow(row, by, "on_site")


def report(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    row.record.tags = [tag("stage", "reported")]  # from now on it counts for the duty
    row.record.save(update_fields=["tags"])
    row.case.record = row.record
    follow(row, by, "report")


def rectify(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    follow(row, by, "rectification")


def recheck(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    follow(row, by, "recheck")


def archive(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    end_access(row, by=by)
    follow(row, by, "archived")


def cancel(row: Assessment, by: Actor, data: Mapping[str, Any]) -> None:
    end_access(row, by=by)
    follow(row, by, "cancelled")


P = Permission.ASSESSMENT_MANAGE
ASSESSMENT = declare(
    Loop(
        key="assessment",
        label="第三方评估",
        url_name="assessments:detail",
        start=("planned",),
        stages=("计划", "签订合同", "现场评估", "报告", "整改", "复查", "归档"),
        states=(
            State("planned", "计划中", "secondary", "calendar", 1),
            State("contracted", "已签合同", "azure", "signature", 2),
            State("on_site", "现场评估", "orange", "map-pin", 3),
            State("report", "报告已交", "cyan", "file-text", 4),
            State("rectification", "整改中", "yellow", "tool", 5),
            State("recheck", "复查", "indigo", "eye-check", 6),
            State("archived", "已归档", "green", "archive", 7, final=True),
            State("cancelled", "已取消", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("contract", "登记合同", ("planned",), "contracted", P, "signature",
                       form=forms.ContractForm, needs_files="contract", apply=contract),
            Transition("start", "开始现场评估", ("contracted",), "on_site", P, "map-pin", form=forms.NoteForm,
                       guard=may_start, apply=start),
            Transition("report", "收到全部报告", ("on_site",), "report", P, "file-text", form=forms.NoteForm,
                       guard=may_report, apply=report),
            Transition("rectify", "转入整改", ("report",), "rectification", P, "tool", form=forms.NoteForm,
                       apply=rectify),
            Transition("recheck", "组织复查", ("rectification",), "recheck", P, "eye-check", form=forms.NoteForm,
                       guard=may_recheck, apply=recheck),
            Transition("again", "退回整改", ("recheck",), "rectification", P, "arrow-back-up", "warning",
                       form=forms.ReasonForm, apply=rectify),
            Transition("archive", "归档", ("recheck",), "archived", P, "archive", "success", form=forms.NoteForm,
                       guard=may_archive, apply=archive),
            Transition("cancel", "取消", ("planned", "contracted", "on_site"), "cancelled", P, "circle-x", "secondary",
                       form=forms.ReasonForm, apply=cancel),
        ),
    )
)  # fmt: skip
