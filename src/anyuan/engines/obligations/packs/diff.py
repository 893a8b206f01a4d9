"""What changes between two packs: rules added, ended and changed, field by field, in Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from anyuan.engines.obligations.packs.spec import Pack, Rule
from anyuan.engines.obligations.packs.words import LABEL, field_words, how_often, rule_fields


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a rule before and after, in words."""

    name: str
    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.label}：由“{self.before}”改为“{self.after}”"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that both packs hold under the same key, with at least one field that differs."""

    key: str
    title: str
    old: Rule
    new: Rule
    fields: tuple[FieldChange, ...]

    @property
    def touches_duties(self) -> bool:
        """Whether duties still to come differ, and not only the words or the source."""
        return any(change.name not in {"title", "advice", "source"} for change in self.fields)


@dataclass(frozen=True, slots=True)
class PackDiff:
    """Rules by what happens to them, each in the order of its pack."""

    added: tuple[Rule, ...]
    ended: tuple[Rule, ...]
    changed: tuple[RuleChange, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.ended or self.changed)

    def lines(self) -> list[str]:
        """The comparison as sentences, one a line."""
        if not self:
            return ["规则没有变化。"]
        said = [
            f"新增：第 {rule.point} 点 {rule.title}（{how_often(rule)}）" for rule in self.added
        ]
        said += [f"停用：第 {rule.point} 点 {rule.title}" for rule in self.ended]
        for change in self.changed:
            said.append(f"修改：第 {change.new.point} 点 {change.title}")
            said += [f"　　{field}" for field in change.fields]
        return said


def compare(old: Pack | None, new: Pack) -> PackDiff:
    """Compare the pack in force with the one to be loaded. Without an old pack all is new."""
    before = {rule.key: rule for rule in old.rules} if old else {}
    after = {rule.key: rule for rule in new.rules}
    changes = (
        _change(before[key], rule)
        for key, rule in after.items()
        if key in before and before[key] != rule
    )
    return PackDiff(
        added=tuple(rule for key, rule in after.items() if key not in before),
        ended=tuple(rule for key, rule in before.items() if key not in after),
        changed=tuple(changes),
    )


def _change(old: Rule, new: Rule) -> RuleChange:
    changed = tuple(
        FieldChange(name, LABEL[name], field_words(old, name), field_words(new, name))
        for name in rule_fields()
        if getattr(old, name) != getattr(new, name)
    )
    return RuleChange(new.key, new.title, old, new, changed)
