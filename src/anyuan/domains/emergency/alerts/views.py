"""Pages of who sends: the lists, composing, checking, following and ending an alert."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.ids import new_id
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.alerts import documents, own, queries
from anyuan.domains.emergency.alerts.deliveries import labels, ways
from anyuan.domains.emergency.alerts.drafting import needs_second, word_of
from anyuan.domains.emergency.alerts.forms import ComposeForm, CorrectForm, FilterForm
from anyuan.domains.emergency.alerts.models import Alert, State
from anyuan.domains.emergency.alerts.services import running, sending
from anyuan.domains.emergency.alerts.texts import offered, template_of
from anyuan.engines.notices.printing import DOCX, PDF, XLSX, download
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, keyset_page, uuid_or_missing
from anyuan.org.permissions import Permission

PAPERS = {"docx": (documents.docx, DOCX), "pdf": (documents.pdf, PDF), "xlsx": (documents.xlsx, XLSX)}  # fmt: skip
SHOWN_OWN = 20


@require_GET
@signed_in
def alert_list(request: AuthedRequest) -> HttpResponse:
    """What was told to me; for who sends, what the unit and those below sent."""
    by = request.actor
    may_send = by.may(Permission.ALERT_SEND)
    if not may_send or request.GET.get("mine"):
        rows = own.own_receipts(by)
        page = keyset_page(
            rows, order=["-told_at", "-id"], cursor=request.GET.get("after", ""), size=SHOWN_OWN
        )
        own.with_texts(page.rows)
        return render(request, "alerts/mine_list.html", {"page": page, "may_send": may_send})
    form = FilterForm(request.GET)
    form.is_valid()
    rows = queries.sent(by, form.cleaned_data)
    page = keyset_page(
        rows, order=["-record_id"], cursor=request.GET.get("after", ""), size=SHOWN_OWN
    )
    queries.counts_of_many(page.rows)
    return render(request, "alerts/list.html", {"page": page, "form": form, "may_send": may_send})


def _sender(request: AuthedRequest) -> Unit:
    """The unit in whose name is sent. Errors: Forbidden."""
    if not request.actor.may(Permission.ALERT_SEND):
        raise Forbidden(_("您的岗位不能进行此项操作。紧急通知由学校和教育局的安全负责人发送。"))
    unit: Unit = get_visible(Unit, request.actor, key=request.actor.unit_key)
    return unit


@require_http_methods(["GET", "POST"])
@signed_in
def alert_new(request: AuthedRequest) -> HttpResponse:
    """First the prepared texts, then the form; what it makes is checked before it is sent."""
    unit = _sender(request)
    area = request.POST.get("area") or request.GET.get("area") or ""
    if request.method == "GET" and not {"template", "from"} & set(request.GET):
        return render(request, "alerts/choose.html", {"unit": unit, "texts": offered(unit.kind)})
    places = queries.places(unit, area)
    form = ComposeForm(
        request.POST or None, unit=unit, places=places, ways=_ways(), initial=_initial(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            alert = sending.draft_alert(
                unit, by=request.actor, audience=form.audience(), record_id=form.once(), **form.facts()
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("alerts:detail", alert.pk)
    areas = queries.places(unit, "") if unit.kind == Unit.Kind.CITY else []
    facts = {
        "form": form,
        "unit": unit,
        "places": places,
        "area": area,
        "areas": [one for one in areas if one.kind == Unit.Kind.DISTRICT],
        "at_school": unit.kind in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS},
    }
    return render(request, "alerts/form.html", facts, status=422 if form.errors else 200)


def _ways() -> list[tuple[str, str]]:
    known = labels()
    return [(key, known[key]) for key in ways()]


def _initial(request: AuthedRequest) -> dict[str, Any]:
    """From the text that was chosen, or from a draft that is written anew."""
    if request.GET.get("from"):
        draft: Alert = get_visible(Alert, request.actor, pk=uuid_or_missing(request.GET["from"]))
        names = (
            "title",
            "text",
            "level",
            "asks_answer",
            "template",
            "roles",
            "stages",
            "further",
            "channels",
        )
        return {name: getattr(draft, name) for name in names}
    text = template_of(request.GET.get("template", ""))
    if text is None:
        said = {name: request.GET[name] for name in ("title", "text") if name in request.GET}
        return {"level": "urgent", "asks_answer": True, **said}
    found: dict[str, Any] = {
        "title": text.title, "text": text.text, "level": text.level, "asks_answer": text.answer,
        "template": text.key,
    }  # fmt: skip
    return found | ({"roles": list(text.roles)} if text.roles else {})


def _alert(request: AuthedRequest, pk: uuid.UUID) -> Alert:
    select = ("unit", "record", "sent_by", "confirmed_by", "ended_by")
    alert: Alert = get_visible(Alert, request.actor, pk=pk, select=select)
    return alert


def _going(request: AuthedRequest, alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert,
        "going": queries.going(alert, request.actor, request.GET.get("unit", "")),
        "since": queries.minutes_since(alert.sent_at),
        "running": alert.record.state == State.RUNNING,
    }


@require_GET
@signed_in
def alert_detail(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """An alert before it is sent: check and send. Afterwards: who is safe, who needs help, who is silent."""
    alert = _alert(request, pk)
    ours = request.actor.unit_key == alert.unit_id
    state = alert.record.state
    if alert.sent_at is None:
        facts = {
            "alert": alert,
            "ours": ours,
            "places": list(Unit.objects.filter(key__in=alert.units[:50]).order_by("key")),
            "needs_second": needs_second(alert),
            "word": word_of(alert.unit),
            "may_confirm": state == State.WAITING and alert.sent_by_id != request.actor.person_id,
            "colleagues": needs_second(alert) and queries.colleagues(alert, request.actor),
        }
        return render(request, "alerts/check.html", facts)
    facts = _going(request, alert) | {
        "ours": ours,
        "ways": queries.ways_of(alert),
        "failures": queries.failures_of(alert),
        "places": list(Unit.objects.filter(key__in=alert.units[:50]).order_by("key")),
        "replaced": own.correction_of(alert),
        "form_id": new_id(),
    }
    return render(request, "alerts/detail.html", facts)


@require_GET
@signed_in
def alert_going(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The counts and lists alone, for their own renewal."""
    return render(request, "alerts/_going.html", _going(request, _alert(request, pk)))


STEPS: dict[str, Callable[[Alert, HttpRequest], Any]] = {
    "send": lambda a, r: sending.send_alert(a, by=r.actor, word=r.POST.get("word", "")),  # type: ignore[attr-defined]
    "confirm": lambda a, r: sending.confirm_alert(a, by=r.actor),  # type: ignore[attr-defined]
    "cancel": lambda a, r: sending.cancel_alert(a, by=r.actor, reason=_why(r)),  # type: ignore[attr-defined]
    "nudge": lambda a, r: running.nudge_alert(a, by=r.actor),  # type: ignore[attr-defined]
    "end": lambda a, r: running.end_alert(a, by=r.actor, reason=_why(r)),  # type: ignore[attr-defined]
    "withdraw": lambda a, r: running.withdraw_alert(
        a, by=r.actor, reason=_why(r), record_id=uuid_or_missing(r.POST["form_id"]) if r.POST.get("form_id") else None  # type: ignore[attr-defined]
    ),
}  # fmt: skip
DONE = {
    "send": "已办理。", "confirm": "已确认，正在发送。", "cancel": "已取消，没有发送。", "nudge": "已再次通知没有回应的人。",
    "end": "这条通知已结束。", "withdraw": "已撤回，并已通知收到的人。",
}  # fmt: skip


def _why(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


@require_POST
@signed_in
def alert_act(request: AuthedRequest, pk: uuid.UUID, step: str) -> HttpResponse:
    """One step of an alert; a wrong word or a step too late is said above the page."""
    alert = _alert(request, pk)
    if step not in STEPS:
        raise Missing
    try:
        done = STEPS[step](alert, request)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("alerts:detail", alert.pk)
    said = DONE[step]
    if step == "send":
        waits = done.record.state == State.WAITING
        said = _("已请本级同事确认，确认后立即发出。") if waits else _("已发出。")
    messages.success(request, _(said))
    return redirect("alerts:detail", done.pk if isinstance(done, Alert) else alert.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def alert_correct(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Write what is right; the same people are told."""
    alert = _alert(request, pk)
    if not request.actor.may(Permission.ALERT_SEND):
        raise Forbidden(_("您的岗位不能进行此项操作。"))
    form = CorrectForm(request.POST or None, initial={"title": alert.title, "text": alert.text})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            new = running.correct_alert(
                alert, by=request.actor, title=data["title"], text=data["text"], record_id=form.once()
            )  # fmt: skip
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("更正已发出。"))
            return redirect("alerts:detail", new.pk)
    facts = {"form": form, "alert": alert}
    return render(request, "alerts/correct.html", facts, status=422 if form.errors else 200)


@require_GET
@signed_in
def alert_result(request: AuthedRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """The result as a paper or, with every name, as a workbook; each export is logged."""
    alert = _alert(request, pk)
    if kind not in PAPERS or alert.sent_at is None:
        raise Missing
    make, content_type = PAPERS[kind]
    body = make(alert, by=request.actor, request=request)
    return download(body, f"紧急通知结果-{alert.title}.{kind}", content_type)
