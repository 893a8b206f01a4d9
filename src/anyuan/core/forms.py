"""Form parts that many pages share: several files at once, and a key against sending twice."""

from __future__ import annotations

import functools
import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from anyuan.core.ids import new_id


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; the value is a list of uploads (empty where none was chosen)."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        chosen = data if isinstance(data, (list, tuple)) else [data] if data else []
        if self.required and not chosen:
            raise forms.ValidationError(_("请至少选择一个文件。"))
        return list(chosen)


class OnceForm(forms.Form):
    """A form whose `form_id` becomes the record's key: sent twice, it makes one record."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_id"].initial = new_id
        dress(self)

    def once(self) -> uuid.UUID:
        value: uuid.UUID | None = self.cleaned_data.get("form_id")
        return value or new_id()


def dress(form: forms.BaseForm) -> None:
    """Give every widget the shell's classes, so a template needs no widget markup."""
    for field in form.fields.values():
        widget = field.widget
        several = (forms.RadioSelect, forms.CheckboxSelectMultiple)
        if isinstance(widget, (forms.CheckboxInput, *several)):
            widget.attrs.setdefault("class", "form-check-input")
        elif isinstance(widget, (forms.Select, forms.SelectMultiple)):
            widget.attrs.setdefault("class", "form-select")
        else:
            widget.attrs.setdefault("class", "form-control")


def show_refusal(form: forms.BaseForm, refusal: Any) -> None:
    """Put a service's refusal where it belongs: at the fields, else above the form."""
    for name, sentence in (refusal.errors or {"": refusal.sentence}).items():
        form.add_error(name if name in form.fields else None, sentence)


class QuickRenderer(DjangoTemplates):
    """Writes selects and plain inputs without templates; all else as Django does.

    Django renders two templates for every option: a filter of forty options took a third of its page's time.
    """

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        if template_name == "django/forms/widgets/select.html":
            return _select(context["widget"])
        if template_name in PLAIN_INPUTS:
            return _input(context["widget"])
        return super().render(template_name, context, request)


PLAIN_INPUTS = {
    f"django/forms/widgets/{kind}.html"
    for kind in ("text", "number", "email", "hidden", "date", "password", "url")
}


def _attributes(attrs: dict[str, Any]) -> SafeString:
    """` name="value"` for each; True stands alone, False is left out."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in attrs.items()
            if value is not False
        ),
    )


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', value),
        _attributes(widget["attrs"]),
    )


def _select(widget: dict[str, Any]) -> SafeString:
    groups = tuple(
        (
            str(name) if name else "",
            tuple(
                (str(one["value"]), str(one["label"]), tuple(one["attrs"].items()))
                for one in options
            ),
        )
        for name, options, _index in widget["optgroups"]
    )
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"]),
        _groups(groups),
    )


@functools.lru_cache(maxsize=512)
def _groups(groups: tuple[tuple[str, tuple[Any, ...]], ...]) -> SafeString:
    """(label, ((value, label, attributes), …)) → the options; lists of choices come again and again."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<optgroup label="{}">{}</optgroup>', name, body) if name else body,)
            for name, options in groups
            for body in [_options(options)]
        ),
    )


def _options(options: tuple[Any, ...]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, _attributes(dict(attrs)), label) for value, label, attrs in options),
    )
