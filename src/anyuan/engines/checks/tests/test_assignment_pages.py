"""Pages of assigned checks: what the person sent sees, what the assigning level sees, the ring."""

from __future__ import annotations

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Missing, Refused
from anyuan.engines.checks.assigned import one_for, waiting_for
from anyuan.engines.checks.assignment_forms import ring
from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.checks.tests.sending import (
    PNG,
    in_days,
    now,
)
from anyuan.org.models import Post, Unit


def test_today_and_checks_show_what_waits_and_the_form_is_filled_in(
    cast, version, checker, given_to, asked
):
    client = cast.client(checker)
    for name in ("web:today", "checks:list"):
        with asked() as queries:
            page = client.get(reverse(name))
        assert "武进区湖塘实验小学" in page.content.decode()
        assert len(queries) <= 15
    address = reverse("checks:assigned", args=[given_to.pk])
    form = client.get(address)
    assert "武进区教育局请您检查这所学校" in form.content.decode()
    key = form.context["head"]["form_id"].value()
    facts = {"happened_on": str(timezone.localdate()), "form_id": str(key), "r_exits": "pass"}
    wrong = client.post(address, facts)
    assert wrong.status_code == 422
    assert "请填写这一项" in wrong.content.decode()
    whole = facts | {
        "r_lamps": "fail",
        "t_lamps": "坏了",
        "f_lamps": SimpleUploadedFile("a.png", PNG),
    }
    right = client.post(address, whole, follow=True).content.decode()
    assert "不合格 1 项" in right
    assert "这次检查已经完成" in right
    assert "请我检查的学校" not in client.get(reverse("checks:list")).content.decode()
    assert client.post(address, facts).status_code == 302  # the answer was lost, sent again
    assert client.post(address, facts | {"form_id": str(new_id())}).status_code == 409


def test_of_a_post_that_is_not_the_one_sent_nothing_waits(cast, version, checker, given_to):
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        assert waiting_for(cast.officer) == []
        with pytest.raises(Missing):
            one_for(cast.officer, given_to.pk)


def test_the_district_lets_schools_check_each_other(cast, version, checker, near):
    client = cast.client(cast.district)
    address = reverse("checks:round_new")
    page = client.get(address)
    sites = [one.key for one in page.context["sites"]]
    assert cast.other.key not in sites
    form = {
        "checklist": "round", "how": "ring", "due_on": str(in_days(5)), "remark": "看一看",
        "targets": [cast.school.key, near.key], "form_id": str(new_id()),
    }  # fmt: skip
    done = client.post(address, form, follow=True)
    text = done.content.decode()
    assert "安全员戊" in text
    assert "安全员甲" in text
    assert client.post(address, form).headers["Location"] == done.redirect_chain[0][0]
    with scope.everything():
        found = dict(CheckAssignment.objects.values_list("target_id", "post__unit_id"))
    assert found == {cast.school.key: near.key, near.key: cast.school.key}


def test_a_mistake_on_the_page_keeps_what_was_chosen(cast, version, checker, near):
    client = cast.client(cast.district)
    address = reverse("checks:round_new")
    base = {"checklist": "round", "due_on": str(in_days(5)), "form_id": str(new_id())}
    one = client.post(address, base | {"how": "ring", "targets": [near.key], "remark": "留着"})
    assert one.status_code == 422
    text = one.content.decode()
    assert "互查至少要选两所学校" in text
    assert f'value="{near.key}" checked' in text
    assert "留着" in text
    person = client.post(address, base | {"how": "person", "targets": [near.key]})
    assert "请选择检查人" in person.content.decode()
    outside = client.post(address, base | {"how": "ring", "targets": [cast.other.key, near.key]})
    assert "不在这个范围内" in outside.content.decode()
    with scope.everything():
        assert CheckAssignment.objects.count() == 0


def test_a_school_without_an_officer_is_named(cast, version, near):
    form = {
        "checklist": "round", "how": "ring", "due_on": str(in_days(5)),
        "targets": [cast.school.key, near.key],
    }  # fmt: skip
    page = cast.client(cast.district).post(reverse("checks:round_new"), form)
    assert "不能派人互查：武进区星河小学" in page.content.decode()


def test_progress_is_shown_and_changed_on_the_page(cast, version, checker, given_to, asked):
    client = cast.client(cast.district)
    assert "0 / 1" in client.get(reverse("checks:rounds")).content.decode()
    address = reverse("checks:round", args=[given_to.batch])
    with asked() as queries:
        assert "待检查" in client.get(address).content.decode()
    assert len(queries) <= 15
    later = reverse("checks:round_postpone", args=[given_to.batch])
    for day in ("", "昨天", "2026-13-40", str(in_days(-1))):
        assert client.post(later, {"due_on": day}).status_code == 422
    assert client.post(later, {"due_on": str(in_days(9))}).status_code == 302
    assert now(given_to).due_on == in_days(9)
    back = reverse("checks:round_withdraw", args=[given_to.batch])
    assert client.post(back, {"pk": "x"}).status_code == 404
    assert client.post(back, {"pk": str(given_to.pk)}).status_code == 302
    assert client.post(back).status_code == 422
    assert cast.client(cast.bureau).get(address).status_code == 200
    for who in (cast.officer, cast.other_district, checker):
        assert cast.client(who).get(address).status_code == 404


@given(st.integers(2, 9), st.integers(0, 2), st.randoms(use_true_random=False))
def test_in_a_ring_each_school_is_checked_by_one_other(many, campuses, dice):
    schools = [Unit(key=f"1.{n}.", kind="school", name=str(n)) for n in range(many)]
    sites = [Unit(key=f"1.0.{n}.", kind="campus", name=f"0{n}") for n in range(campuses)]
    posts = [Post(unit=one, role="safety_officer") for one in schools]
    pairs = ring([*schools, *sites], posts, dice)
    assert sorted(target.key for target, _post in pairs) == sorted(
        one.key for one in [*schools, *sites]
    )
    assert all(not target.key.startswith(post.unit_id) for target, post in pairs)
    sent = {post.unit_id for _target, post in pairs}
    assert len(sent) == many


def test_a_ring_of_one_school_is_none():
    alone = Unit(key="1.1.", kind="school", name="独")
    with pytest.raises(Refused, match="两所"):
        ring([alone], [Post(unit=alone)], random.Random(1))
