"""Migrations without drawing all models anew after each index, constraint and trigger."""

from __future__ import annotations

from typing import Any

from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED
from pgtrigger.migrations import AddTrigger, RemoveTrigger


def quicken() -> None:
    """Let migrations keep models as they are drawn when another is made, or one gets a column, an index,
    a constraint or a trigger.

    Django draws the model anew then, and with it every model that is related: all of ours are, by their
    unit. None of these changes what the drawn models are; they get what is new. With 140
    migrations a new database took two minutes with it and takes a quarter of that without; core/tests/test_migrating.py finds all of them in the database.
    """
    ProjectState.add_model = _add_model  # type: ignore[method-assign]
    ProjectState.add_field = _add_field  # type: ignore[method-assign]
    ProjectState._append_option = _append_option  # type: ignore[attr-defined]
    ProjectState._remove_option = _remove_option  # type: ignore[attr-defined]
    AddTrigger.state_forwards = _add_trigger  # type: ignore[method-assign]
    RemoveTrigger.state_forwards = _remove_trigger  # type: ignore[method-assign]


def _add_model(self: ProjectState, model_state: ModelState) -> None:
    """A new model is drawn alone: nothing that is drawn already can depend on it."""
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:  # type: ignore[attr-defined]
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:
        model_state.render(self.apps)
        self.apps.clear_cache()


def _add_field(
    self: ProjectState,
    app_label: str,
    model_name: str,
    name: str,
    field: Any,
    preserve_default: bool,
) -> None:
    """A column is added to the model as it is drawn, as a class is given one when it is written."""
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    self.models[key].fields[name] = field
    if self._relations is not None:  # type: ignore[attr-defined]
        self.resolve_model_field_relations(key, name, field)
    if "apps" in self.__dict__:
        self.apps.get_model(app_label, model_name).add_to_class(name, field.clone())
        self.apps.clear_cache()


def _append_option(
    self: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any
) -> None:
    options = self.models[app_label, model_name].options
    _put(self, app_label, model_name, option_name, [*options.get(option_name, []), obj])


def _remove_option(
    self: ProjectState, app_label: str, model_name: str, option_name: str, obj_name: str
) -> None:
    options = self.models[app_label, model_name].options
    kept = [one for one in options.get(option_name, []) if one.name != obj_name]
    _put(self, app_label, model_name, option_name, kept)


def _put(
    state: ProjectState, app_label: str, model_name: str, option_name: str, found: list[Any]
) -> None:
    state.models[app_label, model_name].options[option_name] = found
    if "apps" in state.__dict__:  # drawn already
        setattr(state.apps.get_model(app_label, model_name)._meta, option_name, list(found))


def _add_trigger(self: Any, app_label: str, state: ProjectState) -> None:
    _append_option(state, app_label, self.model_name.lower(), "triggers", self.trigger)


def _remove_trigger(self: Any, app_label: str, state: ProjectState) -> None:
    _remove_option(state, app_label, self.model_name.lower(), "triggers", self.name)
