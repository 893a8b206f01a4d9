"""An uploaded document into clean lines of text; what cannot be read is refused with a sentence."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from docx import Document
from docx.opc.exceptions import OpcError
from lxml.etree import XMLSyntaxError

from anyuan.engines.obligations.intake.word import word_lines

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 2000
MAX_LINES = 20_000
MAX_LINE = 10_000
MAX_CHARACTERS = 500_000
# A work-points document is Chinese: with fewer Chinese characters than this share it is something
# else, or its encoding was guessed wrongly.
MIN_CHINESE = 0.2

_UNPRINTABLE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\xad]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
# Digits and spaces that look alike become one, character for character, so that spans stay true.
_ALIKE = str.maketrans("０１２３４５６７８９　\t\xa0", "0123456789   ")
_NOT_A_DOCX = "这个 Word 文件打不开，可能已损坏，请在 Word 里另存为 .docx 后再上传。"


class IntakeRefused(Exception):
    """The document cannot be read; the text is the sentence for the person who uploaded it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. `level`: of its heading style in Word (0: the title), None for plain text."""

    text: str
    level: int | None = None


def read_lines(data: bytes) -> list[Line]:
    """The paragraphs of a .txt or .docx file, told apart by content and not by name."""
    if not data.strip():
        raise IntakeRefused("文件是空的，请检查是否选错了文件。")
    if len(data) > MAX_BYTES:
        raise IntakeRefused("文件超过 10 MB，请删去图片或附件后再上传。")
    _refuse_foreign(data)
    if data.startswith(b"PK\x03\x04"):
        lines = _docx_lines(data)
    else:
        lines = [Line(text) for text in _decode(data).splitlines()]
    lines = [Line(cleaned, line.level) for line in lines if (cleaned := clean(line.text))]
    whole = "".join(line.text for line in lines)
    if len(whole) > MAX_CHARACTERS or len(lines) > MAX_LINES:
        raise IntakeRefused("文字太多，请只上传工作要点正文。")
    if any(len(line.text) > MAX_LINE for line in lines):
        raise IntakeRefused(f"有一段文字超过 {MAX_LINE} 字，请分段后再上传。")
    if len(_CHINESE.findall(whole)) < max(MIN_CHINESE * len(whole), 2):
        raise IntakeRefused("没有读到中文内容，请确认这是工作要点文件，文字不是图片。")
    return lines


def clean(text: str) -> str:
    """One paragraph on one line: no control characters, plain digits, single inner spaces."""
    text = _ZERO_WIDTH.sub("", text.translate(_ALIKE))
    text = _UNPRINTABLE.sub("", text.replace("\r", " ").replace("\n", " "))
    return re.sub(" {2,}", " ", text).strip()


def _refuse_foreign(data: bytes) -> None:
    """Known files of other types get a sentence of their own."""
    if data.startswith(b"%PDF"):
        raise IntakeRefused("这是 PDF 文件，请用 Word 打开并另存为 .docx，或复制文字存为 .txt。")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise IntakeRefused("这个 Word 文件有打开密码，请取消密码后再上传。")
        raise IntakeRefused("这是旧版 Office 文件，请在 Word 里另存为 .docx 后再上传。")
    if data.startswith(b"{\\rtf"):
        raise IntakeRefused("这是 RTF 文件，请在 Word 里另存为 .docx 后再上传。")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    program = data.startswith((b"MZ", b"\x7fELF"))
    if program or (b"\x00" in data[:65536] and not wide and not data.startswith(b"PK\x03\x04")):
        raise IntakeRefused("这不是文字文件，请上传 .docx 或 .txt 格式的工作要点。")


def _decode(data: bytes) -> str:
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    tried = ("utf-16",) if wide else ("utf-8-sig", "gb18030")
    for encoding in tried:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise IntakeRefused("文字编码认不出来，请另存为 UTF-8 编码的 .txt 或 .docx 后再上传。")


def _docx_lines(data: bytes) -> list[Line]:
    _check_zip(data)
    try:
        document = Document(io.BytesIO(data))
        return [Line(text, level) for text, level in word_lines(document)]
    except (
        OpcError,
        XMLSyntaxError,
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ValueError,
        AttributeError,
        NotImplementedError,
    ) as error:
        # python-docx has no error of its own for parts that are missing or malformed.
        raise IntakeRefused(_NOT_A_DOCX) from error


def _check_zip(data: bytes) -> None:
    """Refuse archives that are locked, blow up when unpacked, or hold no Word text."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise IntakeRefused(_NOT_A_DOCX) from error
    if any(part.flag_bits & 0x1 for part in parts):
        raise IntakeRefused("这个文件有密码，请取消密码后再上传。")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise IntakeRefused("文件展开后过大，请删去图片和附件后再上传。")
    if "word/document.xml" not in {part.filename for part in parts}:
        raise IntakeRefused("这不是 Word 文件，请上传 .docx 或 .txt 格式的工作要点。")
