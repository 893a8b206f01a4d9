"""A bureau's own Word templates: tried out before they are taken, kept by version, back to the house's own."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Max
from django.utils.translation import gettext as _
from docx import Document
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateSyntaxError, nodes

from anyuan.core.files import keep_file
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Refused
from anyuan.engines.notices import papers
from anyuan.engines.notices.models import PaperTemplate
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import DOCX
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

SIZE_LIMIT = 5 * 1024 * 1024
UNPACKED_LIMIT = 60 * 1024 * 1024


@action(Permission.UNIT_MANAGE)
def put_template(unit: Unit, *, by: Actor, kind: str, upload: UploadedFile) -> PaperTemplate:
    """A new version of the unit's own template, in use from now on; tried out with sample data first."""
    declared = papers.all_kinds().get(kind)
    if declared is None:
        raise Refused(_("请选择文书种类。"), field="kind")
    if (upload.size or 0) > SIZE_LIMIT:
        raise Refused(_("模板文件超过 5 MB，请去掉大图后再上传。"), field="file")
    upload.seek(0)
    try_out(declared, upload.read())
    file = keep_file(upload, unit_id=unit.key, by=by, label="文书模板")
    if file.kind != DOCX:
        raise Refused(_("模板要用 Word 的 .docx 文件。"), field="file")
    mine = PaperTemplate.objects.filter(unit=unit, kind=kind)
    mine.filter(active=True).update(active=False)
    number = (mine.aggregate(top=Max("number"))["top"] or 0) + 1
    made = PaperTemplate.objects.create(
        unit=unit, kind=kind, number=number, file=file, file_name=file.name, made_by_name=by.name[:60]
    )  # fmt: skip
    note(Audit.Action.CHANGE, f"更换文书模板：{declared.title} 第{number}版", by=by)
    return made


@action(Permission.UNIT_MANAGE)
def use_version(
    unit: Unit, *, by: Actor, kind: str, version: PaperTemplate | None
) -> PaperTemplate | None:
    """Go back to an earlier version, or (None) to the template that holds without an own one."""
    declared = papers.all_kinds().get(kind)
    if declared is None:
        raise Refused(_("没有这种文书。"))
    if version is not None and (version.unit_id, version.kind) != (unit.key, kind):
        raise Refused(_("没有找到这个版本，请刷新页面。"))
    if version is not None and version.active:
        raise Conflict(_("这个版本正在使用。"))
    PaperTemplate.objects.filter(unit=unit, kind=kind, active=True).update(active=False)
    if version is not None:
        version.active = True
        version.save(update_fields=["active"])
    name = f"第{version.number}版" if version else "默认模板"
    note(Audit.Action.CHANGE, f"文书模板改用{name}：{declared.title}", by=by)
    return version


def try_out(kind: papers.DocumentKind, body: bytes) -> None:
    """Refuse a file that is no Word template, uses what is not a field, or has no place for the text."""
    _refuse_archive(body)
    used = set(_fields_used(body))
    known = kind.all_fields
    if unknown := sorted(used - set(known)):
        raise Refused(
            _("模板里用了没有的字段：%(unknown)s。可以用的字段有：%(known)s。")
            % {"unknown": "、".join(unknown), "known": "、".join(known)},
            field="file",
        )
    if "body" not in used:
        raise Refused(_("模板里没有正文的位置，请在单独一段写上 {{ body }}。"), field="file")
    made = papers.official_of(kind, sample(kind)).docx_from(body)
    text = "\n".join(one.text for one in Document(io.BytesIO(made)).paragraphs)
    if SAMPLE_TEXT not in text:
        raise Refused(
            _("正文放不进模板：{{ body }} 要单独占一段，不能放在表格或文本框里。"), field="file"
        )


SAMPLE_TEXT = "这里是正文的样子。"


def sample(kind: papers.DocumentKind) -> dict[str, Any]:
    """A paper of the kind with made-up content, to try a template out and to look at it."""
    said = {name: value for name, (_label, value) in kind.all_fields.items()}
    return {
        "title": said["title"], "number": said["number"], "addressee": said["addressee"].rstrip("："),
        "parts": [SAMPLE_TEXT, Heading("一、小标题"), Table([["项目", "内容"], ["示例", "示例"]])],
        "sign_unit": said["sign_unit"], "signed_on": datetime.date(2026, 11, 3), "attachments": ["责任清单"],
        "fields": {name: said[name] for name in kind.fields},
    }  # fmt: skip


def _refuse_archive(body: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
            unpacked = sum(one.file_size for one in archive.infolist())
    except zipfile.BadZipFile as error:
        raise Refused(_("模板要用 Word 的 .docx 文件，这个文件打不开。"), field="file") from error
    if "word/document.xml" not in names or unpacked > UNPACKED_LIMIT:
        raise Refused(
            _("模板要用 Word 的 .docx 文件，请用 Word 另存为 .docx 后再上传。"), field="file"
        )


def _fields_used(body: bytes) -> Iterator[str]:
    """The names in {{ }}; anything else of the template language is refused.

    So a template can neither run for ever nor reach for what is not offered to it.
    """
    try:
        document = DocxTemplate(io.BytesIO(body))
        document.init_docx()
        source = [document.patch_xml(document.get_xml())]
        for part in (document.HEADER_URI, document.FOOTER_URI):
            for _key, found in document.get_headers_footers(part):
                source.append(document.patch_xml(document.get_part_xml(found)))
        trees = [Environment(autoescape=True).parse(text) for text in source]
    except TemplateSyntaxError as error:
        raise Refused(
            _("模板里的 {{ }} 写得不完整，请检查每一处是否成对。"), field="file"
        ) from error
    except Exception as error:
        # python-docx and lxml raise a dozen kinds of error for files that are not what they say.
        raise Refused(_("这个 Word 文件读不出来，请另存一份再上传。"), field="file") from error
    for tree in trees:
        for node in tree.body:
            if not isinstance(node, nodes.Output):
                raise Refused(_("模板里只能写 {{ 字段 }}，不能写 {% %} 这样的内容。"), field="file")
            for one in node.nodes:
                if isinstance(one, nodes.Name):
                    yield one.name
                elif not isinstance(one, nodes.TemplateData):
                    raise Refused(_("{{ }} 里只能写一个字段的名字，不能写算式。"), field="file")
