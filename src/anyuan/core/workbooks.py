"""Opening an Excel file that somebody sent: what cannot be used is refused with a sentence."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from anyuan.core.refused import Refused

SIZE_LIMIT = 20 * 1024 * 1024
UNPACKED_LIMIT = 200 * 1024 * 1024
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@contextlib.contextmanager
def opened(body: bytes) -> Iterator[Workbook]:
    """The workbook, read-only, formulas as their last values. Errors while reading are refusals too."""
    if len(body) > SIZE_LIMIT:
        raise Refused(_("文件超过 20 MB，请分成几个文件导入。"), field="file")
    if body[:8] == OLD_OR_LOCKED:
        raise Refused(
            _("这是旧版 .xls 文件或带密码的文件，请另存为不带密码的 .xlsx 再导入。"), field="file"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(one.file_size for one in archive.infolist()) > UNPACKED_LIMIT:
                raise Refused(_("文件内容过大，请分成几个文件导入。"), field="file")
            if any("vbaProject" in name for name in archive.namelist()):
                raise Refused(_("文件带有宏，请另存为不带宏的 .xlsx 再导入。"), field="file")
        yield openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
    except (
        zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError
    ) as error:  # fmt: skip
        raise Refused(
            _("这不是可以读取的 Excel 文件，请用模板填写后保存为 .xlsx。"), field="file"
        ) from error
