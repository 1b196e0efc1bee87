"""The line before the workbench: one picture is made at a time, and whoever came first is first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from ui.trouble import LineFull

MOST = 12
"""Nobody waits for more than so many others."""
LOOK_SECONDS = 0.5
"""How often somebody who waits looks up without being called, in case a call was lost."""

Ticket = TypeVar("Ticket")


class Line(Generic[Ticket]):
    """Tickets in order of arrival; the first one is being worked on. Safe to use from several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._tickets: list[Ticket] = []
        self._moved = threading.Condition()

    def join(self, ticket: Ticket) -> None:
        """Stand behind all others. Raises LineFull if there are too many."""
        with self._moved:
            if len(self._tickets) > self._most:
                raise LineFull
            self._tickets.append(ticket)

    def wait(self, ticket: Ticket, given_up: Callable[[], bool]) -> bool:
        """Return True as soon as `ticket` is the first, or False as soon as it has `given_up`; then it has left."""
        with self._moved:
            while not given_up():
                if self._tickets[:1] == [ticket]:
                    return True
                self._moved.wait(LOOK_SECONDS)
        self.leave(ticket)
        return False

    def leave(self, ticket: Ticket) -> None:
        """It is done, or does not want to any more: the others move up."""
        with self._moved:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
            self._moved.notify_all()

    def call(self) -> None:
        """Have everybody look up: one of them may have given up."""
        with self._moved:
            self._moved.notify_all()

    def before(self, ticket: Ticket) -> tuple[Ticket, ...]:
        """Those before `ticket`, the first one first; none if it is first, or does not stand here."""
        with self._moved:
            return tuple(self._tickets[: self._tickets.index(ticket)]) if ticket in self._tickets else ()
