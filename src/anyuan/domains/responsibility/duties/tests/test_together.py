"""Two at once, on connections of their own: one letter has one outcome, the other person is told so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from anyuan.core import scope
from anyuan.core.refused import Conflict
from anyuan.domains.responsibility.duties.models import Letter, LetterRound, Signature
from anyuan.domains.responsibility.duties.services import signing
from anyuan.domains.responsibility.duties.tests.making import (
    employ,
    head_of,
    issued,
    letter_of,
    proof,
    renewed,
    wipe,
)
from anyuan.domains.responsibility.duties.verifying import check_all
from anyuan.org.tests.cast import Cast, make_cast


@pytest.fixture
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast with committed rows, so that other connections see them; wiped afterwards."""
    with django_db_blocker.unblock():
        try:
            yield make_cast()
        finally:
            wipe()
            connection.close()


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each gave or raised, all begun at the same moment on their own connections."""
    start = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            start.wait()
            found[place] = work()
        except Exception as error:  # kept for the test, whatever it is
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def one_holds(found: list[Any]) -> Any:
    """The outcome of the one that came first; all others were told that they came too late."""
    held = [one for one in found if not isinstance(one, Exception)]
    assert len(held) == 1, found
    assert all(isinstance(one, Conflict) for one in found if isinstance(one, Exception)), found
    return held[0]


def test_two_heads_sign_at_once(city: Cast) -> None:
    heads = [head_of(city), employ(city.school, "head2", "校长庚", "principal")]
    letter = letter_of(issued(city), unit=city.school)
    works = [
        lambda by=by: signing.sign_letter(letter, by=by, confirmed=proof(by)).state for by in heads
    ]
    assert one_holds(together(*works)) == "half"
    with scope.everything():
        assert Signature.objects.count() == 1
        assert check_all() == []


def test_a_double_click_from_two_windows_is_one_signature(city: Cast) -> None:
    head = head_of(city)
    letter = letter_of(issued(city), unit=city.school)
    sign = lambda: signing.sign_letter(letter, by=head, confirmed=proof(head)).state  # noqa: E731
    assert together(sign, sign, sign) == ["half"] * 3
    with scope.everything():
        assert Signature.objects.count() == 1


def test_two_of_party_a_countersign_at_once(city: Cast) -> None:
    deputy = employ(city.wujin, "deputy", "副管理员", "district_supervisor")
    head, round_ = head_of(city), issued(city)
    letter = letter_of(round_, unit=city.school)
    signing.sign_letter(letter, by=head, confirmed=proof(head))
    works = [
        lambda by=by: signing.countersign(round_, by=by, confirmed=proof(by))
        for by in (city.district, deputy)
    ]
    assert one_holds(together(*works)) == 1
    with scope.everything():
        assert list(Signature.objects.order_by("turn").values_list("turn", flat=True)) == [1, 2]
        assert renewed(round_).done_on is not None
        assert check_all() == []


def test_signing_and_withdrawing_at_once(city: Cast) -> None:
    """Withdrawn, whoever comes first: a letter that only party B signed can still be taken back."""
    head = head_of(city)
    letter = letter_of(issued(city), unit=city.school)
    signed, taken = together(
        lambda: signing.sign_letter(letter, by=head, confirmed=proof(head)).state,
        lambda: signing.withdraw(letter, by=city.district, why="校名已改").state,
    )
    assert taken == "withdrawn"
    assert signed == "half" or isinstance(signed, Conflict)
    assert renewed(letter).state == "withdrawn"


def test_issued_by_two_at_once_everybody_has_one(city: Cast) -> None:
    head = head_of(city)
    works = [lambda by=by: issued(city, city.school, by).pk for by in (city.officer, head)]
    one_holds(together(*works))
    with scope.everything():
        assert LetterRound.objects.count() == 1
        holders = list(Letter.objects.values_list("holder_id", flat=True))
    assert len(holders) == len(set(holders)) == 3


def test_new_letters_at_once_have_numbers_of_their_own(city: Cast) -> None:
    people = [employ(city.school, f"more{n}", f"教师{n}", "teacher") for n in range(6)]
    round_ = issued(city, city.school, city.officer)
    letters = [letter_of(round_, holder=one.person_id) for one in people]
    for letter, by in zip(letters, people, strict=True):
        signing.return_letter(letter, by=by, why="岗位写错")
    works = [lambda one=one: signing.issue_again(one, by=city.officer).number for one in letters]
    found = together(*works)
    assert sorted(str(number)[-5:] for number in found) == [f"00{n}号" for n in range(10, 16)]
