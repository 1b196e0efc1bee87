"""Who is here: what each open page has brought and made, by ids of things on the shelves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stylize.pipeline import Result
from ui.job import Job


@dataclass(kw_only=True, slots=True)
class Visit:
    """One open page. `shown`: the result that is on it now; `parcels`: all that it has made; `looked`: how often a photo
    was measured for it, so that a late answer is known as one.
    """

    photo: str | None = None
    toy: bool = True
    job: Job[Result] | None = None
    shown: str | None = None
    parcels: list[str] = field(default_factory=list)
    looked: int = 0


class Visits:
    """All open pages, by Gradio's session."""

    def __init__(self) -> None:
        self._visits: dict[str, Visit] = {}

    def of(self, session: str) -> Visit:
        return self._visits.setdefault(session, Visit())

    def end(self, session: str) -> Visit:
        """Forget the page; returns what it had."""
        return self._visits.pop(session, Visit())

    def __iter__(self) -> Iterator[Visit]:
        return iter(list(self._visits.values()))
