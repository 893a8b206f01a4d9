"""Who else is on a school's ground, or away from it, right now: domains declare it, a roll call asks.

A domain that knows declares a provider from its `records.py`; it is asked within the scope in force.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final, Literal

INSIDE: Final = "inside"
AWAY: Final = "away"


@dataclasses.dataclass(frozen=True)
class OnSite:
    """Somebody inside besides classes and staff, or a pupil who is known not to be here.

    A pupil is recognised by the school's number, or by name and class. `heads`: how many came together.
    """

    kind: Literal["inside", "away"]
    name: str
    note: str = ""
    number: str = ""
    class_name: str = ""
    heads: int = 1


Provider = Callable[[str], Sequence[OnSite]]
_providers: dict[str, Provider] = {}


def provide(key: str, provider: Provider) -> None:
    """Declare who knows; `provider` is given the key of a school or campus. Twice is harmless."""
    _providers[key] = provider


def on_site(unit_key: str) -> list[OnSite]:
    """What all providers know of a unit now."""
    return [one for key in sorted(_providers) for one in _providers[key](unit_key)]
