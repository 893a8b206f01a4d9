"""Pages of ledgers: all of them, one with its filter and columns, changing chosen rows, saved views."""

from __future__ import annotations

import dataclasses

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.ledgers import queries, registry
from anyuan.engines.ledgers.expiry import Watch
from anyuan.engines.ledgers.forms import BulkForm, FilterForm
from anyuan.engines.ledgers.mass import change_rows
from anyuan.engines.ledgers.models import Row, SavedView
from anyuan.engines.ledgers.services import drop_view, save_view
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import shown
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import uuid_or_missing
from anyuan.org.permissions import Permission


@dataclasses.dataclass
class Line:
    """A row as the list shows it: its cells are (head, text, state of an expiring date)."""

    row: Row
    title: str
    state: str
    cells: list[tuple[str, str, str]]


@require_GET
@signed_in
def index(request: AuthedRequest) -> HttpResponse:
    """The ledgers that the actor may read."""
    ledgers = queries.ledgers_of(request.actor)
    if not ledgers:
        raise Forbidden(_("您的岗位不能查看台账。"))
    kept = queries.kept_in(request.actor, ledgers)
    return render(
        request, "ledgers/index.html", {"ledgers": [(one, *kept[one.key]) for one in ledgers]}
    )


@require_GET
@signed_in
def ledger_list(request: AuthedRequest, key: str) -> HttpResponse:
    """One ledger, as filtered in the address."""
    by = request.actor
    ledger = queries.readable(registry.find(key), by)
    wanted, watch = queries.wanted_of(ledger, request.GET), Watch.of(ledger)
    views = queries.views_of(by, ledger)
    columns = wanted.columns or _own_columns(ledger, views)
    rows = queries.filtered(by, ledger, wanted, watch)
    page = queries.page_of(rows, ledger, wanted.sort, request.GET.get("after", ""))
    several = len({row.unit_id for row in page.rows}) > 1 or by.is_supervisor
    context = {
        "ledger": ledger,
        "wanted": wanted,
        "narrowed": bool(wanted.values or wanted.unit or wanted.ended),
        "heads": [_head(ledger, name, wanted.sort) for name in columns],
        "lines": [_line(ledger, row, columns, watch) for row in page.rows],
        "page": page,
        "show_unit": several,
        "counts": _tabs(ledger, queries.counts(by, ledger, watch), wanted),
        "form": FilterForm(ledger, wanted, _units(request)),
        "columns": [(one.field, ledger.head(one.field), one.field in columns) for one in ledger.columns
                    if one.field not in ledger.sealed],
        "kept": [(name, value) for name, values in request.GET.lists() for value in values
                 if name not in {"col", "after"}],
        "views": [view for view in views if view.name],
        "query": _query(request.GET),
        "own_query": "&".join(f"col={name}" for name in columns) if wanted.columns else "",
        "may_write": by.may(ledger.write),
        "may_export": by.may(Permission.EXPORT_RUN),
    }  # fmt: skip
    return render(request, "ledgers/list.html", context)


def _query(query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("after", None)
    return kept.urlencode()


def _own_columns(ledger: Ledger, views: list[SavedView]) -> tuple[str, ...]:
    """The columns the person chose for good, else those that the ledger shows."""
    own = next((view for view in views if not view.name), None)
    chosen = queries.wanted_of(ledger, QueryDict(own.query)).columns if own else ()
    return chosen or tuple(one.field for one in ledger.columns if one.shown)


def _head(ledger: Ledger, name: str, sort: str) -> tuple[str, str, str]:
    """(text, what `sort` becomes when it is pressed, how it is sorted now)."""
    now = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
    following = {"none": name, "ascending": f"-{name}", "descending": ""}[now]
    able = name in queries.sortable(ledger)
    return ledger.head(name), following if able else "-", now


def _line(ledger: Ledger, row: Row, columns: tuple[str, ...], watch: Watch) -> Line:
    cells = []
    for name in columns:
        value = getattr(row, name)
        state = watch.state_of_date(name, value) if name in watch.days else ""
        cells.append((ledger.head(name), shown(ledger.fields[name], value), state))
    return Line(row, queries.title_of(ledger, row), watch.state_of(row), cells)


def _tabs(
    ledger: Ledger, found: dict[str, int], wanted: queries.Wanted
) -> list[tuple[str, int, str, bool]]:
    """(label, rows, query, chosen) of what may be opened with one press."""
    plain = not (wanted.expiry or wanted.flag or wanted.ended)
    tabs = [(_("全部"), found["all"], "", plain)]
    if ledger.expiries:
        tabs += [(_("即将到期"), found["due"], "?expiry=due", wanted.expiry == "due"),
                 (_("已过期"), found["expired"], "?expiry=expired", wanted.expiry == "expired")]  # fmt: skip
    tabs += [
        (flag.label, found[f"flag_{flag.key}"], f"?flag={flag.key}", wanted.flag == flag.key)
        for flag in ledger.flags
    ]
    return tabs


def _units(request: AuthedRequest) -> list[tuple[str, str]]:
    """The units right below the actor's, for the filter."""
    rows = Unit.objects.filter(parent_id=request.actor.unit_key, state="active")
    return list(rows.order_by("kind", "key").values_list("key", "short_name")[:400])


@require_http_methods(["GET", "POST"])
@signed_in
def bulk_change(request: AuthedRequest, key: str) -> HttpResponse:
    """The same value for chosen rows: first which column and what, then done."""
    ledger = queries.readable(registry.find(key), request.actor)
    if not request.actor.may(ledger.write):
        raise Forbidden(_("您的岗位不能修改这份台账。"))
    ids = [uuid_or_missing(text) for text in request.POST.getlist("ids")]
    form = BulkForm(ledger, request.POST if "field" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            number = change_rows(
                request.actor.unit_key, by=request.actor, ledger=ledger, ids=ids, facts=form.facts()
            )
        except Missing:
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已修改 %(n)d 行。") % {"n": number})
            return redirect("ledgers:list", key)
    context = {"ledger": ledger, "ids": ids, "form": form}
    asked = request.method == "POST" and bool(ids) and not form.errors
    return render(request, "ledgers/bulk.html", context, status=200 if asked else 422)


@require_POST
@signed_in
def views(request: AuthedRequest, key: str) -> HttpResponse:
    """Keep the present view under a name, keep the columns (without a name), or forget a view."""
    by = request.actor
    ledger = queries.readable(registry.find(key), by)
    if drop := request.POST.get("drop"):
        drop_view(by.unit_key, by=by, ledger=ledger, view_id=uuid_or_missing(drop))
        messages.success(request, _("已删除这个视图。"))
        return redirect("ledgers:list", key)
    name, query = request.POST.get("name", ""), request.POST.get("query", "").lstrip("?")
    if not name.strip() and "columns" not in request.POST:
        raise Refused(_("请给视图起一个名称。"), field="name")
    save_view(by.unit_key, by=by, ledger=ledger, name=name, query=query)
    messages.success(request, _("已保存，下次打开台账就能用。"))
    return redirect(f"{reverse('ledgers:list', args=[key])}?{query}")
