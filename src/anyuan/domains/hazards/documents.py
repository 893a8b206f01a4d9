"""The two papers of a hazard: 隐患整改通知书 and, when it is listed, 督办单; as Word and as PDF."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.utils import timezone

from anyuan.core.files import path_of
from anyuan.domains.hazards.models import Hazard
from anyuan.engines.notices.official import Heading, Photo, Table
from anyuan.engines.notices.printing import docx_bytes, pdf_official


@dataclasses.dataclass(frozen=True)
class Paper:
    """One paper: its title, the opening sentence and what it asks."""

    key: str
    title: str
    opening: str
    asks: str


PAPERS = {
    paper.key: paper
    for paper in (
        Paper(
            "notice",
            "安全隐患整改通知书",
            "经检查，你单位存在下列安全隐患，请按期整改，并在整改完成后提交整改情况，由他人复查后销号。",
            "请落实整改责任、措施、资金、时限和应急预案；整改期间采取防范措施，确保安全。",
        ),
        Paper(
            "supervision",
            "重大安全隐患督办单",
            "下列重大安全隐患已列入挂牌督办，请你单位主要负责人牵头整改，未经督办单位复查不得销号。",
            "请每周报告整改进展；逾期未完成的，按规定提级督办并追究责任。",
        ),
    )
}


def facts(hazard: Hazard) -> list[tuple[str, str]]:
    """What the paper says of the hazard, in reading order."""
    case = hazard.record.case
    rows = [
        ("编号", hazard.number),
        ("隐患地点", hazard.place),
        ("隐患类别", hazard.get_category_display()),
        ("隐患等级", hazard.get_level_display()),
        ("问题描述", hazard.description),
        ("判定依据", hazard.basis or "—"),
        ("发现日期", f"{hazard.found_on:%Y年%m月%d日}"),
        ("整改责任人", hazard.responsible or "由你单位确定"),
        ("整改措施", hazard.measures or "由你单位制定"),
        ("整改资金", f"{hazard.funds} 元" if hazard.funds is not None else "由你单位落实"),
        ("整改期限", f"{case.due_on:%Y年%m月%d日}" if case.due_on else "—"),
        ("应急预案", hazard.interim_plan or "—"),
    ]
    return [(name, str(value)) for name, value in rows]


def docx(hazard: Hazard, paper: Paper) -> bytes:
    """The paper from the bureau's own Word template."""
    context: dict[str, Any] = {
        "title": paper.title,
        "number": hazard.number,
        "addressee": hazard.unit.name,
        "opening": paper.opening,
        "asks": paper.asks,
        "rows": [{"name": name, "value": value} for name, value in facts(hazard)],
        "sign_unit": sign_unit(hazard),
        "date": f"{timezone.localdate():%Y年%m月%d日}",
    }
    return docx_bytes("hazards/paper.docx", context)


def pdf(hazard: Hazard, paper: Paper) -> bytes:
    """The same paper for printing, with the photos that were taken when it was found."""
    photos = [
        Photo(path_of(file), f"{file.taken_at:%Y-%m-%d %H:%M}" if file.taken_at else hazard.place)
        for file in hazard.record.files.exclude(label="after")[:4]
        if file.is_image
    ]
    return pdf_official(
        paper.title,
        number=hazard.number,
        addressee=hazard.unit.name,
        parts=[
            paper.opening,
            Table([[name, value] for name, value in facts(hazard)], widths=(1, 4), head=False),
            paper.asks,
            *([Heading("现场照片"), *photos] if photos else []),
        ],
        sign_unit=sign_unit(hazard),
        signed_on=timezone.localdate(),
    )


def sign_unit(hazard: Hazard) -> str:
    """Who signs: the level that supervises it, else the unit that found it."""
    if hazard.record.case.level == "school":
        return hazard.record.done_by.name
    parts = hazard.unit_id.split(".")
    keys = {"city": f"{parts[0]}.", "district": f"{parts[0]}.{parts[1]}."}
    ups = [hazard.unit.parent, hazard.unit.parent.parent if hazard.unit.parent else None]
    wanted = keys[hazard.record.case.level]
    return next(
        (unit.name for unit in ups if unit is not None and unit.key == wanted),
        hazard.record.done_by.name,
    )
