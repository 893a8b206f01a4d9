"""The rules of the house, checked over the whole source: what a new page or domain has for nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from anyuan.core.models import Scoped
from anyuan.org.action import SERVICES
from anyuan.org.permissions import GRANTS, Permission

SOURCE = Path(__file__).resolve().parents[1] / "src" / "anyuan"
FILE_LINES, FUNCTION_LINES = 400, 60
CODE = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
PRODUCT = [path for path in CODE if "tests" not in path.parts]
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))

# Public functions of services that write nothing themselves or are called inside guarded ones.
UNGUARDED = {
    "anyuan.domains.campaigns.services.running.step_campaign": "hands over to cases.services.move, which guards",
    "anyuan.domains.campaigns.services.running.cut": "reads",
    "anyuan.domains.campaigns.services.work.remind": "inside a guarded service, and by the weekly job",
    "anyuan.engines.live.services.publish": "inside the service whose deed it tells",
    "anyuan.engines.live.services.forget_old": "called by a job: events are no records",
    "anyuan.engines.notices.services.tell": "told by reactions and jobs, for posts of many units",
    "anyuan.engines.notices.services.tell_person": "as tell",
    "anyuan.engines.notices.services.tell_people": "as tell",
    "anyuan.engines.obligations.services.is_above": "reads",
    "anyuan.engines.cases.services.open_case": "inside the service that opens the record",
    "anyuan.domains.hazards.services.step_hazard": "hands over to cases.services.move, which guards",
    "anyuan.domains.fire.services.step_hot_work": "hands over to cases.services.move, which guards",
    "anyuan.domains.protection.services.step_fault": "hands over to cases.services.move, which guards",
    "anyuan.engines.ledgers.services.set_facts": "inside the service that did something with the thing",
    "anyuan.domains.hazards.services.open_from_finding": "a reaction; report_hazard guards",
    "anyuan.engines.checks.services.void_inspection": "hands over to _void, which guards",
    "anyuan.domains.emergency.incidents.services.commanding.step_incident": "hands over to cases.services.move, which guards",
    "anyuan.domains.emergency.incidents.services.people.why_sealed": "reads",
    "anyuan.domains.emergency.rollcall.services.running.refuse_above": "reads",
    "anyuan.domains.emergency.rollcall.services.running.finish": "inside a guarded service, and by the hourly job",
    "anyuan.domains.emergency.incidents.services.reporting.locked": "inside a guarded service",
    "anyuan.domains.emergency.incidents.services.reporting.take_facts": "as locked",
    "anyuan.domains.emergency.incidents.services.reporting.weigh": "as locked",
    "anyuan.domains.emergency.incidents.services.reporting.set_limits": "as locked",
    "anyuan.domains.emergency.incidents.services.reporting.tell_of": "as locked",
    "anyuan.domains.emergency.incidents.services.reporting.title_of": "reads",
    "anyuan.domains.emergency.incidents.services.reporting.clock_text": "reads",
    "anyuan.domains.emergency.incidents.services.reporting.facts_of": "reads",
    "anyuan.engines.reviews.services.carry_comments": "inside the step that returns a version",
    **dict.fromkeys(
        (
            f"anyuan.domains.emergency.plans.services.keeping.{name}"
            for name in ("put_in_review", "back_to_draft", "return_version", "publish")
        ),
        "a step of the review; reviews.services guards",
    ),
    "anyuan.domains.emergency.plans.services.keeping.review_due": "reads",
    "anyuan.domains.emergency.plans.services.keeping.want_revision": "a reaction, inside an incident's step",
    "anyuan.domains.emergency.plans.services.keeping.propose_change": "a reaction, inside a drill's service",
    "anyuan.domains.emergency.plans.services.writing.next_version": "inside a guarded service",
    "anyuan.domains.emergency.plans.services.writing.set_state": "as next_version",
    "anyuan.domains.emergency.plans.services.writing.lock_plan": "as next_version",
    "anyuan.domains.emergency.warnings.services.weighing.step_warning": "hands over to cases.services.move, which guards",
    "anyuan.domains.emergency.warnings.services.weighing.refuse_wrong": "makes a refusal",
    "anyuan.domains.emergency.warnings.services.incoming.name_of": "reads",
    "anyuan.domains.emergency.warnings.services.incoming.named": "reads",
    "anyuan.domains.emergency.warnings.services.incoming.say": "reads",
    "anyuan.domains.emergency.warnings.services.sources.result_words": "reads",
    "anyuan.domains.risk.points.services.grading.step_point": "hands over to cases.services.move, which guards",
    "anyuan.domains.risk.points.services.identifying.locked": "inside a guarded service",
    "anyuan.domains.risk.points.services.identifying.facts_of": "reads",
    "anyuan.domains.risk.points.services.identifying.title_of": "reads",
    "anyuan.domains.risk.assessments.services.hiring.step_assessment": "hands over to cases.services.move, which guards",
    "anyuan.domains.risk.assessments.services.assessing.link_hazard": "a reaction; writes which hazard a finding became",
    "anyuan.domains.risk.tracing.services.opening.candidates": "reads",
    "anyuan.domains.risk.tracing.services.opening.step_trace": "hands over to cases.services.move, which guards",
    "anyuan.domains.risk.tracing.services.opening.freeze": "a step of the loop; cases.services.move guards",
    "anyuan.domains.risk.tracing.services.deciding.may_object": "reads",
    "anyuan.domains.responsibility.duties.services.network.planned_seats": "makes rows, saves none",
    "anyuan.domains.responsibility.duties.services.network.people_by_role": "reads",
    "anyuan.domains.responsibility.duties.services.lists.level_of": "reads",
    "anyuan.domains.responsibility.duties.services.lists.text_of": "reads",
    "anyuan.domains.responsibility.duties.services.issuing.missing_parties": "reads",
    "anyuan.domains.responsibility.duties.services.issuing.staff_parties": "reads",
    "anyuan.domains.responsibility.duties.services.issuing.write_letters": "inside a guarded service or the daily job",
    "anyuan.domains.responsibility.duties.services.issuing.changed": "as write_letters",
    "anyuan.domains.responsibility.duties.services.signing.fresh_for": "reads",
    "anyuan.domains.responsibility.duties.services.signing.settle": "inside a guarded service",
    "anyuan.domains.responsibility.duties.services.signing.may_sign": "reads",
    "anyuan.domains.responsibility.duties.services.signing.refuse_stranger_head": "reads",
    "anyuan.domains.responsibility.duties.services.signing.follow_up": "inside a guarded service or the daily job",
    "anyuan.domains.responsibility.duties.services.following.follow_time_and_people": "called by a job",
    "anyuan.domains.responsibility.duties.services.following.end_letters_of": "a reaction; close_unit guards",
    "anyuan.domains.responsibility.governance.services.library.next_review": "reads",
    "anyuan.org.services.first_password": "makes a word",
    "anyuan.org.services.checked": "saves a row inside a guarded service",
    "anyuan.org.services.refuse_invalid": "makes a refusal",
}
# Whole-tree scope outside jobs, the command line and tests.
WHOLE_TREE = {
    "core/scope.py": "defines it",
    "core/keys.py": "defines it",
    "org/actor.py": "the system's own actor",
    "org/middleware.py": "looks up the person's posts before the scope shrinks to one",
    "org/moving.py": "rewrites the keys of a unit in every table, between two districts",
    "domains/campaigns/queries.py": "a school reads the campaigns of the offices above it that it takes part in",
    "domains/campaigns/tasks.py": "records and units of any scope change tasks of campaigns made above them",
    "domains/schoolbus/shared.py": "two schools of different districts share a bus, each from its own side",
    "engines/checks/assigned.py": "the names of the schools that a person is sent to check",
    "engines/notices/services.py": "tells posts of units above the actor's",
    "engines/notices/delivering.py": "sends everybody's queued messages, in the worker",
    "engines/notices/robots.py": "keeps how a sending by a robot went, in the worker",
    "engines/obligations/recount.py": "a school's record also meets duties of the levels above",
    "engines/indicators/queries.py": "an aim of the level above holds for all below it",
    "engines/indicators/reactions_in.py": "a leaf's figures come from duties of several levels",
    "engines/ledgers/exports.py": "an export is taken up by the worker in the post that asked for it",
    "engines/live/stream.py": "looks up the person's posts, as org/middleware.py does",
    "domains/emergency/drills/feeds.py": "looks up whose calendar address it is, as org/tokens.py does",
    "domains/emergency/alerts/own.py": "a person reads what a unit above told them, by their own receipts",
    "domains/emergency/alerts/sending.py": "the worker's sending: takes and settles what is due of all units",
    "domains/responsibility/duties/services/issuing.py": "numbers of letters stay taken when a school moves away",
    "domains/responsibility/duties/public.py": "a letter's code names the letter, not its unit: schools move",
    "org/tokens.py": "looks up the token before the scope shrinks to its unit",
}


def named(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_no_file_is_longer_than_a_person_reads_at_once():
    long = {named(p): n for p in CODE if (n := len(p.read_text("utf-8").splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_is_longer_than_a_page():
    long = [
        f"{named(path)}:{node.name} {node.end_lineno - node.lineno + 1}"
        for path in CODE
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]
    assert long == []


def test_every_module_says_what_it_is_for():
    silent = [
        named(path)
        for path in PRODUCT
        if path.read_text("utf-8").strip()
        and path.name not in {"__init__.py", "urls.py", "apps.py"}
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def service_modules() -> list[Path]:
    return [p for p in PRODUCT if p.name == "services.py" or "services" in p.parent.parts]


def module_of(path: Path) -> str:
    return "anyuan." + named(path).removesuffix(".py").replace("/", ".")


def test_every_public_service_is_guarded_or_its_exception_has_a_reason():
    open_doors = []
    for path in service_modules():
        module = module_of(path)
        import_module(module)
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                name = f"{module}.{node.name}"
                if name not in SERVICES and name not in UNGUARDED:
                    open_doors.append(name)
    assert open_doors == []


def test_no_exception_outlives_its_function():
    for name in UNGUARDED:
        module, _dot, function = name.rpartition(".")
        assert hasattr(import_module(module), function), name
        assert name not in SERVICES, f"{name} is guarded now"


def test_every_guarded_service_takes_its_actor_by_name():
    for name in SERVICES:
        module, _dot, function = name.rpartition(".")
        wrapped = getattr(import_module(module), function).__wrapped__
        assert "by" in wrapped.__annotations__, name


def test_services_never_see_a_request():
    seen = [
        f"{named(path)}:{node.name}"
        for path in service_modules()
        for node in functions(path)
        for argument in [*node.args.args, *node.args.kwonlyargs]
        if argument.arg == "request"
    ]
    assert seen == []


def managers_used(path: Path) -> Iterator[tuple[str, str]]:
    """(where, `Model.objects` or `Model.raw`): a manager hangs on a class, written with a capital."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "raw"}:
            owner = node.value
            if isinstance(owner, ast.Name) and owner.id[:1].isupper():
                yield f"{named(path)}:{node.lineno}", f"{owner.id}.{node.attr}"


def readable_by_all() -> set[str]:
    """Tables without a unit (policies, checklists), and what every post may read: units, profiles."""
    everywhere = frozenset.intersection(*GRANTS.values())
    return {
        model.__name__
        for model in apps.get_models()
        if not hasattr(model, "scope_path")
        or getattr(model, "read_permission", Permission.RECORD_READ) in everywhere
    }


def test_the_api_reads_only_through_queries_and_visible():
    found = [use for p in PRODUCT if p.is_relative_to(SOURCE / "api") for use in managers_used(p)]
    assert found == []


def test_pages_read_directly_only_what_every_post_may_read():
    allowed = {f"{name}.objects" for name in readable_by_all()}
    found = [
        (where, use)
        for path in PRODUCT
        if path.name == "views.py" or path.name.endswith("_views.py")
        for where, use in managers_used(path)
        if use not in allowed
    ]
    assert found == []


def test_the_whole_tree_is_entered_only_where_a_reason_is_given():
    found = []
    for path in PRODUCT:
        name = named(path)
        if (
            name in WHOLE_TREE
            or name.startswith("config/")
            or path.name in {"jobs.py", "commands.py"}
        ):
            continue
        text = path.read_text("utf-8")
        if re.search(r"\beverything\(\)|\bEVERYTHING\b", text):
            found.append(name)
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_script_and_no_handlers(path):
    text = re.sub(
        r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text("utf-8"), flags=re.DOTALL
    )
    for tag in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in tag or 'type="application/json"' in tag, tag
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"style\s*=\s*[\"'][^\"']*url\(", text)
    assert "|safe" not in text


def test_every_page_stands_in_the_layout_and_has_one_heading():
    pages = [path for path in TEMPLATES if is_page(path)]
    assert len(pages) > 15
    assert [named(p) for p in pages if "{% extends" not in p.read_text("utf-8")] == []
    doubled = [named(p) for p in pages if p.read_text("utf-8").count("<h1") > 1]
    assert doubled == []


def is_page(path: Path) -> bool:
    """A template that a view shows whole: not a component, a fragment or a layout."""
    parts = path.parts
    return not (
        {"components", "elements", "parts", "fragments", "side"} & set(parts)
        or path.name.startswith("_")
        or path.name in {"layout.html", "500.html", "screen.html"}
        or ("{% extends" not in path.read_text("utf-8") and "<h1" not in path.read_text("utf-8"))
    )  # fmt: skip


def scoped_models() -> list[type]:
    return [m for m in apps.get_models() if issubclass(m, Scoped)]


@pytest.mark.parametrize("model", scoped_models(), ids=lambda model: model.__name__)
def test_every_scoped_model_is_readable_by_a_permission_that_some_post_has(model):
    needed = getattr(model, "read_permission", Permission.RECORD_READ)
    assert isinstance(needed, Permission)
    assert any(needed in granted for granted in GRANTS.values())


def test_every_permission_is_held_by_some_post():
    assert set(Permission) == frozenset().union(*GRANTS.values())
