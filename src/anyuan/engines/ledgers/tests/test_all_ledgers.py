"""What every declared ledger has for nothing: pages, access, queries, Excel out and in again, the API."""

from __future__ import annotations

import datetime
import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.refused import Forbidden, Missing
from anyuan.engines.ledgers.queries import title_of
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import add_row, change_row, end_row, restore_row
from anyuan.engines.ledgers.spec import check_ledger
from anyuan.engines.ledgers.values import kind_of
from anyuan.org.tests.cast import hire

LEDGERS = sorted(all_ledgers())
every_ledger = pytest.mark.parametrize("key", LEDGERS)


def sample(ledger: Any, n: int = 0) -> dict[str, Any]:
    """Facts of a row, different for each `n` in its key; days in an order that every check takes."""
    facts: dict[str, Any] = {}
    for place, (name, field) in enumerate(ledger.fields.items()):
        kind = kind_of(field)
        if kind == "day":
            old = name in ledger.key_fields
            start = datetime.date(1985, 1, 1) if old else datetime.date(2025, 1, 1)
            facts[name] = start + datetime.timedelta(days=place * 30 + (n if old else 0))
        elif kind == "choice":
            values = [value for value, _label in field.flatchoices]
            facts[name] = values[n % len(values)] if name in ledger.key_fields else values[0]
        elif kind == "yes":
            facts[name] = n % 2 == 0
        elif kind in {"whole", "decimal"}:
            facts[name] = n + 1
        elif kind == "sealed":
            facts[name] = f"1380000{n:04d}"
        else:
            facts[name] = f"{ledger.head(name)[:6]}{n}"
    return facts


def put(cast: Any, key: str, n: int = 0, unit: Any = None, by: Any = None) -> Any:
    ledger, by = all_ledgers()[key], by or cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        return add_row(unit or cast.school, by=by, ledger=ledger, facts=sample(ledger, n))


def test_there_are_ledgers() -> None:
    assert {"guard", "gear", "device", "fire_facility", "station_member"} <= set(LEDGERS)


@every_ledger
def test_its_declaration_is_valid(key):
    check_ledger(all_ledgers()[key])


@every_ledger
def test_its_pages_open_and_the_list_asks_the_same_for_one_row_and_for_three(key, cast, asked):
    client = cast.client(cast.officer)
    row = put(cast, key)
    where = reverse("ledgers:list", args=[key])
    client.get(where)
    with asked() as one:
        assert client.get(where).status_code == 200
    put(cast, key, 1)
    put(cast, key, 2)
    with asked() as three:
        page = client.get(where)
    assert len(one) == len(three) <= 15
    assert title_of(all_ledgers()[key], row).split()[0] in page.content.decode()
    for name, args in (("row", [row.pk]), ("edit", [row.pk]), ("new", [key]), ("import", [key])):
        assert client.get(reverse(f"ledgers:{name}", args=args)).status_code == 200, name


@every_ledger
def test_the_form_makes_a_row_once_and_says_what_is_missing(key, cast):
    ledger, client = all_ledgers()[key], cast.client(cast.officer)
    where = reverse("ledgers:new", args=[key])
    facts = {n: str(v) if not isinstance(v, bool) else v for n, v in sample(ledger).items()}
    body = {n: v for n, v in facts.items() if v is not False} | {"form_id": str(new_id())}
    for _ in range(2):
        answer = client.post(where, body)
        assert answer.status_code == 302, answer.content.decode()
    with scope.enter(cast.officer.units):
        assert ledger.model.objects.count() == 1
    empty = client.post(where, {"form_id": str(new_id())})
    assert empty.status_code == 422
    assert "invalid-feedback" in empty.content.decode()


@every_ledger
def test_a_stranger_does_not_find_it_and_a_reader_changes_nothing(key, cast):
    row = put(cast, key)
    page = reverse("ledgers:row", args=[row.pk])
    assert cast.client(cast.stranger).get(page).status_code == 404
    assert title_of(all_ledgers()[key], row) not in (
        cast.client(cast.stranger).get(reverse("ledgers:list", args=[key])).content.decode()
    )
    teacher = cast.client(cast.teacher)
    assert teacher.get(page).status_code == 200
    for name in ("edit", "end"):
        assert (
            teacher.post(reverse(f"ledgers:{name}", args=[row.pk]), {"why": "x"}).status_code == 403
        )
    for name in ("new", "bulk", "import", "template"):
        where = reverse(f"ledgers:{name}", args=[key])
        assert teacher.get(where).status_code == 403, name


@every_ledger
def test_services_refuse_strangers_and_readers(key, cast):
    ledger, row = all_ledgers()[key], put(cast, key)
    with scope.enter(cast.bureau.units):
        for by, error in ((cast.stranger, Missing), (cast.teacher, Forbidden)):
            with pytest.raises(error):
                change_row(row, by=by, ledger=ledger, facts={})
            with pytest.raises(error):
                end_row(row, by=by, ledger=ledger, why="x")
            with pytest.raises(error):
                add_row(cast.school, by=by, ledger=ledger, facts=sample(ledger, 5))


@every_ledger
def test_a_row_is_taken_off_and_put_back_and_its_history_says_so(key, cast):
    ledger, row = all_ledgers()[key], put(cast, key)
    client = cast.client(cast.officer)
    client.post(reverse("ledgers:end", args=[row.pk]), {"why": "登记重复"})
    assert (
        title_of(all_ledgers()[key], row)
        not in client.get(reverse("ledgers:list", args=[key])).content.decode()
    )
    gone = client.get(reverse("ledgers:list", args=[key]) + "?ended=1")
    assert title_of(all_ledgers()[key], row).split()[0] in gone.content.decode()
    page = client.get(reverse("ledgers:row", args=[row.pk])).content.decode()
    assert "登记重复" in page
    assert "已移出" in page
    with scope.enter(cast.officer.units):
        assert not Record.objects.get(pk=row.pk).counts
        restore_row(row, by=cast.officer, ledger=ledger)
        assert Record.objects.get(pk=row.pk).counts


def workbook_of(client: Any, key: str, query: str = "sealed=1") -> bytes:
    answer = client.get(reverse("ledgers:export", args=[key]) + f"?{query}")
    assert answer.status_code == 200
    assert "spreadsheet" in answer.headers["Content-Type"]
    return answer.content


def cells(body: bytes) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    return list(book.worksheets[0].iter_rows(min_row=4, values_only=True))


def upload(client: Any, key: str, body: bytes) -> Any:
    """Dry run, then the import."""
    where = reverse("ledgers:import", args=[key])
    answer = client.post(where, {"file": SimpleUploadedFile("a.xlsx", body)})
    if answer.status_code == 200 and answer.context["outcome"]:
        answer = client.post(where, {"ticket": answer.context["ticket"]})
    return answer


@every_ledger
def test_what_is_exported_can_be_imported_again(key, cast):
    ledger = all_ledgers()[key]
    for n in range(3):
        put(cast, key, n)
    client = cast.client(cast.officer)
    body = workbook_of(client, key)
    again = upload(client, key, body).context["outcome"]
    assert (again.added, again.changed, again.same, again.unknown) == (0, 0, 3, [])
    with scope.enter(cast.officer.units):
        for row in ledger.model.objects.all():
            end_row(row, by=cast.officer, ledger=ledger, why="重来")
    fresh = upload(client, key, body).context["outcome"]
    assert (fresh.added, fresh.changed, fresh.same) == (3, 0, 0)
    assert cells(workbook_of(client, key)) == cells(body)


@every_ledger
def test_its_template_is_understood(key, cast):
    ledger, client = all_ledgers()[key], cast.client(cast.officer)
    body = client.get(reverse("ledgers:template", args=[key])).content
    book = openpyxl.load_workbook(io.BytesIO(body))
    heads = [cell.value.lstrip("*") for cell in book.worksheets[0][1]]
    facts = sample(ledger)
    for n, head in enumerate(heads, start=1):
        name = next((one for one in facts if ledger.head(one) == head), None)
        if name:
            book.worksheets[0].cell(2, n, facts[name])
    out = io.BytesIO()
    book.save(out)
    outcome = upload(client, key, out.getvalue()).context["outcome"]
    assert (outcome.added, outcome.mistakes) == (1, [])


@every_ledger
def test_labels_are_for_things(key, cast):
    put(cast, key)
    answer = cast.client(cast.officer).get(reverse("ledgers:labels", args=[key]))
    assert answer.status_code == (200 if all_ledgers()[key].labels else 404)


@every_ledger
def test_sealed_columns_are_read_by_named_posts_and_each_reading_is_logged(key, cast):
    from anyuan.core.models import Audit

    ledger = all_ledgers()[key]
    if not ledger.sealed:
        return
    row = put(cast, key)
    secret = sample(ledger)[next(iter(ledger.sealed))]
    with scope.everything():
        auditor = hire(cast.wujin, "auditor", "审计员", "auditor")
    for who in (cast.teacher, auditor):
        client = cast.client(who)
        assert secret not in client.get(reverse("ledgers:row", args=[row.pk])).content.decode()
        assert client.post(reverse("ledgers:unseal", args=[row.pk])).status_code == 403
    client = cast.client(cast.officer)
    for name in ("row", "edit"):
        assert secret not in client.get(reverse(f"ledgers:{name}", args=[row.pk])).content.decode()
    before = Audit.objects.filter(action="read_sensitive").count()
    assert secret in client.post(reverse("ledgers:unseal", args=[row.pk])).content.decode()
    assert Audit.objects.filter(action="read_sensitive").count() == before + 1
    assert secret not in str(cells(workbook_of(client, key, "sealed=0")))
