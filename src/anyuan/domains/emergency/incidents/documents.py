"""Papers: 突发事件信息快报 as Word and PDF, and one page for those who come to help."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.utils import timezone

from anyuan.domains.emergency.incidents.models import Incident, Report, RescueCard
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import docx_bytes, pdf_official


def title_of(report: Report) -> str:
    return f"突发事件信息快报（{report.title}）"


def facts(report: Report) -> list[tuple[str, str]]:
    """What the paper says, in reading order; what was left empty is left out but for the main things."""
    rows = [
        ("事件种类", report.incident_kind, True),
        ("等级", report.level, True),
        ("发生时间", _moment(report.happened_at), True),
        ("发生地点", f"{report.incident.unit.name}　{report.place}", True),
        ("事件经过", report.what, True),
        ("涉及人员", report.people, False),
        ("伤亡情况", report.figures_text, True),
        ("已采取的措施", report.measures, True),
        ("原因（初步判断）", report.cause or "正在调查", True),
        ("舆情和家长情绪", report.opinion, False),
        ("下一步和需要的支持", report.next_steps, False),
        ("联系人", f"{report.contact}　{report.contact_phone}", True),
        ("签发人", report.approved_by, True),
        ("报送人", f"{report.by_name}　{_moment(report.sent_at)}", True),
    ]
    return [(name, value) for name, value, always in rows if value or always]


def docx(report: Report) -> bytes:
    """The report from the Word template."""
    context: dict[str, Any] = {
        "title": title_of(report),
        "number": report.incident.number,
        "addressee": report.to_name,
        "opening": opening(report),
        "rows": [{"name": name, "value": value} for name, value in facts(report)],
        "sign_unit": report.from_name,
        "date": f"{timezone.localtime(report.sent_at):%Y年%m月%d日}",
    }
    return docx_bytes("incidents/flash.docx", context)


def pdf(report: Report) -> bytes:
    """The same report for printing."""
    return pdf_official(
        title_of(report),
        number=report.incident.number,
        addressee=report.to_name,
        parts=[
            opening(report),
            Table([[name, value] for name, value in facts(report)], widths=(1, 4), head=False),
        ],
        sign_unit=report.from_name,
        signed_on=timezone.localdate(report.sent_at),
    )


def opening(report: Report) -> str:
    what = report.get_kind_display()
    return f"现将{report.incident.unit.name}{report.incident_kind}事件的{what}情况报告如下："


@dataclasses.dataclass(frozen=True)
class Note:
    """What to say on the telephone and to hand over at the gate, in the order of asking."""

    spoken: list[str]
    rows: list[tuple[str, str]]


def hand_over(incident: Incident, card: RescueCard | None) -> Note:
    """The note of one incident; the school's card says how to get in and what is dangerous."""
    profile = getattr(incident.unit, "profile", None)
    address = (card.address if card else "") or (profile.address if profile else "")
    contact = incident.contact or (card.contact if card else "")
    phone = incident.contact_phone or (card.phone if card else "")
    where = position(incident)
    spoken = [
        f"您好，这里是{incident.unit.name}。",
        f"{_clock(incident)}，我校{incident.place}发生{incident.kind_spec.title}：{incident.summary}",
        f"{incident.figures_text}。",
        f"地址：{address}。" if address else "",
        f"车辆请走：{card.gate}" if card else "",
        f"危险部位：{card.hazards}" if card and card.hazards else "",
        f"联系人{contact}，电话{spaced(phone)}，我们的人在校门口接应。" if phone else "",
    ]
    rows = [
        ("发生了什么", f"{incident.kind_spec.title}：{incident.summary}"),
        ("什么时间", _moment(incident.happened_at)),
        ("在哪里", f"{incident.unit.name}　{incident.place}"),
        ("地址", address or "学校还没有填写救援信息卡"),
        ("走哪个门", card.gate if card else ""),
        ("坐标", where),
        ("伤亡", incident.figures_text),
        ("危险部位", card.hazards if card else ""),
        ("消防水源", card.water if card else ""),
        ("疏散集合", card.assembly if card else ""),
        ("启动的预案", incident.plan),
        ("联系人", f"{contact}　{phone}".strip()),
    ]
    return Note([line for line in spoken if line], [(k, v) for k, v in rows if v])


def hand_over_pdf(incident: Incident, card: RescueCard | None) -> bytes:
    """One page in big letters."""
    parts: list[Any] = []
    for name, value in hand_over(incident, card).rows:
        parts += [Heading(f"{name}：{value}")]
    return pdf_official(
        "突发事件交接单", number=incident.number, addressee="",
        parts=[*parts, "交接给（单位、姓名、时间）：＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿"],
        sign_unit=incident.unit.name, signed_on=timezone.localdate(),
    )  # fmt: skip


def position(incident: Incident) -> str:
    """Longitude and latitude: where it was reported from, else the school's."""
    profile = getattr(incident.unit, "profile", None)
    lon, lat = incident.lon, incident.lat
    if lon is None and profile is not None:
        lon, lat = profile.lon, profile.lat
    return f"东经 {lon}，北纬 {lat}" if lon is not None else ""


def spaced(phone: str) -> str:
    """A mobile number as it is read aloud."""
    eleven = 11
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if len(phone) == eleven else phone


def _clock(incident: Incident) -> str:
    return f"{timezone.localtime(incident.happened_at):%H点%M分}"


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y年%m月%d日 %H:%M}"
