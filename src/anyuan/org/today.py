"""Cards on 今日 that engines and domains add, declared at start-up as the side panels of a record are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from anyuan.org.actor import Actor

CardContext = Callable[[Actor], dict[str, Any] | None]


@dataclasses.dataclass(frozen=True, order=True)
class TodayCard:
    """A card for one post: `context` returns None where there is nothing to show.

    One that may wait (`later`) is fetched after the page: it asks the database on its own.
    """

    order: int
    template: str
    context: CardContext = dataclasses.field(compare=False)
    later: bool = False


@dataclasses.dataclass(frozen=True)
class Shown:
    template: str
    facts: dict[str, Any]


TODAY_CARDS: list[TodayCard] = []


def add_card(order: int, template: str, context: CardContext, *, later: bool = False) -> None:
    """Declare a card (in a declarations module such as `records.py`); twice is harmless."""
    card = TodayCard(order, template, context, later)
    if card not in TODAY_CARDS:
        TODAY_CARDS.append(card)
        TODAY_CARDS.sort()


def cards_of(by: Actor, *, later: bool = False) -> list[Shown]:
    """What the declared cards show of one actor: those that come with the page, or those that may wait."""
    wanted = [card for card in TODAY_CARDS if card.later == later]
    found = [(card.template, card.context(by)) for card in wanted]
    return [Shown(template, facts) for template, facts in found if facts is not None]
