"""Workbooks as people really send them, and facts of a row for the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anyuan.core import scope
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import add_row

HEADS = ("编号", "种类", "位置", "数量", "有效期至")


def book(rows: Iterable[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(list(row))
    for cells in merged:
        made.active.merge_cells(cells)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def rewritten(body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its first sheet's XML changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            new.writestr(name, change(held) if name.endswith("sheet1.xml") else held)
    return out.getvalue()


def dry_run(client: Any, body: bytes, key: str = "fire_facility") -> Any:
    where = reverse("ledgers:import", args=[key])
    return client.post(where, {"file": SimpleUploadedFile("台账.xlsx", body)})


def sent(client: Any, body: bytes, key: str = "fire_facility") -> Any:
    """Dry run, then the import of what was found good."""
    checked = dry_run(client, body, key)
    assert checked.status_code == 200, checked.context.get("mistakes") or checked.context["error"]
    return client.post(
        reverse("ledgers:import", args=[key]), {"ticket": checked.context["ticket"]}
    ).context["outcome"]


def extinguisher(number: str = "M-1", **more: Any) -> dict[str, Any]:
    return {"number": number, "type": "extinguisher", "place": "一层东侧"} | more


def put(cast: Any, facts: dict[str, Any] | None = None, key: str = "fire_facility", **at: Any) -> Any:  # fmt: skip
    by = at.get("by") or cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        return add_row(
            at.get("unit") or cast.school, by=by, ledger=all_ledgers()[key], facts=facts or extinguisher()
        )  # fmt: skip
