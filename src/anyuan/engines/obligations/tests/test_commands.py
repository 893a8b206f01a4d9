"""`anyuan pack check` and `pack load`, as the command line calls them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from anyuan.core import scope
from anyuan.core.refused import Refused
from anyuan.engines.obligations.commands import check_folder, load_folder
from anyuan.engines.obligations.models import Obligation, Policy
from anyuan.engines.obligations.tests.test_loading import SHIPPED


def test_the_shipped_pack_fits_the_kinds_that_the_product_declares():
    assert check_folder(SHIPPED) == []


def test_nothing_is_loaded_unless_the_person_agrees(cast):
    shown: list[str] = []
    answer = load_folder(SHIPPED, shown.extend)  # None: did not agree
    assert answer == ["没有载入，什么也没有改变。"]
    assert any("新增任务" in line for line in shown)
    with scope.everything():
        assert not Policy.objects.exists()


def test_what_was_shown_is_what_is_done(cast):
    shown: list[str] = []
    done = load_folder(SHIPPED, lambda lines: shown.extend(lines) or True)
    assert done == shown
    with scope.everything():
        assert Obligation.objects.filter(unit=cast.school).exists()


def test_a_pack_with_mistakes_is_refused_and_each_is_named(cast, tmp_path: Path):
    folder = tmp_path / "pack"
    shutil.copytree(SHIPPED, folder)
    (folder / "points.yaml").write_text("sections: []\n", encoding="utf-8")
    problems = check_folder(folder)
    assert problems
    with pytest.raises(Refused) as refusal:
        load_folder(folder, lambda lines: True)
    assert problems[0] in refusal.value.sentence


def test_without_a_city_there_is_nothing_to_load_for(db):
    with pytest.raises(Refused, match="市级单位"):
        load_folder(SHIPPED, lambda lines: True)
