"""The policy's pages: reading the points, changing a pack with its diff, drafting from a document."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from anyuan.core import scope
from anyuan.engines.obligations import drafting
from anyuan.engines.obligations.models import Rule

START, EDIT = "obligations:draft_start", "obligations:draft_edit"


def start(client, **data):
    return client.post(reverse(START), data)


@pytest.fixture
def loaded(cast):
    """The shipped pack, loaded on the page as the bureau does it."""
    client = cast.client(cast.bureau)
    page = start(client, how="shipped")
    assert page.context["mistakes"] == []
    preview = client.post(reverse(EDIT), {"ticket": page.context["ticket"], "preview": "1"})
    assert len(preview.context["result"].diff.added) >= 60
    client.post(reverse(EDIT), {"ticket": preview.context["ticket"], "load": "1"})
    return client


def test_the_shipped_pack_is_loaded_after_its_preview_and_everyone_reads_it(cast, loaded):
    for actor in (cast.bureau, cast.officer, cast.teacher):
        client = cast.client(actor)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(reverse("obligations:policy"))
        assert page.status_code == 200
        assert len(page.context["points"]) == 19
        assert len(asked) <= 15
    assert all(rules for _point, rules in page.context["points"])


def test_a_changed_rule_is_shown_before_it_is_loaded(cast, loaded):
    page = start(loaded, how="shipped")
    name = "rules/s3_emergency.yaml"
    text = dict(page.context["files"])[name]
    changed = text.replace("title: ", "title: 改", 1)
    preview = loaded.post(
        reverse(EDIT), {"ticket": page.context["ticket"], f"file:{name}": changed, "preview": "1"}
    )
    assert [
        len(preview.context["result"].diff.changed),
        len(preview.context["result"].diff.added),
    ] == [1, 0]
    assert "确认载入" in preview.content.decode()


def test_a_mistake_keeps_what_was_typed_and_loads_nothing(cast):
    client = cast.client(cast.bureau)
    page = start(client, how="shipped")
    sent = {"ticket": page.context["ticket"], "file:points.yaml": "points: 【", "load": "1"}
    again = client.post(reverse(EDIT), sent)
    assert "points.yaml" in again.context["mistakes"][0]
    assert dict(again.context["files"])["points.yaml"] == "points: 【"
    with scope.everything():
        assert Rule.objects.count() == 0


def test_a_document_becomes_a_draft_with_what_is_unfinished(cast):
    text = (
        "2027年某市学校安全工作要点\n一、落实责任\n1.加强演练。学校每季度不少于一次应急疏散演练。\n"
        "2.压实责任。定期排查矛盾。\n"
    )
    body = SimpleUploadedFile("要点.txt", text.encode())
    page = start(cast.client(cast.bureau), how="document", file=body)
    files = dict(page.context["files"])
    assert "period: quarter" in files["rules/draft.yaml"]
    assert page.context["mistakes"]


def test_an_archive_is_opened_and_a_wrong_one_refused(cast):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in drafting.shipped().items():
            archive.writestr(f"pack/{name}", text)
    client = cast.client(cast.bureau)
    good = start(client, how="archive", file=SimpleUploadedFile("a.zip", out.getvalue()))
    assert good.context["mistakes"] == []
    bad = start(client, how="archive", file=SimpleUploadedFile("a.zip", b"PK\x03\x04no"))
    assert "zip" in bad.content.decode()
    exe = start(client, how="document", file=SimpleUploadedFile("a.docx", b"MZ\x90\x00" * 50))
    assert exe.status_code == 422


def test_only_the_bureau_changes_the_policy_and_a_ticket_is_its_makers(cast):
    assert start(cast.client(cast.district), how="shipped").status_code == 403
    page = start(cast.client(cast.bureau), how="shipped")
    other = cast.client(cast.officer).post(
        reverse(EDIT), {"ticket": page.context["ticket"], "load": "1"}
    )
    assert other.status_code == 403


def test_a_rule_is_switched_off(cast, loaded):
    with scope.everything():
        rule = Rule.objects.filter(enabled=True).first()
    loaded.post(reverse("obligations:rule_switch", args=[rule.pk]))
    with scope.everything():
        assert Rule.objects.get(key=rule.key, ends_on__isnull=True).enabled is False
