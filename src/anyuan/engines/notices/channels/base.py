"""What every channel takes and gives back."""

from __future__ import annotations

import dataclasses
from contextlib import AbstractContextManager
from typing import Protocol


@dataclasses.dataclass(frozen=True)
class Message:
    """What is said. `url` is absolute or empty; `reference` names the occasion, the same at every attempt."""

    title: str
    body: str
    url: str
    urgent: bool
    reference: str

    def text(self, limit: int = 0) -> str:
        """The whole as plain text: mark, title, body, address; `limit` (characters) shortens the body."""
        head, tail = f"【安园】{one_line(self.title)}", f"\n{self.url}" if self.url else ""
        body = f"\n{self.body.strip()}" if self.body.strip() else ""
        room = max(limit - len(head) - len(tail), 0) if limit else len(body)
        if len(body) > room:
            body = body[: room - 1] + "…" if room > 1 else ""
        return f"{head}{body}{tail}"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one sending went. `detail` is a sentence for people, without addresses or secrets."""

    ok: bool
    retry: bool
    detail: str
    external_id: str = ""


def sent(external_id: str = "", detail: str = "已送达对方服务器。") -> Outcome:
    return Outcome(ok=True, retry=False, detail=detail, external_id=external_id[:100])


def failed(detail: str, *, retry: bool) -> Outcome:
    return Outcome(ok=False, retry=retry, detail=detail)


class Channel(Protocol):
    """One way out. `address`: an e-mail address, a phone number, or `Robot.address`."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str: ...

    def ready(self) -> bool:
        """Whether this installation has set the channel up."""

    def send(self, address: str, message: Message) -> Outcome:
        """Send now, within the settings' time limit; never raises for a failing peer."""

    def together(self) -> AbstractContextManager[None]:
        """`with channel.together():` many sends of one thread share what a connection costs."""


def one_line(text: str) -> str:
    return " ".join(text.split())
