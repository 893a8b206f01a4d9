"""What a domain declares: a loop of states and transitions, checked when the system starts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from anyuan.org.permissions import Permission


class LoopMistake(ValueError):
    """A loop that cannot work; the start stops with this sentence."""


@dataclasses.dataclass(frozen=True)
class State:
    """`stage` places the state on the stepper (1…n); final states end the loop."""

    key: str
    label: str
    colour: str
    icon: str
    stage: int
    final: bool = False


# (thing, actor) → why the actor may not do it now, or "" where they may.
Guard = Callable[[Any, Any], str]
# (thing, actor, form data) → the state to go to where it is not the transition's own target.
Apply = Callable[[Any, Any, Mapping[str, Any]], str | None]


@dataclasses.dataclass(frozen=True)
class Transition:
    """One thing a person does to a case.

    `form` asks for what the step needs; `apply` writes it into the domain's own row; `guard` says in
    words why this actor may not (four eyes, level of supervision).
    """

    key: str
    label: str
    sources: tuple[str, ...]
    target: str
    permission: Permission
    icon: str = "arrow-right"
    colour: str = "primary"
    form: type[forms.Form] | None = None
    needs_files: str = ""  # label of the files asked, such as "after"; "" asks none
    guard: Guard | None = None
    apply: Apply | None = None


@dataclasses.dataclass(frozen=True)
class Loop:
    key: str
    label: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    start: tuple[str, ...]
    stages: tuple[str, ...]  # the names under the stepper
    url_name: str  # detail page, takes the record's id

    def state(self, key: str) -> State:
        return next(state for state in self.states if state.key == key)

    def transition(self, key: str) -> Transition | None:
        return next((one for one in self.transitions if one.key == key), None)

    @property
    def open_states(self) -> list[str]:
        return [state.key for state in self.states if not state.final]


def check(loop: Loop) -> None:
    """Refuse a loop with unknown, unreachable or dead-end states, or a key used twice."""
    keys = [state.key for state in loop.states]
    known = set(keys)
    if len(known) != len(keys):
        raise LoopMistake(f"{loop.key}: a state is declared twice")
    actions = [one.key for one in loop.transitions]
    if len(set(actions)) != len(actions):
        raise LoopMistake(f"{loop.key}: a transition is declared twice")
    for one in loop.transitions:
        for name in (*one.sources, one.target):
            if name not in known:
                raise LoopMistake(f"{loop.key}.{one.key}: unknown state {name}")
    reached = set(loop.start)
    while True:
        more = {t.target for t in loop.transitions if reached & set(t.sources)} - reached
        if not more:
            break
        reached |= more
    for state in loop.states:
        if state.key not in reached:
            raise LoopMistake(f"{loop.key}: nothing leads to {state.key}")
        leaves = any(state.key in t.sources and t.target != state.key for t in loop.transitions)
        if not state.final and not leaves:
            raise LoopMistake(f"{loop.key}: nothing leads out of {state.key}")
        if not 1 <= state.stage <= len(loop.stages):
            raise LoopMistake(f"{loop.key}: {state.key} has no stage")
