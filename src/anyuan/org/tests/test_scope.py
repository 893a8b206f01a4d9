"""Scope: the managers, the database itself and the two questions hold the same line."""

from __future__ import annotations

import pytest
from django.db import connection

from anyuan.core import scope
from anyuan.core.keys import NOTHING
from anyuan.core.refused import Forbidden, Missing
from anyuan.core.security import scoped_tables
from anyuan.org.actor import allow, visible
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.permissions import Permission
from anyuan.org.services import add_unit


def test_query_outside_a_scope_raises(cast):
    with pytest.raises(scope.ScopeMissing):
        Profile.objects.count()


def test_school_sees_itself_and_a_district_all_its_schools(cast):
    with scope.enter(cast.officer.units):
        assert [p.unit_id for p in visible(Profile, cast.officer)] == [cast.school.key]
    with scope.enter(cast.district.units):
        assert [p.unit_id for p in visible(Profile, cast.district)] == [cast.school.key]
    with scope.enter(cast.bureau.units):
        assert visible(Profile, cast.bureau).count() == 2


def test_database_itself_hides_other_units(cast):
    with scope.enter(cast.officer.units), connection.cursor() as cursor:
        cursor.execute("SELECT unit_id FROM org_profile")
        assert cursor.fetchall() == [(cast.school.key,)]
        cursor.execute("UPDATE org_profile SET pupils = 1 WHERE unit_id = %s", [cast.other.key])
        assert cursor.rowcount == 0


def test_names_of_the_units_above_are_readable_and_not_writable(cast):
    with scope.enter(cast.officer.units):
        assert {u.key for u in Unit.raw.all()} == {"320400.", "320400.320412.", cast.school.key}
        assert Unit.raw.filter(key="320400.").update(name="x") == 0


def test_a_person_reads_own_posts_from_any_scope(cast):
    with scope.enter(NOTHING, person=str(cast.officer.person_id)):
        assert [post.person_id for post in Post.raw.all()] == [cast.officer.person_id]


def test_every_scoped_table_forces_row_level_security(cast):
    tables = [table for _, table, _, _ in scoped_tables()]
    assert "core_record" in tables
    assert "org_unitevent" in tables
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s)"
            " AND NOT (relrowsecurity AND relforcerowsecurity)",
            [tables],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE tableowner = current_user AND schemaname = 'public'"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_stranger_is_told_nothing_reader_is_told_no(cast):
    with pytest.raises(Missing):
        allow(cast.stranger, Permission.PERSON_MANAGE, cast.school)
    with pytest.raises(Forbidden):
        allow(cast.teacher, Permission.PERSON_MANAGE, cast.school)
    allow(cast.officer, Permission.PERSON_MANAGE, cast.school)


def test_service_refuses_a_code_used_before_with_a_sentence(cast):
    from anyuan.core.refused import Refused

    with scope.everything(), pytest.raises(Refused) as refusal:
        add_unit(cast.wujin, by=cast.district, code="2132000001", name="重复", kind="school")
    assert refusal.value.field == "code"
    assert "已被使用" in refusal.value.sentence


def test_changes_are_kept_with_who_made_them(cast, whole):
    from anyuan.org.models import Unit

    add_unit(cast.wujin, by=cast.district, code="2132000009", name="新校", kind="school")
    event = (
        Unit.pgh_event_models["insert"]
        .objects.filter(code="2132000009")
        .select_related("pgh_context")
        .get()
    )
    assert event.pgh_context.metadata["by"] == "区管理员"
