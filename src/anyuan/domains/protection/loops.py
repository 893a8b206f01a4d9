"""A fault's loop: reported, sent to repair, repaired, proved by another person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.protection import forms
from anyuan.domains.protection.models import DeviceState, Fault
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import set_facts
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission

P = Permission


def set_device(fault: Fault, state: str, by: Actor) -> None:
    """The register says how the device stands; one that was taken off meanwhile stays as it is."""
    if fault.device is not None and fault.device.active:
        set_facts(fault.device, by=by, ledger=find("device"), facts={"state": state})


def dispatch(fault: Fault, by: Actor, data: Mapping[str, Any]) -> None:
    fault.repairer = data["repairer"]
    fault.save()
    set_device(fault, DeviceState.REPAIRING, by)


def repair(fault: Fault, by: Actor, data: Mapping[str, Any]) -> None:
    if data["repaired_at"] > timezone.now():
        raise Refused(_("修复时间不能晚于现在。"), field="repaired_at")
    if data["repaired_at"] < fault.found_at:
        raise Refused(_("修复时间不能早于发现时间。"), field="repaired_at")
    fault.repaired_at, fault.remedy = data["repaired_at"], data["remedy"]
    fault.save()


def accept(fault: Fault, by: Actor, data: Mapping[str, Any]) -> None:
    set_device(fault, DeviceState.IN_USE, by)


def send_back(fault: Fault, by: Actor, data: Mapping[str, Any]) -> None:
    fault.repaired_at = None
    fault.save()


def cancel(fault: Fault, by: Actor, data: Mapping[str, Any]) -> None:
    set_device(fault, DeviceState.IN_USE, by)


declare(
    Loop(
        key="device_fault",
        label="安防故障",
        url_name="protection:fault",
        start=("reported",),
        stages=("报修", "维修", "验收", "恢复使用"),
        states=(
            State("reported", "待派修", "azure", "flag", 1),
            State("repairing", "维修中", "orange", "tool", 2),
            State("repaired", "待验收", "indigo", "eye-check", 3),
            State("closed", "已恢复", "green", "circle-check", 4, final=True),
            State("void", "已撤销", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("dispatch", "派修", ("reported", "repairing"), "repairing", P.SECURITY_MANAGE, "user-check",
                       form=forms.DispatchForm, apply=dispatch),
            Transition("repair", "登记修复", ("reported", "repairing"), "repaired", P.SECURITY_REPORT, "tool",
                       form=forms.RepairForm, apply=repair),
            Transition("accept", "验收，恢复使用", ("repaired",), "closed", P.SECURITY_MANAGE, "circle-check", "success",
                       form=forms.NoteForm, apply=accept),
            Transition("return", "没有修好，退回", ("repaired",), "repairing", P.SECURITY_MANAGE, "arrow-back-up",
                       "warning", form=forms.ReasonForm, apply=send_back),
            Transition("void", "撤销（不是故障）", ("reported", "repairing"), "void", P.SECURITY_MANAGE, "circle-x",
                       "secondary", form=forms.ReasonForm, apply=cancel),
        ),
    )
)  # fmt: skip
