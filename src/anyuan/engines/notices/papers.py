"""Official documents: one content, made as Word and as PDF in the same layout.

A domain declares its kinds of document in its `documents.py` and writes the content once:

    from anyuan.engines.notices import papers
    from anyuan.engines.notices.official import Heading, Photo, Picture, Table

    NOTICE = papers.declare(papers.DocumentKind("appraisal.result", "考核结果通知书"))

    paper = papers.official(
        NOTICE,                      # or its key
        unit=unit.key,               # whose paper it is: decides whose template is taken
        title="2026年学校安全考核结果通知书",          # 标题
        number="常教安〔2026〕12号",                  # 文号, may be empty
        addressee="武进区教育局",                     # 主送, without the colon, may be empty
        parts=["正文第一段。", Heading("一、结果"), Table([["项目", "得分"], ["责任落实", 18]]),
               Photo(path, "拍摄于 8:15"), Picture(png_bytes, "各区得分")],
        sign_unit="常州市教育局",                     # 落款
        signed_on=date(2026, 12, 1),
        attachments=["评分表"],                      # 附件说明
        fields={"score": "92.5"},    # what the kind declares besides; for templates of a bureau
    )
    paper.docx(); paper.pdf()        # bytes
    paper.answer("docx", "考核结果")  # a download, "docx" or "pdf"

The Word file is filled into the kind's template, the house's own `official.docx` unless a bureau has
put in another. A template is an ordinary Word file with the fields of `COMMON` and the kind's own, each
written as {{ name }}; the paragraph with {{ body }} is replaced by the parts. The PDF always has the
house's layout. What people typed is inserted as plain text in both.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from anyuan.core.files import path_of
from anyuan.core.keys import ancestors
from anyuan.core.models import File
from anyuan.engines.notices.models import PaperTemplate
from anyuan.engines.notices.official import PDF, build_official, chinese_day
from anyuan.engines.notices.printing import DOCX, download
from anyuan.engines.notices.word import fill

TEMPLATE = Path(__file__).parent / "documents" / "official.docx"

# The fields every template may use: name → what it is, a sample for trying a template out.
COMMON: dict[str, tuple[str, str]] = {
    "title": ("标题", "关于进一步做好学校安全工作的通知"),
    "number": ("文号", "常教安〔2026〕1号"),
    "addressee": ("主送单位", "各辖市、区教育局："),
    "body": ("正文，单独占一段", ""),
    "attachments": ("附件说明", "附件：1. 责任清单"),
    "sign_unit": ("落款单位", "常州市教育局"),
    "date": ("成文日期", "2026年11月3日"),
}


@dataclasses.dataclass(frozen=True)
class DocumentKind:
    """A kind of document a bureau may give an own template. `fields`: name → (what it is, a sample)."""

    key: str
    title: str
    fields: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)

    @property
    def all_fields(self) -> dict[str, tuple[str, str]]:
        return {**COMMON, **self.fields}


@dataclasses.dataclass(frozen=True)
class Official:
    """One paper, ready to be made in either form."""

    kind: DocumentKind
    unit: str
    title: str
    number: str = ""
    addressee: str = ""
    parts: Sequence[Any] = ()
    sign_unit: str = ""
    signed_on: date | None = None
    attachments: Sequence[str] = ()
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def docx(self) -> bytes:
        """As Word, in the template that holds for the unit."""
        return self.docx_from(template_bytes(self.kind, self.unit))

    def docx_from(self, template: bytes) -> bytes:
        """As Word, in a template given as bytes."""
        return fill(io.BytesIO(template), self.context(), self.parts)

    def pdf(self) -> bytes:
        """As PDF for printing."""
        return build_official(
            self.title,
            number=self.number,
            addressee=self.addressee,
            parts=list(self.parts),
            sign_unit=self.sign_unit,
            signed_on=self.signed_on,
            attachments=self.attachments,
        )

    def context(self) -> dict[str, str]:
        """The fields as a template gets them: plain text."""
        day = self.signed_on or timezone.localdate()
        return {
            **dict.fromkeys(self.kind.fields, ""),
            **{name: str(value) for name, value in self.fields.items()},
            "title": self.title,
            "number": self.number,
            "addressee": f"{self.addressee}：" if self.addressee else "",
            "attachments": attachment_lines(self.attachments),
            "sign_unit": self.sign_unit,
            "date": chinese_day(day) if self.sign_unit else "",
        }

    def answer(self, form: str, name: str) -> HttpResponse:
        """A download of one form, `docx` or `pdf`; `name` without the ending."""
        body, kind = (self.docx(), DOCX) if form == "docx" else (self.pdf(), PDF)
        return download(body, f"{name}.{form}", kind)


_kinds: dict[str, DocumentKind] = {}


def declare(kind: DocumentKind) -> DocumentKind:
    if kind.key in _kinds:
        raise ValueError(f"kind of document declared twice: {kind.key}")
    if clash := set(kind.fields) & set(COMMON):
        raise ValueError(f"fields of every document declared again by {kind.key}: {clash}")
    _kinds[kind.key] = kind
    return kind


# Its template holds for every kind that has none of its own: a bureau changes its letterhead once.
GENERAL = declare(DocumentKind("general", "通用公文（没有单独模板的文书都用它）"))


def all_kinds() -> dict[str, DocumentKind]:
    return dict(_kinds)


def official(kind: DocumentKind | str, *, unit: str, title: str, **content: Any) -> Official:
    """The paper of a declared kind for a unit (its key); the rest as the fields of `Official`.

    Errors: a kind or field that is not declared is a mistake of the programmer (KeyError).
    """
    declared = _kinds[kind if isinstance(kind, str) else kind.key]
    if unknown := set(content.get("fields", {})) - set(declared.fields):
        raise KeyError(f"fields not declared by {declared.key}: {sorted(unknown)}")
    return Official(declared, unit, title, **content)


def official_of(kind: DocumentKind, content: Mapping[str, Any]) -> Official:
    """A paper of a kind for no unit in particular: to try a template out."""
    return Official(kind, "", **content)


def template_bytes(kind: DocumentKind, unit: str) -> bytes:
    """The Word template for this kind that holds for the unit.

    The nearest unit's above that has one of this kind, else the nearest general one, else the house's own.
    """
    rows = PaperTemplate.objects.filter(
        kind__in=[kind.key, GENERAL.key], unit__in=ancestors(unit), active=True
    )
    found = sorted(rows, key=lambda one: (one.kind == kind.key, one.unit_id))
    return path_of(File(pk=found[-1].file_id)).read_bytes() if found else TEMPLATE.read_bytes()


def attachment_lines(names: Sequence[str]) -> str:
    """附件说明: one name stands alone, several are numbered, each on its line."""
    if len(names) <= 1:
        return "".join(f"附件：{name}" for name in names)
    return "\n".join(
        f"附件：{n}. {name}" if n == 1 else f"　　　{n}. {name}" for n, name in enumerate(names, 1)
    )
