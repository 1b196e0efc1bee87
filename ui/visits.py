"""Who is here: what each open page has brought and made, by ids of things on the shelves. Who goes may come back for a
little while: a page that is loaded again, or in another language, goes on where it was.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from stylize.models import Consent
from stylize.pipeline import Result
from ui.consent import Person
from ui.job import Job
from ui.seeds import Throw

GRACE_SECONDS = 12.0
"""How long a visit waits for its page to come back."""
HANDOVER_SECONDS = 3.0
"""How long a page that says it has come back waits for its predecessor to be gone."""
POLL_SECONDS = 0.05


def new_id() -> str:
    """Random, saying nothing of anybody."""
    return secrets.token_hex(16)


@dataclass(kw_only=True, slots=True)
class Visit:
    """One open page. `shown`: the result that is on it now; `choosing`: those of which one is still to be chosen;
    `parcels`: all that it has made; `large`: what makes the shown one larger; `looked`: how often a photo was measured for
    it, so that a late answer is known as one; `values`: what its widgets said last, by name; `asked`: of whom it was asked
    whether they agree, and what was to be made; `said`: the answers; `turn`: two clicks at once begin one work; `gone`: when
    the page was closed, None while it is open.
    """

    id: str = field(default_factory=new_id)
    photo: str | None = None
    toy: bool = True
    job: Job[Result] | None = None
    large: Job[Result] | None = None
    shown: str | None = None
    choosing: tuple[str, ...] = ()
    parcels: list[str] = field(default_factory=list)
    looked: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    asked: tuple[Person, Throw] | None = None
    said: dict[Person, Consent] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    session: str = ""
    gone: float | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was brought here."""
        return self.photo is None and self.job is None and not self.parcels


class Visits:
    """All open pages, by Gradio's session and by their own id. Safe to use from several threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._by_id: dict[str, Visit] = {}
        self._at: dict[str, str] = {}
        self._lines: Counter[str] = Counter()

    def of(self, session: str) -> Visit:
        """The visit of that page; a new one if it has none."""
        with self._lock:
            visit = self._by_id.get(self._at.get(session, ""))
            if visit is None:
                visit = Visit(session=session)
                self._by_id[visit.id], self._at[session] = visit, visit.id
            elif visit.gone is not None:  # a late word of a page that is gone: it does not bring it back
                visit.gone = self._now()
            return visit

    def find(self, name: str) -> Visit | None:
        """The visit of that id."""
        with self._lock:
            return self._by_id.get(name)

    def is_at(self, session: str, visit: Visit) -> bool:
        """Whether that page is open and the visit's own; if no line of it was ever seen, it is taken at its word."""
        with self._lock:
            return visit.session == session and visit.gone is None and visit.id in self._by_id

    def come(self, session: str) -> None:
        """A page's line to the server is open. Most have one."""
        with self._lock:
            self._lines[session] += 1
            if (visit := self._by_id.get(self._at.get(session, ""))) is not None:
                visit.gone = None

    def go(self, session: str) -> None:
        """That line was closed: with the last one the page is gone, until it comes back or the time is over."""
        with self._lock:
            self._lines[session] -= 1
            if self._lines[session] > 0:
                return
            del self._lines[session]
            if (visit := self._by_id.get(self._at.get(session, ""))) is not None:
                visit.gone = self._now()

    def claim(self, session: str, name: str) -> Visit | None:
        """The visit of id `name`, from now on that of the page `session`; None if there is none, if its own page is still
        open (somebody has doubled the tab), or if the newcomer has brought something already. Waits for a page that is
        just being closed.
        """
        until = time.monotonic() + HANDOVER_SECONDS
        while True:
            with self._lock:
                visit, own = self._by_id.get(name), self.of(session)
                if visit is None or visit is own or not own.empty:
                    return visit if visit is own else None
                if visit.gone is not None and session in self._lines:
                    self._move(visit, own, session)
                    return visit
            if time.monotonic() > until:
                return None
            time.sleep(POLL_SECONDS)

    def _move(self, visit: Visit, own: Visit, session: str) -> None:
        self._by_id.pop(own.id, None)
        self._at.pop(visit.session, None)
        self._at[session] = visit.id
        visit.session, visit.gone = session, None

    def over(self) -> list[Visit]:
        """Forget those whose time to come back is over; returns them, to be let go."""
        with self._lock:
            late = self._now() - GRACE_SECONDS
            over = [visit for visit in self._by_id.values() if visit.gone is not None and visit.gone <= late]
            for visit in over:
                del self._by_id[visit.id]
                self._at.pop(visit.session, None)
            return over

    def __iter__(self) -> Iterator[Visit]:
        with self._lock:
            return iter(list(self._by_id.values()))
