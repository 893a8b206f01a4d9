"""A register of 10,000 rows imported, beside reading the file and one COPY; 132,000 rows exported, memory by rows."""

from __future__ import annotations

import datetime
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
import psycopg
from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.ledgers import exports, registry
from anyuan.engines.ledgers.facts import read_facts, setting_of
from anyuan.engines.ledgers.import_services import import_rows
from anyuan.engines.ledgers.mass import Incoming, put_rows
from anyuan.engines.ledgers.queries import wanted_of
from anyuan.engines.ledgers.sheets import cells_of, columns_of
from anyuan.engines.notices.printing import write_xlsx, xlsx_rows
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit

KEY = "fire_facility"
IMPORTED = 10_000
EXPORTED = 132_000
TABLE = """CREATE TABLE IF NOT EXISTS bench_register (number text, type text, place text, quantity int,
    state text, model text, made_on date, checked_on date, test_due_on date, expires_on date, keeper text,
    note text)"""


def facts(number: int, letter: str = "B") -> dict[str, object]:
    day = datetime.date(2024, 1, 1) + datetime.timedelta(days=number % 700)
    return {
        "number": f"{letter}-{number:06d}", "type": "extinguisher", "place": f"{number % 9 + 1}号楼{number % 5 + 1}层",
        "quantity": number % 4 + 1, "state": "normal", "model": "MFZ/ABC4", "made_on": day,
        "checked_on": datetime.date(2026, 9, 1), "test_due_on": datetime.date(2027, 3, 1),
        "expires_on": datetime.date(2030, 3, 1), "keeper": "总务处李老师", "note": "",
    }  # fmt: skip


def workbook() -> bytes:
    ledger = registry.find(KEY)
    rows = (
        ["灭火器" if name == "type" else "完好" if name == "state" else row[name] for name in ledger.fields]
        for row in (facts(number, "D") for number in range(IMPORTED))
    )  # fmt: skip
    return xlsx_rows([ledger.head(name) for name in ledger.fields], rows, title="消防器材")


def importing() -> tuple[float, float]:
    """Seconds of our import (checks, history, search words, anchors) and of reading plus COPY; nothing stays."""
    body = workbook()
    with scope.everything():
        school = Unit.objects.filter(kind="school", profile__is_site=True).order_by("key").first()
        city = Unit.objects.get(kind="city")
    ledger = registry.find(KEY)
    head = ledger.head("number")
    named = _with_unit(body, head, school.code)
    started = time.perf_counter()
    with scope.everything(), transaction.atomic():
        outcome = import_rows(city.key, by=SYSTEM, ledger=ledger, body=named, apply=True)
        ours = time.perf_counter() - started
        transaction.set_rollback(True)
    assert outcome.added == IMPORTED, outcome.mistakes[:3]
    return ours, _bare(body)


def _with_unit(body: bytes, head: str, code: str) -> bytes:
    """The same rows with the school's code in a column of its own."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book.active
    at = sheet.max_column + 1
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, at, "单位代码" if row == 3 else code)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bare(body: bytes) -> float:
    with psycopg.connect(**settings.DATABASE.login("owner")) as link:
        link.execute(TABLE)
        link.commit()
        started = time.perf_counter()
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        with link.cursor().copy("COPY bench_register FROM STDIN") as copy:
            for row in book.worksheets[0].iter_rows(min_row=4, values_only=True):
                copy.write_row(row)
        seconds = time.perf_counter() - started
        link.rollback()
    return seconds


def fill() -> int:
    """132,000 rows over all sites, made once; how many there are."""
    ledger = registry.find(KEY)
    with scope.everything():
        have = ledger.model.objects.count()
        sites = list(
            Unit.objects.filter(profile__is_site=True).order_by("key").values_list("key", flat=True)
        )
        city = Unit.objects.get(kind="city")
    each = EXPORTED // len(sites)
    setting = setting_of(ledger)
    for start in range(0, len(sites), 100) if have < EXPORTED else ():
        rows = [
            Incoming(key, read_facts(ledger, facts(n), setting=setting), n)
            for key in sites[start : start + 100]
            for n in range(each)
        ]
        with scope.everything(), transaction.atomic():
            put_rows(city.key, by=SYSTEM, ledger=ledger, rows=rows)
    with scope.everything():
        return int(ledger.model.objects.count())


def export_in_child(rows: int) -> tuple[float, float]:
    """(seconds, peak MB of the process) of writing so many rows, in a process of its own."""
    code = "from bench.ledgers import export; import sys; export(int(sys.argv[1]))"
    out = subprocess.run(
        [sys.executable, "-c", code, str(rows)],
        check=True, capture_output=True, text=True, env=dict(os.environ),
    ).stdout.split()  # fmt: skip
    return float(out[0]), float(out[1])


def export(rows: int) -> None:
    """Write the first rows of the city's register to a file; prints seconds and the peak memory in MB."""
    ledger = registry.find(KEY)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write_xlsx(
            str(Path(folder) / "a.xlsx"), columns_of(ledger, sealed=False),
            cells_of(ledger, _first(rows), sealed=False), title="消防器材台账",
        )  # fmt: skip
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _first(rows: int):
    """Page after page, as the job reads them."""
    ledger, last, left = registry.find(KEY), None, rows
    while left > 0:
        with scope.everything():
            found = exports.rows_of(SYSTEM, ledger, wanted_of(ledger, QueryDict()), sealed=False)
            if last is not None:
                found = found.filter(unit_id__gte=last[0]).exclude(
                    unit_id=last[0], record_id__lte=last[1]
                )
            page = list(found[: min(left, exports.CHUNK)])
        if not page:
            return
        yield from page
        left -= len(page)
        last = (page[-1].unit_id, page[-1].record_id)


def show() -> None:
    """Both tables of docs/performance.md."""
    ours, bare = min(importing() for _ in range(3))
    print("| 台账 | 安园（秒） | 对照（秒） | 速度之比 |\n|---|---:|---:|---:|")
    print(
        f"| 导入 {IMPORTED:,} 行 Excel；对照：读文件 + 一次 COPY | {ours:.2f} | {bare:.2f} | {bare / ours:.0%} |"
    )
    kept = fill()
    print(f"\n台账现有 {kept:,} 行（{timezone.localdate()}）\n")
    print("| 导出行数 | 秒 | 进程内存峰值（MB） |\n|---:|---:|---:|")
    for rows in (EXPORTED // 10, EXPORTED):
        seconds, peak = export_in_child(rows)
        print(f"| {rows:,} | {seconds:.1f} | {peak:.0f} |", flush=True)
