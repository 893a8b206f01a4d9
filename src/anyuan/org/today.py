"""Cards on 今日 that engines and domains add, declared at start-up as the side panels of a record are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from anyuan.org.actor import Actor

CardContext = Callable[[Actor], dict[str, Any] | None]


@dataclasses.dataclass(frozen=True, order=True)
class TodayCard:
    """A card for one post: `context` returns None where there is nothing to show."""

    order: int
    template: str
    context: CardContext = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True)
class Shown:
    template: str
    facts: dict[str, Any]


TODAY_CARDS: list[TodayCard] = []


def add_card(order: int, template: str, context: CardContext) -> None:
    """Declare a card (in a declarations module such as `records.py`); twice is harmless."""
    card = TodayCard(order, template, context)
    if card not in TODAY_CARDS:
        TODAY_CARDS.append(card)
        TODAY_CARDS.sort()


def cards_of(by: Actor) -> list[Shown]:
    """What the declared cards show of one actor."""
    found = [(card.template, card.context(by)) for card in TODAY_CARDS]
    return [Shown(template, facts) for template, facts in found if facts is not None]
