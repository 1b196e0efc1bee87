"""What is done with finished pictures: one is brought back, or wanted larger. Answers with updates by widget name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from stylize.errors import StylizeError
from stylize.pipeline import Result
from ui import fragments, souvenirs
from ui.job import Job
from ui.parcel import Parcel
from ui.shop import Shop
from ui.showing import Showing
from ui.strings import Language
from ui.visits import Visit, Visits

Updates = dict[str, Any]
TICK_SECONDS = 0.2


class Picking:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits
        self._showing = Showing(say, shop)

    def choose(self, session: str, name: str | None) -> Updates:
        """One of the visit's pictures was clicked."""
        visit = self._visits.of(session)
        self._stop(visit)
        return self._showing.choose(visit, name or "")

    def resize(self, session: str, size: str) -> Iterator[Updates]:
        """The files in another size. For paper the picture is made anew, which takes a while and is told."""
        visit = self._visits.of(session)
        self._stop(visit)
        name = visit.shown or ""
        parcel = self._shop.parcels.get(name)
        if parcel is None:
            yield {}  # Gradio empties every widget for a generator that says nothing at all
            return
        if size == souvenirs.PRINT and parcel.print_size is None:
            with self._shop.parcels.hold(name):
                yield from self._enlarge(visit, parcel)
            if visit.shown != name or self._shop.parcels.get(name) is None:
                return  # another one is shown now, or it was wiped
            if parcel.print_size is None:  # stopped, by a click on the other size, or by trouble
                size = souvenirs.SCREEN
                yield {"paper": gr.update(value=size)}
        yield {"files": self._showing.files(name, parcel, size)}

    def _enlarge(self, visit: Visit, parcel: Parcel) -> Iterator[Updates]:
        wanted = self._showing.print_size(parcel)
        again = parcel.computed and wanted != parcel.size
        if not again or self._shop.intake.arrivals.get(parcel.photo) is None:
            yield self._bar(0.5)
            parcel.enlarge(wanted)
            return
        yield self._bar(0.0)
        try:
            job = visit.large = self._shop.begin(parcel.photo or "", [replace(parcel.request, size=wanted)])
        except StylizeError:  # the line is full
            return
        try:
            yield from self._watch(job)
        finally:
            job.cancel()
            if visit.large is job:
                visit.large = None
        if job.outcomes:
            parcel.take_large(job.outcomes[0].pixels)

    def _watch(self, job: Job[Result]) -> Iterator[Updates]:
        told = -1
        while not job.done:
            job.wait(TICK_SECONDS)
            now = round(100 * job.fraction)
            yield self._bar(job.fraction) if now != told else {}
            told = now

    def _bar(self, fraction: float) -> Updates:
        return {"files": fragments.progress(self._say("size.making"), fraction)}

    def _stop(self, visit: Visit) -> None:
        if (large := visit.large) is not None:
            large.cancel()
