"""Files that are no work-points document are refused with a sentence, and quickly."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anyuan.engines.obligations.intake.documents import MAX_BYTES, IntakeRefused
from anyuan.engines.obligations.intake.draft import draft_pack
from anyuan.engines.obligations.intake.read import read_document
from anyuan.engines.obligations.packs.check import check_files
from anyuan.engines.obligations.packs.kinds import FIRST_KINDS

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return stream.getvalue()


def locked() -> bytes:
    """A zip whose entries carry the flag of encryption."""
    data = bytearray(archive(word__document_dot_xml=b"<a/>"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"),
        (b" \n\t ", "文件是空的"),
        (b"%PDF-1.7 ...", "这是 PDF 文件"),
        (b"MZ\x90\x00\x03", "这不是文字文件"),
        (b"\x7fELF\x02\x01", "这不是文字文件"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "这不是文字文件"),
        (b"{\\rtf1\\ansi}", "这是 RTF 文件"),
        (OLE, "这是旧版 Office 文件"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (archive(a=b"b"), "这不是 Word 文件"),
        (b"PK\x03\x04 broken", "打不开"),
        (archive(word__document_dot_xml=b"<broken"), "打不开"),
        (locked(), "有密码"),
        (b"An English text about nothing at all.", "没有读到中文"),
        (b"\xff\xff\xff\xff\xff", "文字编码认不出来"),
    ],
)
def test_a_wrong_file_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(IntakeRefused, match=sentence):
        read_document(data)


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(IntakeRefused, match="超过 10 MB"):
        read_document("安全".encode() * (MAX_BYTES // 2))


@pytest.mark.parametrize("piece", ["安全。", "每", "《安", ".", "一、安", "3月", "学校每月"])
def test_long_monotonous_text_does_not_hang_the_reader(piece: str) -> None:
    line = "1.安全工作。" + piece * (9_900 // len(piece))
    sentence_for("\n".join([line] * 30).encode())
    assert sentence_for((line * 2).encode()).startswith("有一段文字超过")
    assert sentence_for("\n".join([line] * 90).encode()).startswith("文字太多")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(word__document_dot_xml=b"0" * 80_000_000)
    with pytest.raises(IntakeRefused, match="展开后过大"):
        read_document(bomb)


def test_a_word_file_of_pictures_only_is_refused() -> None:
    stream = io.BytesIO()
    docx.Document().save(stream)
    with pytest.raises(IntakeRefused, match="没有读到中文"):
        read_document(stream.getvalue())


def sentence_for(data: bytes) -> str:
    """Why a file is refused, or that it was read."""
    try:
        points = read_document(data).points
    except IntakeRefused as refused:
        return refused.sentence
    return f"读到 {len(points)} 点。"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_intake(data: bytes) -> None:
    assert sentence_for(data).endswith("。")


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet="一二三、（）1.2第条章每月前，。：《》安全学校\n\u3000 #\"'{}[]&*\x07\u2028",
        max_size=200,
    )
)
def test_any_text_is_refused_or_drafted_without_a_syntax_error(text: str) -> None:
    try:
        drafted = draft_pack(read_document(text.encode()))
    except IntakeRefused:
        return
    found = check_files({name: body.encode() for name, body in drafted.files.items()}, FIRST_KINDS)
    assert not [problem for problem in found if "YAML" in problem.sentence]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_a_damaged_word_file_is_refused_or_read(place: int, put: bytes) -> None:
    document = docx.Document()
    for line in ("某市2020年学校安全工作要点", "一、责任", "1.落实责任。学校每月检查一次。"):
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    data = bytearray(stream.getvalue())
    place = place * len(data) // 3001
    data[place : place + len(put)] = put
    assert sentence_for(bytes(data)).endswith("。")
