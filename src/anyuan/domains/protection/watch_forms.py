"""A patrol's list as it comes from the phone, and the week's rota."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.protection.forms import area
from anyuan.domains.protection.models import PatrolPoint, Shift
from anyuan.domains.protection.services import Passed
from anyuan.domains.protection.watch import Week


class PatrolForm(OnceForm):
    """For each point a tick with the time of the phone, and what was wrong there."""

    note = area(_("说明"), 300)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, points: list[PatrolPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = points
        for one in points:
            self.fields[f"seen_{one.pk}"] = forms.BooleanField(label=_("到了"), required=False)
            self.fields[f"at_{one.pk}"] = forms.CharField(max_length=40, required=False)
            self.fields[f"wrong_{one.pk}"] = forms.CharField(
                label=_("发现的问题"), max_length=200, required=False
            )
        dress(self)

    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "point": one,
                "seen": self[f"seen_{one.pk}"],
                "at": self[f"at_{one.pk}"],
                "wrong": self[f"wrong_{one.pk}"],
            }
            for one in self.points
        ]

    def passed(self) -> list[Passed]:
        """What was ticked; a problem that was written down means that one was there."""
        found = []
        for one in self.points:
            wrong = self.cleaned_data[f"wrong_{one.pk}"]
            if self.cleaned_data[f"seen_{one.pk}"] or wrong:
                found.append(Passed(one.pk, _moment(self.cleaned_data[f"at_{one.pk}"]), wrong))
        return found


def _moment(text: str) -> datetime.datetime:
    """The phone's time; now where it says none that can be read."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        return timezone.now()
    return found


class RotaForm(forms.Form):
    """A select for each guard and day, a name of who leads for each day."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, week: Week, fill: Week | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.week = week
        self.fields["seen"].initial = week.mark
        choices = [("", "休"), *Shift.choices]
        source = fill or week
        shifts = {(r.guard.pk, n): s for r in source.rows for n, (_d, s) in enumerate(r.days)}
        for row in week.rows:
            for number, (day, _shift) in enumerate(row.days):
                label = f"{row.guard.name} {day.month}月{day.day}日"
                self.fields[_name(row.guard.pk, number)] = forms.ChoiceField(
                    label=label, choices=choices, required=False,
                    initial=shifts.get((row.guard.pk, number), ""), widget=forms.Select(attrs={"aria-label": label}),
                )  # fmt: skip
        for number, (_day, name) in enumerate(source.leaders):
            at = week.days[number]
            label = f"带班领导 {at.month}月{at.day}日"
            self.fields[f"leader_{number}"] = forms.CharField(
                label=label, max_length=40, required=False, initial=name,
                widget=forms.TextInput(attrs={"aria-label": label}),
            )  # fmt: skip
        dress(self)

    def grid(self) -> list[tuple[Any, list[Any]]]:
        """(guard, seven bound selects) for the page."""
        return [
            (row.guard, [self[_name(row.guard.pk, n)] for n in range(len(row.days))])
            for row in self.week.rows
        ]

    def leader_fields(self) -> list[Any]:
        return [self[f"leader_{n}"] for n in range(len(self.week.days))]

    def shifts(self) -> dict[tuple[uuid.UUID, datetime.date], str]:
        found = {}
        for row in self.week.rows:
            for number, (day, _shift) in enumerate(row.days):
                if chosen := self.cleaned_data[_name(row.guard.pk, number)]:
                    found[row.guard.pk, day] = chosen
        return found

    def leaders(self) -> dict[datetime.date, str]:
        return {day: self.cleaned_data[f"leader_{n}"] for n, day in enumerate(self.week.days)}


def _name(guard: uuid.UUID, number: int) -> str:
    return f"s_{guard}_{number}"
