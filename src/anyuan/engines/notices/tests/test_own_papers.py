"""A bureau replaces a template: tried out first, versions, back to the default, whose holds for whom."""

from __future__ import annotations

import io
import uuid
import zipfile

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.notices import papers
from anyuan.engines.notices.models import PaperTemplate
from anyuan.engines.notices.own_papers import put_template, use_version
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db
KIND = papers.DocumentKind("test.paper", "试验文书", {"score": ("得分", "90")})


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "_kinds", {**papers.all_kinds(), KIND.key: KIND})


def template(*lines: str, name: str = "模板.docx") -> SimpleUploadedFile:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return SimpleUploadedFile(name, out.getvalue())


GOOD = ("武进区教育局文件", "{{ title }}", "得分 {{ score }}", "{{ body }}", "{{ sign_unit }}")


def lines(unit: str, kind: papers.DocumentKind = KIND) -> list[str]:
    made = papers.official(kind, unit=unit, title="通报", parts=["正文。"])
    return [p.text for p in docx.Document(io.BytesIO(made.docx())).paragraphs]


def test_a_template_holds_for_the_bureau_and_all_below_and_nobody_else(cast: Cast) -> None:
    put_template(cast.wujin, by=cast.district, kind=KIND.key, upload=template(*GOOD))
    assert lines(cast.school.key) == ["武进区教育局文件", "通报", "得分 ", "正文。", ""]
    assert lines(cast.wujin.key)[0] == "武进区教育局文件"
    assert lines(cast.other.key) == ["通报", "正文。"]
    assert Audit.objects.filter(what__contains="更换文书模板：试验文书 第1版").exists()


def test_the_nearest_of_the_kind_comes_before_a_general_one(cast: Cast) -> None:
    put_template(
        cast.wujin, by=cast.district, kind="general", upload=template("区通用", "{{ body }}")
    )
    assert lines(cast.school.key)[0] == "区通用"
    put_template(cast.city, by=cast.bureau, kind=KIND.key, upload=template("市专用", "{{ body }}"))
    assert lines(cast.school.key)[0] == "市专用"
    put_template(
        cast.wujin, by=cast.district, kind=KIND.key, upload=template("区专用", "{{ body }}")
    )
    assert lines(cast.school.key)[0] == "区专用"
    assert lines(cast.other.key)[0] == "市专用"


def test_versions_are_kept_and_the_default_comes_back(cast: Cast) -> None:
    first = put_template(
        cast.city, by=cast.bureau, kind=KIND.key, upload=template("甲", "{{ body }}")
    )
    second = put_template(
        cast.city, by=cast.bureau, kind=KIND.key, upload=template("乙", "{{ body }}")
    )
    assert (first.number, second.number) == (1, 2)
    assert lines(cast.school.key)[0] == "乙"
    first.refresh_from_db()
    use_version(cast.city, by=cast.bureau, kind=KIND.key, version=first)
    assert lines(cast.school.key)[0] == "甲"
    with pytest.raises(Conflict):
        use_version(cast.city, by=cast.bureau, kind=KIND.key, version=first)
    use_version(cast.city, by=cast.bureau, kind=KIND.key, version=None)
    assert lines(cast.school.key) == ["通报", "正文。"]


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (template("{{ body }}", "{{ nonsense }}"), "nonsense"),
        (template("{{ title }}"), "没有正文的位置"),
        (template("{{ body }}", "{{ title"), "写得不完整"),
        (template("{{ body }}", "{% for a in title %}{{ a }}{% endfor %}"), "只能写"),
        (template("{{ body }}", "{{ 7 * 7 }}"), "不能写算式"),
        (template("{{ body }}", "{{ title.__class__ }}"), "不能写算式"),
        (SimpleUploadedFile("a.docx", b"no archive"), "打不开"),
        (SimpleUploadedFile("a.docx", b""), "打不开"),
    ],
)
def test_a_template_that_does_not_work_is_refused_with_what_to_do(
    cast: Cast, upload: SimpleUploadedFile, said: str
) -> None:
    with pytest.raises(Refused, match=said) as refused:
        put_template(cast.city, by=cast.bureau, kind=KIND.key, upload=upload)
    assert refused.value.field == "file"
    assert not PaperTemplate.objects.exists()


def test_a_workbook_or_a_broken_word_file_is_no_template(cast: Cast) -> None:
    for inner in ("xl/workbook.xml", "word/document.xml"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(inner, "<broken")
        with pytest.raises(Refused):
            put_template(
                cast.city, by=cast.bureau, kind=KIND.key,
                upload=SimpleUploadedFile("a.docx", out.getvalue()),
            )  # fmt: skip


def test_a_body_in_a_table_has_no_room(cast: Cast) -> None:
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = "{{ body }}"
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(Refused, match="单独占一段"):
        put_template(
            cast.city, by=cast.bureau, kind=KIND.key,
            upload=SimpleUploadedFile("a.docx", out.getvalue()),
        )  # fmt: skip


def test_only_the_bureaus_own_manager_changes_it(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        put_template(cast.school, by=cast.officer, kind=KIND.key, upload=template(*GOOD))
    with pytest.raises(Missing):
        put_template(cast.tianning, by=cast.district, kind=KIND.key, upload=template(*GOOD))


def test_the_pages(cast: Cast) -> None:
    client = cast.client(cast.district)
    where = reverse("notices:paper_kind", args=[KIND.key])
    assert KIND.title in client.get(reverse("notices:papers")).content.decode()
    answer = client.post(where, {"file": template("{{ body }}", "{{ nonsense }}")})
    assert answer.status_code == 422
    assert "nonsense" in answer.content.decode()
    client.post(where, {"file": template(*GOOD)})
    page = client.get(where).content.decode()
    assert "第 1 版" in page
    assert "使用中" in page
    got = client.get(reverse("notices:paper_download", args=[KIND.key])).content
    assert "武进区教育局文件" in [p.text for p in docx.Document(io.BytesIO(got)).paragraphs]
    for form in ("docx", "pdf"):
        assert client.get(reverse("notices:paper_sample", args=[KIND.key, form])).status_code == 200
    use = reverse("notices:paper_use", args=[KIND.key])
    assert client.post(use, {"version": str(uuid.uuid4())}).status_code == 404
    assert client.post(use, {"version": "x"}).status_code == 404
    client.post(use)
    assert lines(cast.school.key) == ["通报", "正文。"]
    assert cast.client(cast.officer).get(where).status_code == 403
