"""Small pictures of stored photos, kept beside them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from anyuan.core.files import path_of
from anyuan.core.models import File

SIDE = 360  # pixels; two to a phone's width at double density


def thumbnail(file: File) -> Path | None:
    """Where the small picture is; None where the file is no photo or its bytes are gone."""
    source = path_of(file)
    if not file.is_image or not source.exists():
        return None
    target = source.with_suffix(".small")
    if not target.exists():
        with Image.open(source) as image:
            small = image.convert("RGB")
        small.thumbnail((SIDE, SIDE))
        part = target.with_suffix(".part")
        small.save(part, "JPEG", quality=78)
        part.replace(target)
    return target
