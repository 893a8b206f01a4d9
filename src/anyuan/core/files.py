"""Taking files in: the type is read from the content, photos are re-encoded, sizes are limited.

A stored photo keeps no metadata of its own: time and place come out into columns, the rest (device,
owner, thumbnail) is dropped. Files are kept outside the web root and handed out by a view that checks
the scope; only images and PDF are shown in the page, everything else is a download.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import time
import uuid
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import filetype
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from anyuan.core.ids import new_id
from anyuan.core.models import File, Record
from anyuan.core.refused import Refused

PHOTO_LIMIT = 20 * 1024 * 1024
FILE_LIMIT = 50 * 1024 * 1024
PHOTO_SIDE = 2048  # pixels; enough to read an extinguisher's label
PIXEL_LIMIT = 60_000_000
PHOTOS = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"}
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
DOCUMENTS = {"application/pdf", "video/mp4", "audio/mpeg", *OFFICE.values()}
SHOWN_INLINE = {"image/jpeg", "image/png", "application/pdf"}
HELD_SECONDS = 3600
COPIED = ("unit_id", "name", "kind", "size", "sha256", "taken_at", "lon", "lat", "uploaded_by_id")
CHINA = ZoneInfo("Asia/Shanghai")


def path_of(file: File) -> Path:
    """Where the file's bytes are: by its own key, never by a name a person typed."""
    hexed = file.pk.hex
    return Path(settings.MEDIA_ROOT) / hexed[-2:] / hexed[-4:-2] / hexed


def keep_file(
    upload: UploadedFile,
    *,
    unit_id: str,
    by: Any,
    record: Record | None = None,
    label: str = "",
    file_id: uuid.UUID | None = None,
) -> File:
    """Check and store one upload for a unit; raises Refused with the sentence to show.

    `file_id` makes a repeated upload (lost network) return the file that is there already.
    """
    if file_id and (kept := File.objects.filter(pk=file_id, unit_id=unit_id).first()):
        return kept
    name = Path(upload.name or "文件").name[-180:]
    size = upload.size or 0
    if size == 0:
        raise Refused(_("文件“%(name)s”是空的，请重新选择。") % {"name": name}, field="files")
    if size > FILE_LIMIT:
        raise Refused(
            _("文件“%(name)s”超过 50 MB，请压缩后再上传。") % {"name": name}, field="files"
        )
    upload.seek(0)
    body = upload.read()
    kind = _kind(body, name)
    facts: dict[str, Any] = {}
    if kind in PHOTOS:
        if size > PHOTO_LIMIT:
            raise Refused(_("照片“%(name)s”超过 20 MB。") % {"name": name}, field="files")
        body, kind, facts = _clean_photo(body, name)
    file = File(
        pk=file_id or new_id(),
        unit_id=unit_id,
        record=record,
        label=label,
        name=name,
        kind=kind,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        uploaded_by_id=getattr(by, "person_id", None),
        **facts,
    )
    target = path_of(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(body)
    part.replace(target)
    file.save(force_insert=True)
    return file


def copy_files(files: Iterable[File], *, record: Record, label: str = "") -> list[File]:
    """The same photos on another record of the unit: rows of their own over the same bytes.

    What one record's page shows of them does not hang on the other's.
    """
    copies = []
    for file in files:
        copy = File(pk=new_id(), record=record, label=label)
        for name in COPIED:
            setattr(copy, name, getattr(file, name))
        path = path_of(copy)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path_of(file), path)
        except OSError:  # a file system without links
            shutil.copyfile(path_of(file), path)
        copies.append(copy)
    return File.objects.bulk_create(copies)


def _kind(body: bytes, name: str) -> str:
    if body[:4] == b"PK\x03\x04":
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            if any("vbaProject" in inner for inner in names):
                raise Refused(
                    _("文件“%(name)s”带有宏，不能上传。请另存为不带宏的文件。") % {"name": name},
                    field="files",
                )
            for start, kind in OFFICE.items():
                if any(inner.startswith(start) for inner in names):
                    return kind
    guess = filetype.guess_mime(body)
    if guess in PHOTOS or guess in DOCUMENTS:
        return str(guess)
    raise Refused(
        _("文件“%(name)s”的类型不能上传。可以上传照片（JPG、PNG）、PDF、Word、Excel、PPT 和 MP4。")
        % {"name": name},
        field="files",
    )


def _clean_photo(body: bytes, name: str) -> tuple[bytes, str, dict[str, Any]]:
    try:
        with Image.open(io.BytesIO(body)) as image:
            if image.width * image.height > PIXEL_LIMIT:
                raise Refused(
                    _("照片“%(name)s”尺寸过大，请缩小后再上传。") % {"name": name}, field="files"
                )
            facts = _photo_facts(image)
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
            clean = Image.new("RGB", upright.size, "white")
            rgba = upright.convert("RGBA")
            clean.paste(rgba, mask=rgba.getchannel("A"))
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ) as error:
        raise Refused(
            _("照片“%(name)s”打不开，可能已损坏，请重新拍摄或选择。") % {"name": name},
            field="files",
        ) from error
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), "image/jpeg", facts


def _photo_facts(image: Image.Image) -> dict[str, Any]:
    """Time and place from the photo's own data; what is missing or nonsense is left out."""
    facts: dict[str, Any] = {}
    exif = image.getexif()
    taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
    with contextlib.suppress(TypeError, ValueError):
        facts["taken_at"] = datetime.strptime(str(taken), "%Y:%m:%d %H:%M:%S").replace(tzinfo=CHINA)
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    with contextlib.suppress(TypeError, ValueError, KeyError, ZeroDivisionError, IndexError):
        lat = _degrees(gps[2]) * (-1 if gps.get(1) == "S" else 1)
        lon = _degrees(gps[4]) * (-1 if gps.get(3) == "W" else 1)
        if -90 <= lat <= 90 and -180 <= lon <= 180:
            facts |= {"lat": round(lat, 6), "lon": round(lon, 6)}
    return facts


def _degrees(parts: Any) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


def hold(body: bytes) -> str:
    """Keep bytes for a short while between two steps of one person; the name to fetch them by."""
    name = new_id().hex
    folder = Path(settings.MEDIA_ROOT) / "held"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > HELD_SECONDS:
            old.unlink(missing_ok=True)
    (folder / name).write_bytes(body)
    return name


def held(name: str) -> bytes | None:
    """The bytes of `hold`, or None when they are gone."""
    path = Path(settings.MEDIA_ROOT) / "held" / Path(name).name
    return path.read_bytes() if path.exists() else None
