"""How a picture is made on the page: from the big button, through bar and sketch, to the result or the trouble.

The work belongs to the visit, not to the page: whoever watches may go, and come back in another page (`Making.rejoin`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import gradio as gr

from stylize.errors import Cancelled, StylizeError
from stylize.geometry import Size
from stylize.models import Consent, Findings, Photo
from stylize.pipeline import Result
from stylize.privacy.memory import give_back
from ui import consent, findings, fragments, working
from ui.form import to_request
from ui.job import Job
from ui.panels.ready import ready_news
from ui.parcel import wipe_result
from ui.seeds import Throw, requests
from ui.shop import Shop
from ui.showing import Showing
from ui.strings import Language
from ui.trouble import PhotoGone, PhotoMissing
from ui.visits import Visit, Visits

Values = Mapping[str, Any]
Updates = dict[str, Any]

LOOK_SECONDS = 1.0
"""How often a watcher looks whether its page is still there."""


class Making:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits
        self._showing = Showing(say, shop)

    def make(self, session: str, values: Values, throw: Throw = Throw.FORM) -> Iterator[Updates]:
        """Make the picture, or several to choose from: first the stage with bar and sketch, and then, when it is done, what has become of it.
        Of somebody of whom it was not said yet that they agree nothing is made: the question comes instead.
        """
        visit = self._visits.of(session)
        visit.values = dict(values)
        with visit.turn:
            instead = self._begin(visit, values, throw) if visit.job is None else None
            job = visit.job
        if instead is not None:
            yield instead
        elif job is not None:
            yield from self._watch(session, visit, job)

    def _begin(self, visit: Visit, values: Values, throw: Throw) -> Updates | None:
        """Let the work of the visit begin; or else what is said instead."""
        arrival = self._shop.intake.arrivals.get(visit.photo) if visit.photo else None
        if arrival is None or arrival.photo is None or arrival.findings is None:
            return self._trouble(PhotoGone() if visit.photo else PhotoMissing())
        try:
            request = to_request(values, self._say.code)
            who = consent.person(visit.photo or "", arrival.findings, request.face)
            if who not in visit.said:
                visit.asked = (who, throw)
                return {"question": self._question(visit, who, arrival.photo, arrival.findings)}
            request = replace(request, consent=visit.said[who])
            (shown, rows), count = self._showing.seed(visit), int(values["count"])
            ordered = requests(request, throw, count=count, shown=shown, rows=rows)
            visit.job = self._shop.begin(visit.photo or "", ordered)
        except StylizeError as problem:
            return self._trouble(problem)
        return None

    def answer(self, session: str, values: Values, said: Consent) -> Iterator[Updates]:
        """Somebody has said yes to the question, which goes on with what was to be made."""
        visit = self._visits.of(session)
        asked, visit.asked = visit.asked, None
        throw = Throw.FORM
        if asked is not None:
            who, throw = asked
            visit.said[who] = said
        yield from self.make(session, values, throw)

    def rejoin(self, session: str, *, lost: bool = False) -> Iterator[Updates]:
        """A page has come back to its visit: go on where it was. `lost`: it shows work of which it has heard nothing more."""
        visit = self._visits.of(session)
        if visit.job is not None:
            yield from self._watch(session, visit, visit.job)
        else:  # Gradio empties every widget for a generator that says nothing at all
            yield {**self._idle(visit), **self._showing.again(visit)} if lost else {}

    def _watch(self, session: str, visit: Visit, job: Job[Result]) -> Iterator[Updates]:
        yield self._busy(visit, job)
        while not job.wait_over(LOOK_SECONDS):
            if not self._visits.is_at(session, visit):
                return  # whoever has come in its place watches now
        if not self._visits.is_at(session, visit):
            return
        yield self._end(visit, job)

    def _end(self, visit: Visit, job: Job[Result]) -> Updates:
        """What has become of it, to the first who asks; a second watcher hears only that it is over."""
        photo = visit.photo  # asked before collecting: whoever changes it stops the job first (`Shop.stop`)
        results, problem = job.collect(), job.error
        if visit.job is job:
            visit.job = None
        give_back()
        idle = self._idle(visit)
        if results is None or isinstance(problem, Cancelled):
            problem = None
        trouble = {} if problem is None else self._trouble(problem)
        if not results:
            return {**idle, **self._showing.again(visit), **trouble}
        with self._shop.intake.arrivals.hold(photo) as arrival:
            if arrival is None or arrival.photo is None:  # wiped in the last moment: then there is no result either
                for result in results:
                    wipe_result(result)
                return {**idle, **self._showing.again(visit), **self._trouble(PhotoGone())}
            shown = self._showing.show(visit, photo, arrival.photo, results, time.perf_counter() - job.asked_at)
            return {**idle, **shown, **trouble}

    def _busy(self, visit: Visit, job: Job[Result]) -> Updates:
        return {
            "make": gr.update(value=self._say("make.busy"), interactive=False),
            "trouble": gr.update(value="", visible=False),
            "question": "",
            "done": gr.update(visible=False),
            "busy": gr.update(visible=True),
            "sketch": working.window(self._seen(visit), self._say("result.before")),
            "bar": working.gauge(self._say, job, visit.id),
        }

    def _seen(self, visit: Visit) -> str:
        """The photo, with what was hidden of it."""
        face, order = visit.values.get("face"), str(visit.values.get("hide") or "")
        return findings.address(visit.photo, face if isinstance(face, int) else None, order)

    def _question(self, visit: Visit, who: consent.Person, photo: Photo, found: Findings) -> str:
        height, width = photo.pixels.shape[:2]
        size, face = Size(width=width, height=height), found.faces[who[1]].box
        return consent.question(self._say, who, self._seen(visit), size, face)

    def _idle(self, visit: Visit) -> Updates:
        return {
            "make": gr.update(value=make_words(self._say, toy=visit.toy), interactive=True),
            "busy": gr.update(visible=False),
            "sketch": "",
            **ready_news(self._say, self._shop),
        }

    def _trouble(self, problem: StylizeError) -> Updates:
        return {"trouble": gr.update(value=fragments.trouble(self._say, problem), visible=True)}

    def cancel(self, session: str) -> Updates:
        """Stop the picture that this visitor is waiting for."""
        job = self._visits.of(session).job
        if job is not None:
            job.cancel()
        return {}


def make_words(say: Language, *, toy: bool) -> str:
    """What the big button says; a painting is no figure."""
    return say("make.button" if toy else "make.picture_button")


def ready_button(say: Language, shop: Shop, style: str) -> Any:
    """The big button, ready."""
    return gr.update(value=make_words(say, toy=shop.is_toy(style)), interactive=True)
