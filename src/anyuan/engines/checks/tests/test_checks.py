"""Checks as the cast makes them: publishing, submitting, findings, pages, strangers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.files import keep_file, path_of
from anyuan.core.ids import new_id
from anyuan.core.models import File
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.checks import scoring
from anyuan.engines.checks.models import Answer, Inspection
from anyuan.engines.checks.records import CHECKLISTS
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import publish_checklist, submit_inspection, void_inspection
from anyuan.engines.checks.spec import ChecklistMistakes, Item, Spec, from_data, read_folder
from anyuan.engines.checks.tests.sending import PNG

FOLDER = Path(settings.SOURCE) / "packs" / "changzhou_2020" / "checklists"


def shipped(key: str) -> Spec:
    return next(spec for spec in read_folder(FOLDER) if spec.key == key)


@pytest.fixture
def patrol(cast):
    return publish_checklist(cast.city, by=cast.bureau, spec=shipped("daily_patrol"))


def all_fine(version, **but):
    with scope.everything():
        keys = [item.key for item in version.items.all()]
    return {key: Given(result=1) for key in keys} | but


def test_the_shipped_checklists_are_whole_and_every_item_has_its_basis():
    specs = read_folder(FOLDER)
    assert {spec.key for spec in specs} == set(CHECKLISTS)
    assert all(item.basis for spec in specs for item in spec.items)
    assert len(shipped("daily_patrol").items) <= 12


def test_every_mistake_of_a_checklist_is_named():
    with pytest.raises(ChecklistMistakes) as found:
        from_data({"key": "x", "title": "x", "where": {"moon": True}, "groups": [{"title": "g", "items": [
            {"key": "a", "text": "甲", "kind": "choice"}, {"key": "a", "text": "乙", "kind": "wish"}]}]})  # fmt: skip
    text = "".join(found.value.sentences)
    assert all(part in text for part in ("用了两次", "moon", "两个选项", "wish"))


def test_a_good_round_fulfils_and_raises_nothing(cast, patrol):
    from anyuan.domains.hazards.models import Hazard

    done = submit_inspection(cast.school, by=cast.guard, version=patrol, answers=all_fine(patrol))
    assert (done.ok, done.score, done.failed) == (True, Decimal("100.00"), 0)
    assert done.record.tags == ["by:self", "checklist:daily_patrol"]
    with scope.enter(cast.guard.units):
        assert Hazard.objects.count() == 0
        assert Answer.objects.filter(inspection=done).count() == 11


def test_a_failed_item_opens_one_hazard_with_its_words(cast, patrol):
    from anyuan.domains.hazards.models import Hazard

    key = new_id()
    bad = all_fine(patrol, exits=Given(result=0, text="二楼东侧上锁"))
    for _ in range(2):
        submit_inspection(cast.school, by=cast.guard, version=patrol, answers=bad, record_id=key)
    with scope.enter(cast.officer.units):
        hazard = Hazard.objects.get()
        assert Inspection.objects.count() == 1
    assert (hazard.category, hazard.level, hazard.source) == ("01", "major", "check")
    assert "二楼东侧上锁" in hazard.description


def test_a_failed_items_photo_stands_on_the_check_and_on_its_hazard(cast, patrol):
    photo = SimpleUploadedFile("exit.png", PNG)
    with scope.enter(cast.guard.units):
        kept = keep_file(photo, unit_id=cast.school.key, by=cast.guard).pk
    key = new_id()
    bad = all_fine(patrol, exits=Given(result=0), power=Given(result=0))
    for _ in range(2):
        done = submit_inspection(
            cast.school, by=cast.guard, version=patrol, answers=bad, files={"exits": [kept]}, record_id=key
        )  # fmt: skip
    with scope.enter(cast.officer.units):
        on_check = File.objects.get(record=done.record)
        on_hazard = File.objects.get(record__kind="hazard")
        assert (on_check.pk, on_hazard.label) == (kept, "before")
        assert "出口" in on_check.label
        assert on_hazard.record.hazard.source_ref.endswith(":exits")
    assert path_of(on_hazard).read_bytes() == path_of(on_check).read_bytes()


def test_missing_answers_are_named_at_their_items_and_nothing_is_saved(cast, patrol):
    answers = all_fine(patrol)
    del answers["alarm"], answers["power"]
    with pytest.raises(Refused) as refusal:
        submit_inspection(cast.school, by=cast.guard, version=patrol, answers=answers)
    assert set(refusal.value.errors) == {"alarm", "power"}
    with scope.enter(cast.guard.units):
        assert Inspection.objects.count() == 0


def test_numbers_outside_the_limits_fail(cast):
    version = publish_checklist(cast.city, by=cast.bureau, spec=shipped("fire_monthly"))
    answers = all_fine(
        version, lane_width=Given(number=Decimal("3.2")), exit_count=Given(number=Decimal(2))
    )
    done = submit_inspection(cast.school, by=cast.officer, version=version, answers=answers)
    assert done.failed == 1
    with pytest.raises(Refused):
        submit_inspection(
            cast.school,
            by=cast.officer,
            version=version,
            answers=answers | {"lane_width": Given(number=Decimal("NaN"))},
        )


def test_a_district_inspects_its_schools_and_no_others(cast, patrol):
    done = submit_inspection(
        cast.school, by=cast.district, version=patrol, answers=all_fine(patrol)
    )
    assert (done.mode, done.record.done_by_id) == ("district", cast.wujin.key)
    crossed = submit_inspection(
        cast.school, by=cast.district, version=patrol, answers=all_fine(patrol), mode="cross"
    )
    assert crossed.mode == "cross"
    with pytest.raises(Missing):
        submit_inspection(cast.other, by=cast.district, version=patrol, answers=all_fine(patrol))
    with pytest.raises(Missing):
        submit_inspection(cast.school, by=cast.stranger, version=patrol, answers=all_fine(patrol))


def test_a_published_version_is_not_changed_and_a_new_one_is_added(cast, patrol):
    same = publish_checklist(cast.city, by=cast.bureau, spec=shipped("daily_patrol"))
    assert same == patrol
    spec = shipped("daily_patrol")
    shorter = Spec(spec.key, spec.title, spec.purpose, spec.items[:5], spec.where)
    assert publish_checklist(cast.city, by=cast.bureau, spec=shorter).number == 2
    assert patrol.items.count() == 11
    with pytest.raises(Forbidden):
        publish_checklist(cast.wujin, by=cast.district, spec=spec)


def test_a_withdrawn_inspection_counts_no_more(cast, patrol):
    done = submit_inspection(cast.school, by=cast.guard, version=patrol, answers=all_fine(patrol))
    with pytest.raises(Refused):
        void_inspection(done, by=cast.guard, reason=" ")
    void_inspection(done, by=cast.guard, reason="填错学校")
    assert done.record.counts is False
    with pytest.raises(Conflict):
        void_inspection(done, by=cast.guard, reason="再撤")


def test_queries_do_not_grow_with_the_items(cast, patrol):
    long = publish_checklist(cast.city, by=cast.bureau, spec=shipped("fire_monthly"))
    counts = []
    for version in (patrol, long):
        answers = all_fine(
            version, lane_width=Given(number=Decimal(5)), exit_count=Given(number=Decimal(3))
        )
        if version == patrol:
            answers.pop("lane_width"), answers.pop("exit_count")
        with CaptureQueriesContext(connection) as asked:
            submit_inspection(cast.school, by=cast.officer, version=version, answers=answers)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_page_is_filled_in_and_wrong_items_are_marked(cast, patrol):
    client = cast.client(cast.guard)
    page = client.get(reverse("checks:choose"))
    assert "每日安全巡查" in page.content.decode()
    address = reverse("checks:fill", args=["daily_patrol"])
    form = client.get(address).context["head"]
    assert form["form_id"].value()
    answers = {f"r_{key}": "pass" for key in all_fine(patrol)}
    facts = {"unit": cast.school.key, "happened_on": "2026-01-05", "form_id": str(new_id())}
    wrong = client.post(address, facts | {**answers, "r_alarm": ""})
    assert wrong.status_code == 422
    assert "请填写这一项" in wrong.content.decode()
    right = client.post(address, facts | answers, follow=True)
    assert "全部合格" in right.content.decode()


def test_pages_of_strangers_are_404_and_lists_do_not_grow_in_queries(cast, patrol, asked):
    done = submit_inspection(cast.school, by=cast.guard, version=patrol, answers=all_fine(patrol))
    assert (
        cast.client(cast.stranger).get(reverse("checks:detail", args=[done.pk])).status_code == 404
    )
    client = cast.client(cast.officer)
    with asked() as one:
        client.get(reverse("checks:list"))
    for _ in range(3):
        submit_inspection(cast.school, by=cast.guard, version=patrol, answers=all_fine(patrol))
    with asked() as four:
        client.get(reverse("checks:list"))
    assert len(one) == len(four) <= 15


RESULTS = st.lists(st.sampled_from([1, 0, -1]), max_size=40)


@given(RESULTS)
def test_scores_stay_in_range_and_not_applicable_never_lowers(results):
    judged = [(Item(key=str(n), text="x"), Given(result=r), r) for n, r in enumerate(results)]
    with_na = scoring.tally(judged)
    without = scoring.tally([one for one in judged if one[2] != scoring.NA])
    assert 0 <= with_na.score <= 100
    assert with_na.score == without.score == scoring.tally(reversed(judged)).score
    assert with_na.passed + with_na.failed + with_na.skipped == len(results)
