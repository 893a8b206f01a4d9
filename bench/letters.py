"""A city's letters of a year: the bureau's to its districts, each district's to its schools.

Beside one bare INSERT … SELECT of as many texts with their hashes. Everything is rolled back.
"""

from __future__ import annotations

import time

from django.db import connection, transaction
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.responsibility.duties.models import Letter
from anyuan.domains.responsibility.duties.services.issuing import issue_letters
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit

_BARE = """
INSERT INTO bench_letter
SELECT l.letter_id, l.unit_id, l.text, encode(sha256(convert_to(l.text, 'UTF8')), 'hex'), now()
FROM duties_lettertext l JOIN duties_letter d ON d.record_id = l.letter_id WHERE d.year = %s
"""


def measure() -> tuple[int, int, float, float]:
    """(letters, rounds, our seconds, bare seconds)"""
    year = timezone.localdate().year + 1  # of which the city has none yet
    with scope.everything(), transaction.atomic():
        above = list(Unit.objects.filter(kind__in=["city", "district"], state="active"))
        above = [one for one in above if Unit.objects.filter(parent=one, state="active").exists()]
        started = time.perf_counter()
        for unit in above:
            issue_letters(unit, by=SYSTEM, year=year)
        ours = time.perf_counter() - started
        many = Letter.objects.filter(year=year).count()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE bench_letter (id uuid PRIMARY KEY, unit text, text text, sha256 text, at timestamptz)"
            )
            started = time.perf_counter()
            cursor.execute(_BARE, [year])
            bare = time.perf_counter() - started
            if cursor.rowcount != many:
                raise SystemExit(f"{cursor.rowcount} texts of {many} letters")
        transaction.set_rollback(True)
    return many, len(above), ours, bare


def show() -> None:
    many, rounds, ours, bare = measure()
    print(
        "| 全市下发责任书 | 份 | 下发单位 | 秒 | 裸 INSERT … SELECT（秒） |\n|---|---:|---:|---:|---:|"
    )
    print(f"| 编号、全文定稿、哈希、通知 | {many:,} | {rounds} | {ours:.2f} | {bare:.2f} |")
