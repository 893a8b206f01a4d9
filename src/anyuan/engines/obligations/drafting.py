"""A pack being finished on a page: from a document, an archive, or the pack that ships; kept for a while.

The files are text, name → content, as they would lie in a folder; nothing is written to the database
until the whole passes the check and a person has seen what loading it changes.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from anyuan.core.files import held, hold
from anyuan.core.refused import Refused
from anyuan.engines.obligations.commands import declared_kinds
from anyuan.engines.obligations.intake.documents import IntakeRefused
from anyuan.engines.obligations.intake.draft import draft_pack
from anyuan.engines.obligations.intake.read import read_document
from anyuan.engines.obligations.packs import check
from anyuan.engines.obligations.packs.load import folder_files, read_pack
from anyuan.engines.obligations.packs.spec import Pack

Files = dict[str, str]
SALT = "anyuan.obligations.draft"
LIMIT = 20 * 1024 * 1024
KEPT_SECONDS = 3600


def from_document(body: bytes) -> tuple[Files, list[str]]:
    """A draft of a work-points document, and what a person should look at."""
    try:
        found = read_document(body)
    except IntakeRefused as error:
        raise Refused(str(error), field="file") from error
    made = draft_pack(found)
    return dict(made.files), [*found.warnings]


def from_archive(body: bytes) -> Files:
    """The YAML files of a zipped pack folder."""
    if len(body) > LIMIT:
        raise Refused(_("文件超过 20 MB。"), field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = [
                one for one in archive.infolist() if one.filename.endswith((".yaml", ".yml"))
            ]
            if sum(one.file_size for one in members) > LIMIT or len(members) > 100:
                raise Refused(_("压缩包内容过大。"), field="file")
            root = next(
                (
                    PurePosixPath(m.filename).parent
                    for m in members
                    if PurePosixPath(m.filename).name == "pack.yaml"
                ),
                None,
            )
            if root is None:
                raise Refused(_("压缩包里没有 pack.yaml。"), field="file")
            return {
                str(PurePosixPath(one.filename).relative_to(root)): archive.read(one).decode(
                    "utf-8", "replace"
                )
                for one in members
                if PurePosixPath(one.filename).is_relative_to(root)
                and "checklists" not in one.filename
            }
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        raise Refused(_("这不是可以读取的 zip 压缩包。"), field="file") from error


def shipped() -> Files:
    """The pack that the product ships, to be changed and loaded as the next version."""
    folder = Path(settings.SOURCE) / "packs" / settings.DEFAULT_PACK
    return {name: body.decode() for name, body in folder_files(folder).items()}


def problems_of(files: Files) -> list[str]:
    """Every mistake with file and line; empty when the pack can be loaded."""
    return [str(one) for one in check.check_files(_bytes(files), declared_kinds())]


def pack_of_files(files: Files) -> Pack:
    """The pack; Refused while there are mistakes."""
    if mistakes := problems_of(files):
        raise Refused(_("还有 %(n)s 处要改。") % {"n": len(mistakes)}, field="files")
    pack = read_pack(_bytes(files)).pack
    if pack is None:
        raise Refused(_("数据包不完整。"), field="files")
    return pack


def _bytes(files: Files) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def keep(files: Files, person_id: int | None) -> str:
    """Keep a draft for an hour; the ticket to fetch it by, its maker's only."""
    name = hold(json.dumps(files, ensure_ascii=False).encode())
    return signing.dumps([person_id, name], salt=SALT)


def fetch(ticket: str, person_id: int | None) -> Files:
    """The draft behind a ticket; Refused when it is gone or somebody else's."""
    try:
        owner, name = signing.loads(ticket, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature as error:
        raise Refused(_("草稿已过期，请重新开始。")) from error
    body = held(name) if owner == person_id else None
    if body is None:
        raise Refused(_("草稿已过期，请重新开始。"))
    files: Files = json.loads(body)
    return files
