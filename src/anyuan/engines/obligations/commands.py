"""What `anyuan pack check` and `anyuan pack load` do; the command line prints what these return."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from anyuan.core import kinds, scope
from anyuan.core.refused import Refused
from anyuan.engines.obligations.loading import load_policy, preview_load
from anyuan.engines.obligations.packs import check
from anyuan.engines.obligations.packs.load import PackMistakes
from anyuan.engines.obligations.packs.spec import Kinds
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit


def declared_kinds() -> Kinds:
    """The kinds of record that this installation knows, as the check of a pack wants them.

    A facet declared without values takes any text.
    """
    return {
        key: {facet: frozenset(values) or None for facet, values in kind.facets.items()}
        for key, kind in kinds.all_kinds().items()
    }


def check_folder(path: Path) -> list[str]:
    """Every mistake of the pack in a folder, one line each; empty where there is none."""
    return [str(problem) for problem in check.check_folder(path, declared_kinds())]


def load_folder(path: Path, confirm: Callable[[list[str]], bool]) -> list[str]:
    """Show what loading would change to `confirm`, load if it agrees, and return what was done.

    Refused, with every mistake, where the pack has any, and where there is no city yet.
    """
    try:
        pack = check.checked_pack(path, declared_kinds())
    except PackMistakes as mistakes:
        raise Refused(
            _("方案有 %(n)d 处错误，没有载入：") % {"n": len(mistakes.problems)} + f"\n{mistakes}"
        ) from mistakes
    with scope.everything():
        city = Unit.objects.filter(kind=Unit.Kind.CITY).first()
        if city is None:
            raise Refused(_("还没有市级单位，请先建立单位再载入方案。"))
        expected = preview_load(city, by=SYSTEM, pack=pack).lines()
    if not confirm(expected):
        return [_("没有载入，什么也没有改变。")]
    with scope.everything():
        return load_policy(city, by=SYSTEM, pack=pack).lines()
