"""Letters over the API: who reads which, what one tells, how many are signed."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.domains.responsibility.duties.tests.making import (
    employ,
    issued,
    letter_of,
    signed_letter,
    this_year,
)
from anyuan.org.models import Person
from tests.test_api_access import caller, is_problem

SEES_ALL = ("unit.read", "record.read", "board.read")


def names(client, query=""):
    items = client.get(f"/api/v1/letters{query}").json()["items"]
    return {item["b_name"] for item in items}


def test_a_letter_is_read_with_its_text_and_who_signed(cast):
    _round, letter, _head = signed_letter(cast)
    client = caller(cast.wujin, cast.district, *SEES_ALL)
    (listed,) = client.get("/api/v1/letters", {"state": "signed"}).json()["items"]
    assert [(one["party"], one["name"]) for one in listed["signatures"]] == [
        ("b", "校长戊"),
        ("a", "区管理员"),
    ]
    whole = client.get(f"/api/v1/letters/{letter.pk}").json()
    assert whole.items() >= listed.items()
    assert (whole["number"], whole["party_a"], whole["wrong"]) == (
        letter.number,
        cast.wujin.key,
        "",
    )
    assert whole["text"] == letter.body.text
    assert {one["sha256"] for one in whole["signatures"]} == {whole["sha256"]}
    assert names(client, "?state=issued") == set()
    assert names(client, f"?year={this_year()}&level=district&q=湖塘") == {cast.school.name}
    assert client.get("/api/v1/letters?state=x").status_code == 422


def test_nobody_reads_beyond_the_scope_or_a_colleagues_letter(cast):
    round_ = issued(cast, cast.school, cast.officer)
    unit_letter = letter_of(issued(cast), unit=cast.school)
    guards = letter_of(round_, holder=cast.guard.person_id)
    stranger = caller(cast.other, cast.stranger, "unit.read", "record.read", "letter.issue")
    assert names(stranger) == set()
    for pk in (guards.pk, unit_letter.pk, new_id()):
        is_problem(stranger.get(f"/api/v1/letters/{pk}"), 404)
    is_problem(stranger.get("/api/v1/letters/counts", {"unit": cast.school.key}), 404)
    assert names(caller(cast.school, cast.officer, "record.read", "letter.issue")) == {
        cast.school.name, "保安丙", "教师乙", "安全员甲",
    }  # fmt: skip
    with scope.everything():
        teacher = Person.objects.get(pk=cast.teacher.person_id)
    own = caller(
        cast.school, cast.officer, "unit.read", "record.read", "letter.sign", person=teacher
    )
    assert names(own) == {"教师乙"}
    is_problem(own.get(f"/api/v1/letters/{guards.pk}"), 404)
    is_problem(own.get("/api/v1/letters/counts"), 403)
    # A system that may not see who has signed reads letters of units, not of people.
    assert names(caller(cast.school, cast.officer, "record.read")) == {cast.school.name}
    is_problem(caller(cast.school, cast.officer, "unit.read").get("/api/v1/letters"), 403)


def test_how_many_are_signed_below(cast):
    issued(cast, cast.city, cast.bureau)
    signed_letter(cast)
    issued(cast, cast.school, cast.officer)
    client = caller(cast.city, cast.bureau, *SEES_ALL)
    said = client.get("/api/v1/letters/counts").json()
    assert (said["unit"], said["year"]) == (cast.city.key, this_year())
    assert said["levels"] == [
        {"level": "city", "asked": 2, "signed": 0},
        {"level": "district", "asked": 1, "signed": 1},
        {"level": "school", "asked": 3, "signed": 0},
    ]
    found = {line["unit"]: line for line in said["below"]}
    assert found[cast.wujin.key]["own"] == "issued"
    assert found[cast.wujin.key]["levels"] == said["levels"][1:]
    assert found[cast.tianning.key]["levels"] == []
    before = client.get("/api/v1/letters/counts", {"year": this_year() - 1}).json()
    assert before["levels"] == []


def test_a_longer_list_costs_no_more(cast):
    client = caller(cast.school, cast.officer, "record.read", "letter.issue")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/api/v1/letters").status_code == 200
        return len(seen)

    issued(cast, cast.school, cast.officer)
    cost()
    few = cost()
    for n in range(3):
        employ(cast.school, f"more{n}", f"教师{n}", "teacher")
    issued(cast, cast.school, cast.officer)
    assert cost() == few <= 15
