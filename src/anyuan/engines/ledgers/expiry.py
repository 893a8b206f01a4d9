"""Dates that expire: how many days before they are warned of, and where a row stands by them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils import timezone

from anyuan.engines.ledgers.models import Row
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.obligations.numbers import number_values


class ExpiryState(models.TextChoices):
    """The worst first."""

    EXPIRED = "expired", "已过期"
    DUE = "due", "即将到期"
    VALID = "valid", "有效"


STATES: dict[str, str] = dict(ExpiryState.choices)


def warning_days(ledger: Ledger) -> dict[str, list[int]]:
    """Field → the days before its date on which people are warned, the earliest first."""
    numbers = {
        name: sorted((int(n) for n in number_values(name)), reverse=True)
        for name in {one.number for one in ledger.expiries}
    }
    return {one.field: numbers[one.number] for one in ledger.expiries}


@dataclasses.dataclass(frozen=True)
class Watch:
    """A ledger's expiring dates as they are on one day."""

    ledger: Ledger
    today: datetime.date
    days: Mapping[str, list[int]]

    @classmethod
    def of(cls, ledger: Ledger) -> Watch:
        return cls(ledger, timezone.localdate(), warning_days(ledger))

    def _until(self, field: str) -> datetime.date:
        return self.today + datetime.timedelta(days=max(self.days[field], default=0))

    def state_of_date(self, field: str, value: datetime.date | None) -> str:
        """expired | due | valid, or "" for a date that is not given."""
        if value is None:
            return ""
        if value < self.today:
            return "expired"
        return "due" if value <= self._until(field) else "valid"

    def state_of(self, row: Row) -> str:
        """The worst of the row's dates."""
        states = {self.state_of_date(name, getattr(row, name)) for name in self.days}
        return next((state for state in STATES if state in states), "")

    def condition(self, state: str) -> Q:
        """The rows in a state, for the database; nothing for a word that is none."""
        if not self.days or state not in STATES:
            return Q(pk__in=[])
        expired = reduce(or_, (Q(**{f"{name}__lt": self.today}) for name in self.days))
        if state == "expired":
            return expired
        near = (
            Q(**{f"{name}__gte": self.today, f"{name}__lte": self._until(name)})
            for name in self.days
        )
        due = reduce(or_, near)
        if state == "due":
            return due & ~expired
        given = reduce(or_, (Q(**{f"{name}__isnull": False}) for name in self.days))
        return given & ~expired & ~due
