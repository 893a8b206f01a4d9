"""风险分级管控清单 as an official paper: the points as filtered, by colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.domains.risk.points import queries
from anyuan.domains.risk.points.content import scoring
from anyuan.domains.risk.points.models import RiskControl
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Table
from anyuan.org.actor import Actor, visible
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible

LIST = papers.declare(papers.DocumentKind("risk.list", "安全风险分级管控清单"))
MOST = 400  # lines that people still read on paper; more goes into the workbook
HEAD = ["编号", "单位和部位", "风险点", "可能的事故", "管控措施", "责任人"]


def list_docx(by: Actor, wanted: Mapping[str, Any]) -> bytes:
    return _paper(by, wanted).docx()


def list_pdf(by: Actor, wanted: Mapping[str, Any]) -> bytes:
    return _paper(by, wanted).pdf()


def _paper(by: Actor, wanted: Mapping[str, Any]) -> papers.Official:
    unit = get_visible(Unit, by, key=by.unit_key)
    words = queries.filter_words(wanted)
    note(Audit.Action.EXPORT, f"风险分级管控清单：{words}", by=by)
    rows = list(queries.filtered(by, wanted).exclude(colour="").order_by("unit_id", "number")[: MOST + 1])  # fmt: skip
    held: dict[Any, list[str]] = {}
    for control in (
        visible(RiskControl, by).filter(point__in=rows[:MOST], active=True).order_by("id")
    ):
        held.setdefault(control.point_id, []).append(control.text)
    parts: list[Any] = [_("经辨识和评估，现列出安全风险分级管控清单，请按职责落实措施。范围：%(words)s。") % {"words": words}]  # fmt: skip
    for colour in scoring().colours.values():
        ours = [one for one in rows[:MOST] if one.colour == colour.key]
        if not ours:
            continue
        lines = [
            [one.number, f"{one.unit.short_name} {one.zone}", f"{one.name}（{one.value_text or '直接判定'}）",
             one.accidents, "；".join(held.get(one.pk, ())), one.responsible]
            for one in ours
        ]  # fmt: skip
        title = f"{colour.title}（{colour.letter}色）{len(ours)} 处"
        parts += [Heading(title), Table([HEAD, *lines], widths=(14, 16, 16, 12, 32, 10))]
    if len(rows) > MOST:
        parts.append(_("本文只列前 %(n)d 处，其余见电子表格。") % {"n": MOST})
    return papers.official(
        LIST, unit=unit.key, title=f"{unit.name}安全风险分级管控清单", parts=parts, sign_unit=unit.name,
        signed_on=timezone.localdate(),
    )  # fmt: skip
