"""Exports: small ones at once, large ones by a job, page after page, so that memory stays flat."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden
from anyuan.engines.ledgers import registry
from anyuan.engines.ledgers.expiry import Watch
from anyuan.engines.ledgers.models import Export, Row
from anyuan.engines.ledgers.queries import Wanted, filtered, wanted_of, words_of
from anyuan.engines.ledgers.sheets import cells_of, columns_of
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.notices.printing import write_xlsx, xlsx_rows
from anyuan.org.actor import Actor
from anyuan.org.audit import note, read_sensitive
from anyuan.org.models import Post
from anyuan.org.permissions import Permission
from anyuan.org.posts import actor_of

DIRECT_ROWS = 5000
CHUNK = 2000
ORDER = ("unit_id", "record_id")


class GivenUp(Exception):
    """Another start of the same export has taken over."""


def allowed(by: Actor, ledger: Ledger, *, sealed: bool) -> bool:
    """Errors: Forbidden. Whether sealed columns go along."""
    if not by.may(Permission.EXPORT_RUN):
        raise Forbidden(_("您的岗位不能导出。"))
    wants = sealed and bool(ledger.sealed)
    if wants and not by.may(ledger.unseal):
        raise Forbidden(_("您的岗位不能导出手机号等敏感信息。"))
    return wants


def rows_of(by: Actor, ledger: Ledger, wanted: Wanted, *, sealed: bool) -> Any:
    rows = filtered(by, ledger, wanted, Watch.of(ledger)).order_by(*ORDER)
    return rows.defer(None).defer("search") if sealed else rows


def log(by: Actor, ledger: Ledger, wanted: Wanted, *, sealed: bool, request: Any = None) -> None:
    # What somebody looked for may be a name: it stays where the rows may be read.
    words = "" if ledger.anonymous else f"：{words_of(ledger, wanted)}"
    note(Audit.Action.EXPORT, f"{ledger.title}{words}", by=by, request=request)
    if sealed:
        read_sensitive(f"导出{ledger.title}（含敏感信息）", by=by)


def workbook(by: Actor, ledger: Ledger, wanted: Wanted, *, sealed: bool) -> bytes:
    """All rows that are filtered, at once."""
    rows = rows_of(by, ledger, wanted, sealed=sealed).iterator(chunk_size=CHUNK)
    return xlsx_rows(
        columns_of(ledger, sealed=sealed), cells_of(ledger, rows, sealed=sealed),
        title=f"{ledger.title}台账", filters_text=words_of(ledger, wanted), by=by,
    )  # fmt: skip


def path_of(export: Export) -> Path:
    return Path(settings.MEDIA_ROOT) / "exports" / f"{export.pk.hex}.xlsx"


def write_export(pk: uuid.UUID) -> None:
    """Write one export from its first row; started anew it begins anew. Each chunk is one transaction."""
    started = _start(pk)
    if started is None:
        return
    export, by = started
    try:
        ledger = registry.find(export.ledger)
        sealed = allowed(by, ledger, sealed=export.sealed)
        wanted = wanted_of(ledger, QueryDict(export.query))
        target = path_of(export)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{export.attempt}.part")
        write_xlsx(
            str(part), columns_of(ledger, sealed=sealed),
            cells_of(ledger, _chunks(export, by, ledger, wanted, sealed), sealed=sealed),
            title=f"{ledger.title}台账", filters_text=words_of(ledger, wanted), by=by,
        )  # fmt: skip
        part.replace(target)
    except GivenUp:
        return
    except Forbidden as refusal:
        _progress(export, state=Export.State.FAILED, why=refusal.sentence)
        return
    _progress(export, state=Export.State.DONE)


def _start(pk: uuid.UUID) -> tuple[Export, Actor] | None:
    """Take the export up, in the post that asked for it; a post that has ended gets nothing."""
    with scope.everything():
        export = Export.objects.select_for_update().filter(pk=pk).first()
        if export is None or export.state in {Export.State.DONE, Export.State.FAILED}:
            return None
        post = Post.objects.select_related("person", "unit").filter(pk=export.post).first()
        today = timezone.localdate()
        held = post is not None and (post.until is None or post.until >= today)
        export.attempt += 1
        export.done = 0
        export.state = Export.State.RUNNING if held else Export.State.FAILED
        export.why = "" if held else _("申请导出的岗位已经结束。")
        export.seen_at = timezone.now()
        export.save()
        return (export, actor_of(post)) if post is not None and held else None


def _chunks(
    export: Export, by: Actor, ledger: Ledger, wanted: Wanted, sealed: bool
) -> Iterator[Row]:
    """The rows in the order of their units, each chunk after the last row of the one before."""
    last: tuple[str, uuid.UUID] | None = None
    while True:
        with scope.enter(by.units, person=str(by.person_id or "")):
            rows = rows_of(by, ledger, wanted, sealed=sealed)
            if last is not None:
                rows = rows.filter(unit_id__gte=last[0]).exclude(
                    unit_id=last[0], record_id__lte=last[1]
                )
            found = list(rows[:CHUNK])
        if not found:
            return
        yield from found
        last = (found[-1].unit_id, found[-1].record_id)
        export.done += len(found)
        _progress(export)


def _progress(export: Export, *, state: str = Export.State.RUNNING, why: str = "") -> None:
    """Say how far it is, in a transaction of its own; GivenUp where another start has taken over."""
    with scope.everything():
        facts = {"done": export.done, "state": state, "why": why, "seen_at": timezone.now()}
        mine = Export.objects.filter(pk=export.pk, attempt=export.attempt)
        if not mine.update(**facts):
            raise GivenUp
