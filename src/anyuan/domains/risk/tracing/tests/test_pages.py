"""The pages and papers of a look back."""

from __future__ import annotations

import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.models import Audit
from anyuan.domains.emergency.incidents.tests.making import happened
from anyuan.domains.risk.tracing.forms import numbers_in
from anyuan.domains.risk.tracing.tests.making import (
    frozen,
    served,
    stepped,
)
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


@pytest.fixture
def second(cast):
    with scope.everything():
        return hire(cast.wujin, "second", "区管理员三", Role.DISTRICT_SUPERVISOR)


def words_of(body: bytes) -> str:
    return "\n".join(p.text for p in Document(io.BytesIO(body)).paragraphs)


def test_the_papers_say_what_is_intended_and_then_what_was_decided(cast, monkeypatch):
    trace, finding = served(cast)
    address = reverse("tracing:notice", args=[finding.pk, "docx"])
    told = words_of(cast.client(cast.officer).get(address).content)
    assert "责任倒查意见告知书" in told
    assert "书面申辩" in told
    late = timezone.localdate() + datetime.timedelta(days=60)
    monkeypatch.setattr(timezone, "localdate", lambda *a: late)
    stepped(trace, "decide", by=cast.district, note="局长办公会")
    monkeypatch.undo()
    decided = words_of(cast.client(cast.officer).get(address).content)
    assert "责任倒查决定通知书" in decided
    assert "提醒谈话" in decided
    assert cast.client(cast.officer).get(address.replace("docx", "exe")).status_code == 404


def test_the_bundle_is_one_file_and_taking_it_is_logged(cast):
    trace, _finding = served(cast)
    answer = cast.client(cast.district).get(reverse("tracing:bundle", args=[trace.pk]))
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with scope.everything():
        assert Audit.objects.filter(action="export", what__contains=trace.number).count() == 1


def test_what_is_typed_wrong_stands_at_its_field_and_stays(cast):
    trace = frozen(cast)
    page = cast.client(cast.district).post(
        reverse("tracing:finding_new", args=[trace.pk]),
        {"subject": f"{cast.school.key}|", "conclusion": "weak", "reasons": "写了一半", "evidence": "三",
         "basis": "责任书", "handling": "order"},
    )  # fmt: skip
    assert page.status_code == 422
    assert "“三”不是序号" in page.content.decode()
    assert "写了一半" in page.content.decode()


def test_started_from_the_page_of_the_incident(cast):
    incident = happened(cast)
    client = cast.client(cast.district)
    page = client.get(reverse("incidents:detail", args=[incident.pk])).content.decode()
    assert reverse("tracing:new", args=[incident.pk]) in page
    form = {
        "moment": timezone.localtime(incident.happened_at).strftime("%Y-%m-%dT%H:%M"), "reason": "查清责任",
        "lead_department": "教育局", "panel": cast.district.person_id, "lead": cast.district.person_id,
        "form_id": str(new_id()),
    }  # fmt: skip
    first = client.post(reverse("tracing:new", args=[incident.pk]), form)
    again = client.post(reverse("tracing:new", args=[incident.pk]), form)
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    assert (
        "立项倒查"
        not in client.get(reverse("incidents:detail", args=[incident.pk])).content.decode()
    )


@given(st.lists(st.integers(1, 9999), min_size=1, max_size=20))
def test_numbers_are_read_as_people_write_them(numbers):
    assert numbers_in("、".join(str(n) for n in numbers)) == sorted(set(numbers))


@pytest.mark.parametrize("written", ["3-", "a", "9-3", "1.5"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(ValidationError):
        numbers_in(written)


def test_a_range_is_all_between():
    assert numbers_in("2，4-6 9") == [2, 4, 5, 6, 9]
