"""Plans: who reads which, the page on which they are written, on paper, side by side."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.domains.emergency.plans import queries, texts
from anyuan.domains.emergency.plans.comparing import compare
from anyuan.domains.emergency.plans.models import Plan, PlanVersion
from anyuan.domains.emergency.plans.tests.making import (
    drafted,
    fresh,
    published,
    signed,
    submitted,
)
from anyuan.domains.emergency.plans.texts import SectionPart, Text
from anyuan.org.models import Post
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


def test_schools_read_what_the_offices_above_published_and_nothing_else_of_theirs(cast):
    version = drafted(cast, by=cast.district, kind="weather")
    client = cast.client(cast.officer)
    address = reverse("plans:detail", args=[version.pk])
    assert client.get(address).status_code == 404
    signed(submitted(version, by=cast.district), by=cast.district)
    page = client.get(address)
    assert page.status_code == 200
    assert "审核过程" not in page.content.decode()
    assert client.get(reverse("plans:read", args=[version.pk])).status_code == 200
    assert client.get(reverse("plans:more", args=[version.pk])).status_code == 404
    assert cast.client(cast.stranger).get(address).status_code == 404
    with scope.enter(cast.officer.units):
        assert queries.in_force(cast.school.key, "weather").pk == version.pk
        assert queries.level_in_force(cast.school.key, "weather", "I").lines
        assert queries.level_in_force(cast.school.key, "weather", "?") is None
        assert queries.in_force(cast.school.key, "bus") is None


def test_a_schools_own_plan_goes_before_the_districts(cast, head):
    above = drafted(cast, by=cast.district)
    signed(submitted(above, by=cast.district), by=cast.district)
    own = published(cast, head)
    with scope.enter(cast.officer.units):
        assert queries.in_force(cast.school.key, "general").pk == own.pk
        assert [one.pk for one in queries.plans_in_force(cast.school.key)] == [own.pk, above.pk]


def test_the_edit_page_keeps_what_was_typed_and_says_what_is_wrong(cast, head):
    version = drafted(cast)
    client = cast.client(cast.officer)
    address = reverse("plans:edit", args=[version.pk])
    with scope.enter(cast.officer.units):
        post = Post.objects.get(person_id=cast.officer.person_id)
    form = {
        "section_purpose": "新的目的", "role_0_name": "总指挥", "role_0_person": post.person_id,
        "role_1_duty": "没有职务", "measures_I": "一\r\n二", "card_0_role": "保安", "seen": fresh(version).edits,
    }  # fmt: skip
    page = client.post(address, form)
    assert page.status_code == 422
    text = page.content.decode()
    assert "请写明职务" in text
    assert "“谁”和“步骤”" in text
    assert "新的目的" in text
    form |= {
        "role_1_name": "联络",
        "role_1_other": "李四",
        "card_0_steps": "开门\r\n接车",
        "save": "1",
    }
    assert client.post(address, form).status_code == 302
    with scope.enter(cast.officer.units):
        written = texts.read(PlanVersion.objects.get(pk=version.pk))
    assert [one.name for one in written.roles][:1] == ["总指挥"]
    assert written.levels[0].measures == "一\n二"
    assert written.cards[0].steps == "开门\n接车"


def test_the_paper_holds_the_whole_plan(cast, head):
    version = published(cast, head)
    client = cast.client(cast.officer)
    body = client.get(reverse("plans:paper", args=[version.pk, "docx"])).content
    words = "\n".join(p.text for p in Document(io.BytesIO(body)).paragraphs)
    assert "突发事件总体预案" in words
    assert "Ⅰ级响应" in words
    assert client.get(reverse("plans:paper", args=[version.pk, "pdf"])).content.startswith(b"%PDF")
    assert client.get(reverse("plans:paper", args=[version.pk, "exe"])).status_code == 404


def test_a_plan_of_the_school_is_counted_once_a_version(cast, head):
    version = published(cast, head)
    with scope.everything():
        assert Plan.objects.count() == 1
        assert PlanVersion.objects.filter(plan=version.plan).count() == 1


@given(
    st.text(alphabet="甲乙丙。；\n<&", max_size=60), st.text(alphabet="甲乙丙。；\n<&", max_size=60)
)
def test_both_sides_say_all_of_their_text_and_nothing_dangerous(old, new):
    def of(words: str) -> Text:
        return Text([SectionPart("a", "甲", words)], [], [], [])

    side = compare(of(old), of(new))[0]
    for marked, plain in ((side.before, old), (side.after, new)):
        bare = marked
        for mark in ("<del>", "</del>", "<ins>", "</ins>"):
            bare = bare.replace(mark, "")
        assert "<" not in bare.replace("<br>", "")
        assert bare.replace("<br>", "\n").replace("&lt;", "<").replace("&amp;", "&") == plain
    assert side.changed == (old != new)
