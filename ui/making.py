"""How a picture is made on the page: from the big button, through bar and sketch, to the result or the trouble."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from stylize.errors import Cancelled, StylizeError
from stylize.pipeline import Result
from stylize.privacy.memory import give_back
from ui import fragments
from ui.form import to_request
from ui.job import Job
from ui.pictures import encode
from ui.shop import Shop, with_new_seed
from ui.showing import Showing
from ui.strings import Language
from ui.trouble import PhotoGone, PhotoMissing
from ui.visits import Visit, Visits

Values = Mapping[str, Any]
Updates = dict[str, Any]

TICK_SECONDS = 0.2


class Making:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits
        self._showing = Showing(say, shop)

    def _visit(self, session: str) -> Visit:
        return self._visits.of(session)

    def make(self, session: str, values: Values, again: bool) -> Iterator[Updates]:
        """Make the picture and tell how it goes. Leaving this generator before its end stops the work."""
        visit = self._visit(session)
        arrival = self._shop.intake.arrivals.get(visit.photo) if visit.photo else None
        if arrival is None or arrival.photo is None:
            yield self._trouble(PhotoGone() if visit.photo else PhotoMissing())
            return
        try:
            request = to_request(values, self._say.code)
        except StylizeError as problem:
            yield self._trouble(problem)
            return
        begun = time.perf_counter()
        job = visit.job = self._shop.begin(visit.photo or "", [with_new_seed(request) if again else request])
        try:
            yield from self._watch(job, f"gradio_api/file=photo/{visit.photo}.webp")
        finally:
            job.cancel()
            visit.job = None
            self._shop.sketches.clear()
            give_back()
        idle = self._idle(request.style)
        if not job.outcomes:
            yield idle if isinstance(job.error, Cancelled) else {**idle, **self._trouble(job.error or PhotoGone())}
            return
        with self._shop.intake.arrivals.hold(visit.photo) as arrival:
            if arrival is None or arrival.photo is None:  # wiped in the last moment: then there is no result either
                yield {**idle, **self._trouble(PhotoGone())}
            else:
                shown = self._showing.show(visit, arrival.photo, job.outcomes, time.perf_counter() - begun)
                yield {**idle, **shown}

    def _watch(self, job: Job[Result], photo: str) -> Iterator[Updates]:
        """Bar and sketch, as often as there is something new."""
        yield {
            "make": gr.update(value=self._say("make.busy"), interactive=False),
            "trouble": gr.update(value="", visible=False),
            "done": gr.update(visible=False),
            "busy": gr.update(visible=True),
            "sketch": fragments.working(photo, self._say("result.before")),
            "bar": fragments.progress(self._say("stage.wait"), 0.0),
        }
        told: tuple[object, int] | None = None
        frame = None
        while not job.done:
            job.wait(TICK_SECONDS)
            latest = job.latest
            news: Updates = {}
            if latest is not None and told != (latest.stage, round(100 * job.fraction)):
                told = (latest.stage, round(100 * job.fraction))
                news["bar"] = fragments.progress(self._say(f"stage.{latest.stage}"), job.fraction)
            if job.frame is not None and job.frame is not frame:
                frame = job.frame
                sketch = self._shop.sketches.put(encode(frame, ".jpg"))
                news["sketch"] = fragments.working(f"/shelf/{sketch}/sketch.jpg", self._say("result.after"))
            yield news  # also without news: it is how a page that is gone is noticed

    def _idle(self, style: str) -> Updates:
        return {
            "make": ready_button(self._say, self._shop, style),
            "busy": gr.update(visible=False),
            "sketch": "",
        }

    def _trouble(self, problem: StylizeError) -> Updates:
        return {"trouble": gr.update(value=fragments.trouble(self._say, problem), visible=True)}

    def cancel(self, session: str) -> Updates:
        """Stop the picture that this visitor is waiting for."""
        job = self._visit(session).job
        if job is not None:
            job.cancel()
        return {}


def ready_button(say: Language, shop: Shop, style: str) -> Any:
    """The big button, ready; a painting is no figure."""
    key = "make.button" if shop.is_toy(style) else "make.picture_button"
    return gr.update(value=say(key), interactive=True)
