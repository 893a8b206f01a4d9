"""Two versions side by side: sentences first, then the characters of those that changed."""

from __future__ import annotations

import dataclasses
import difflib
import re

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from anyuan.domains.emergency.plans.content import content
from anyuan.domains.emergency.plans.texts import Text, as_sections

_SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")


@dataclasses.dataclass(frozen=True)
class Side:
    """One part in both versions, marked; `changed` where they differ."""

    title: str
    before: SafeString
    after: SafeString
    changed: bool


def compare(old: Text, new: Text) -> list[Side]:
    """All parts of both, in the order of the newer one; what only the older had comes last."""
    before, after = as_sections(old), as_sections(new)
    titles = {"roles": "组织和职责", "cards": "行动卡"}
    titles |= {f"level_{one.key}": one.title for one in content().levels.values()}
    titles |= {one.key: one.title for one in [*old.sections, *new.sections]}
    found = []
    for key in dict.fromkeys([*after, *before]):
        a, b = before.get(key, ""), after.get(key, "")
        left, right = _marked(a, b)
        found.append(Side(titles.get(key, key), left, right, a != b))
    return found


def _marked(old: str, new: str) -> tuple[SafeString, SafeString]:
    a, b = _sentences(old), _sentences(new)
    left: list[SafeString] = []
    right: list[SafeString] = []
    for what, i, j, m, n in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        gone, come = "".join(a[i:j]), "".join(b[m:n])
        if what == "equal":
            left.append(_safe(gone))
            right.append(_safe(come))
        else:
            inner = _characters(gone, come) if gone and come else ([_del(gone)], [_ins(come)])
            left += inner[0]
            right += inner[1]
    return _joined(left), _joined(right)


def _characters(old: str, new: str) -> tuple[list[SafeString], list[SafeString]]:
    left, right = [], []
    for what, i, j, m, n in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            left.append(_safe(old[i:j]))
            right.append(_safe(new[m:n]))
        else:
            left.append(_del(old[i:j]))
            right.append(_ins(new[m:n]))
    return left, right


def _sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE.findall(text) if part]


def _safe(text: str) -> SafeString:
    return mark_safe(escape(text).replace("\n", "<br>"))  # noqa: S308 -- escaped right here


def _del(text: str) -> SafeString:
    return format_html_join("", "<del>{}</del>", [(_safe(text),)]) if text else _safe("")


def _ins(text: str) -> SafeString:
    return format_html_join("", "<ins>{}</ins>", [(_safe(text),)]) if text else _safe("")


def _joined(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
