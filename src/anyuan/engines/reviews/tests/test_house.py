"""What holds for every kind of review that is declared, and for a declaration that cannot work."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.emergency.plans.tests import making as plans
from anyuan.engines.reviews import queries, spec
from anyuan.engines.reviews.models import Review, ReviewComment, ReviewStep
from anyuan.engines.reviews.services import (
    carry_comments,
    comment,
    send_back,
    settle_comment,
    sign,
    submit,
    withdraw,
)
from anyuan.org.permissions import GRANTS, Role
from anyuan.org.tests.cast import hire

KINDS = sorted(spec.all_kinds())
TEXT = "主集合点为操场，备用集合点在校外。"


@dataclasses.dataclass
class Case:
    """How the house makes one thing to review, and who signs each of its stages in turn."""

    record: Any
    author: Any
    signers: list[Any]


def a_schools_plan(cast: Any, head: Any) -> Case:
    version = plans.drafted(cast)
    return Case(version.record, cast.officer, [head, cast.district])


def an_offices_plan(cast: Any, head: Any) -> Case:
    version = plans.drafted(cast, by=cast.district)
    return Case(version.record, cast.district, [cast.district])


# Every declared kind has its ways here: the first test fails where one is left out.
WAYS: dict[str, list[Callable[[Any, Any], Case]]] = {"plan": [a_schools_plan, an_offices_plan]}
EACH = [pytest.param(kind, way, id=way.__name__) for kind, ways in WAYS.items() for way in ways]


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


def sent(case: Case) -> Review:
    with scope.enter(case.author.units):
        return submit(case.record, by=case.author)


def fresh(review: Review) -> Review:
    with scope.everything():
        return Review.objects.select_related("record__unit").get(pk=review.pk)


def done(by: Any, deed: Callable[..., Any], *args: Any, **more: Any) -> Any:
    with scope.enter(by.units):
        return deed(*args, by=by, **more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_stage_is_reached_and_somebody_may_sign_it(cast, head, kind):
    declared, reached = spec.get(kind), set()
    for way in WAYS[kind]:
        with scope.everything():
            reached |= set(spec.route_of(declared, way(cast, head).record))
    assert reached == {stage.key for stage in declared.stages}
    for stage in declared.stages:
        posts = stage.roles or tuple(Role)
        assert any(declared.permission in GRANTS[role] for role in posts), stage.key


@pytest.mark.parametrize(("kind", "way"), EACH)
def test_the_whole_way_is_in_the_history(cast, head, kind, way):
    case = way(cast, head)
    review = sent(case)
    stages = [spec.get(kind).stage(key).label for key in review.stages]
    assert len(stages) == len(case.signers)
    for signer in case.signers:
        assert queries.why_not_sign(fresh(review), signer) == ""
        review = done(signer, sign, review)
    assert review.state == Review.State.PUBLISHED
    with scope.everything():
        steps = [(one.act, one.stage_label, one.by_name) for one in queries.steps_of(case.record)]
    names = [signer.name for signer in case.signers]
    acts = ["sign"] * (len(stages) - 1) + ["publish"]
    assert steps == [
        ("submit", "", case.author.name), *zip(acts, stages, names, strict=True),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        done(case.signers[-1], sign, review)


@pytest.mark.parametrize(("kind", "way"), EACH)
@pytest.mark.parametrize("end", ["return", "withdraw"])
def test_an_end_without_publishing_is_in_the_history_too(cast, head, kind, way, end):
    case = way(cast, head)
    review = sent(case)
    if end == "return":
        with pytest.raises(Refused, match="原因"):
            done(case.signers[0], send_back, review, note=" ")
        review = done(case.signers[0], send_back, review, note="请改集合点")
    else:
        review = done(case.author, withdraw, review)
    assert review.closed_at is not None
    with scope.everything():
        assert [one.act for one in queries.steps_of(case.record)] == ["submit", end]
        assert queries.open_review(case.record) is None


@pytest.mark.parametrize(("kind", "way"), EACH)
def test_a_stranger_finds_no_step_and_a_reader_may_take_none(cast, head, kind, way):
    case = way(cast, head)
    review = sent(case)
    with scope.enter(case.author.units):
        section = next(iter(spec.get(kind).text_of(case.record)))
    remark = done(case.signers[0], comment, review, section=section, text="请写明")
    urls = [reverse(f"reviews:{name}", args=[review.pk]) for name in ("sign", "return", "withdraw", "comment")]  # fmt: skip
    urls.append(reverse("reviews:settle", args=[remark.pk]))
    said = {"note": "好", "section": section, "text": "好", "answer": "好"}
    for stranger in (cast.stranger, cast.other_district):
        client = cast.client(stranger)
        assert [client.post(url, said).status_code for url in urls] == [404] * len(urls)
    reader = cast.client(cast.teacher)
    seen = 403 if cast.teacher.units.holds(case.record.unit_id) else 404
    assert [reader.post(url, said).status_code for url in urls] == [seen] * len(urls)
    assert (
        str(review.pk)
        not in cast.client(cast.stranger).get(reverse("reviews:list")).content.decode()
    )
    with scope.everything():
        assert ReviewStep.objects.filter(review=review).count() == 1
        assert ReviewComment.objects.filter(record=case.record).count() == 1


@pytest.mark.parametrize(("kind", "way"), EACH)
def test_two_at_once_and_twice_the_same(cast, head, kind, way):
    case = way(cast, head)
    review = sent(case)
    with pytest.raises(Conflict, match="已经提交"):
        sent(case)
    seen = review.turn
    done(case.signers[0], sign, review, seen=seen)
    with pytest.raises((Conflict, Forbidden)):
        done(case.signers[0], sign, review, seen=seen)


def declared(**more: Any) -> spec.ReviewKind:
    stage = spec.Stage("head", "校长", spec.OWN)
    return dataclasses.replace(spec.get("plan"), key="other", **{"stages": (stage,), **more})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "plan"}, "declared twice: plan"),
        ({"stages": ()}, "other: no stages"),
        ({"stages": (spec.Stage("a", "甲", spec.OWN), spec.Stage("a", "乙", spec.ABOVE))}, "one of them twice"),
        ({"stages": (spec.Stage("a", "甲", "beside"),)}, "other.a: signed neither by the unit nor above it"),
    ],
)  # fmt: skip
def test_a_kind_that_cannot_work_stops_the_start_with_a_sentence(wrong, said):
    kind = dataclasses.replace(declared(), **wrong)
    with pytest.raises(spec.ReviewMistake, match=said):
        spec.declare(kind)
    assert sorted(spec.all_kinds()) == KINDS


@pytest.mark.parametrize("way", [(), ("head", "nowhere")])
def test_a_way_through_no_stage_is_told(way):
    with pytest.raises(spec.ReviewMistake, match="no way through"):
        spec.route_of(declared(route=lambda record: way), object())


@pytest.fixture
def remarked(cast, head, monkeypatch):
    """A function that remarks on words of a section whose text is `TEXT`."""
    case = a_schools_plan(cast, head)
    review = sent(case)
    kind = dataclasses.replace(spec.get("plan"), text_of=lambda record: {"routes": TEXT})
    monkeypatch.setitem(spec._kinds, "plan", kind)
    return lambda **more: done(
        head, comment, review, **{"section": "routes", "text": "请核对", **more}
    )


@pytest.mark.parametrize(
    ("quote", "start", "kept"),
    [
        ("集合点", 1, 1),
        ("集合点", TEXT.rindex("集合点"), TEXT.rindex("集合点")),
        ("集合点", 3, 1),
        ("集合点", None, 1),
        ("集合点", 10_000, 1),
        ("", 5, None),
    ],
)
def test_a_remark_stands_where_its_words_stand(remarked, quote, start, kept):
    remark = remarked(quote=quote, start=start)
    assert (remark.quote, remark.start) == (quote, kept)


def test_a_remark_needs_words_that_are_there(remarked):
    for wrong, said in (
        ({"quote": "体育馆"}, "没有这几个字"),
        ({"section": "nowhere"}, "章节"),
        ({"text": " "}, "写下意见"),
    ):
        with pytest.raises(Refused, match=said):
            remarked(**wrong)


def test_open_remarks_go_to_the_next_version_where_their_words_stand_now(
    cast, head, remarked, monkeypatch
):
    here, gone, whole = remarked(quote="备用集合点"), remarked(quote="操场"), remarked()
    settled = remarked(quote="校外")
    done(cast.officer, settle_comment, settled, answer="已改")
    with pytest.raises(Conflict, match="安全员甲"):
        done(cast.officer, settle_comment, settled, answer="又改")
    other = an_offices_plan(cast, head).record
    later = "先听广播。备用集合点在公园。"
    kind = dataclasses.replace(spec.get("plan"), text_of=lambda record: {"routes": later})
    monkeypatch.setitem(spec._kinds, "plan", kind)
    with scope.everything():
        assert carry_comments(here.record, other) == 3
        rows = ReviewComment.objects.filter(record=other)
        carried = {one.quote: one.start for one in rows}
        placed = queries.comments_of(other, {"routes": later})["routes"]
    assert carried == {here.quote: later.index("备用"), gone.quote: None, whole.quote: None}
    assert {one.comment.quote: one.here for one in placed} == {
        "备用集合点": True,
        "操场": False,
        "": True,
    }
