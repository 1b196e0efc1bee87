"""What happens on the page. Each method hears who asks and what is chosen, and answers with updates by widget name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from stylize.errors import Cancelled, StylizeError
from stylize.models import Photo
from stylize.pipeline import Result
from stylize.privacy.memory import give_back
from ui import display, fragments, proofs
from ui.form import COLOURS, to_request
from ui.intake import arrival_id
from ui.job import Job
from ui.pictures import encode
from ui.shop import Shop, with_new_seed
from ui.strings import Language
from ui.trouble import PhotoGone, PhotoMissing
from ui.visits import Visit, Visits

Values = Mapping[str, Any]
Updates = dict[str, Any]

TICK_SECONDS = 0.2


class Handlers:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits

    def _visit(self, session: str) -> Visit:
        return self._visits.of(session)

    # ------------------------------------------------------------ the photo

    def take_photo(self, session: str, file: Mapping[str, Any] | None) -> Updates:
        """A file came in through the intake: say what was found in it, or why it cannot be used."""
        nothing = self.drop_photo(session)
        name = arrival_id(file["path"]) if file else ""
        arrival = self._shop.intake.arrivals.get(name)
        if arrival is None or arrival.refusal is not None or arrival.findings is None:
            self._shop.intake.arrivals.drop(name)
            problem = arrival.refusal if arrival else None
            return {**nothing, "report": fragments.trouble(self._say, problem or PhotoGone())}
        self._visit(session).photo = name
        people = [(self._say("photo.person", number=n), n - 1) for n in range(1, len(arrival.findings.faces) + 1)]
        return {
            "report": fragments.photo_report(self._say, arrival.found, arrival.findings, self._clock(name, "photo")),
            "discovered": proofs.discovered(self._say, arrival.found, name),
            "face": gr.update(choices=people, value=arrival.findings.subject, visible=len(people) > 1),
            "trouble": gr.update(value="", visible=False),
        }

    def drop_photo(self, session: str) -> Updates:
        """The photo was taken away again."""
        visit = self._visit(session)
        self._shop.intake.arrivals.drop(visit.photo)
        visit.photo = None
        return {
            "photo": None,
            "report": fragments.hint(self._say("photo.hint")),
            "discovered": proofs.nothing_discovered(self._say),
            "face": gr.update(choices=[], value=None, visible=False),
            "trouble": gr.update(value="", visible=False),
        }

    # ------------------------------------------------------------ the choices

    def choose_engine(self, session: str, engine: str, style: str) -> Updates:
        """Offer the styles that the engine can do, and its knobs."""
        choices = self._shop.style_choices(self._say, engine)
        kept = style if style in [slug for _, slug in choices] else choices[0][1]
        return {
            "style": gr.update(choices=choices, value=kept),
            "knobs": gr.update(visible=self._shop.denoises(engine)),
            **self.choose_style(session, kept),
        }

    def choose_style(self, session: str, style: str) -> Updates:
        """Say what the style is. Going from toys to paintings or back takes the box away or brings it.

        The big button is only drawn anew when its words change: a click must not meet it in that moment.
        """
        visit = self._visit(session)
        toy = self._shop.is_toy(style)
        box = {} if toy == visit.toy else {"boxed": toy, "make": self._button(style), **self.show_box(session, toy)}
        visit.toy = toy
        return {
            "description": fragments.hint(self._shop.description(self._say, style)),
            "box.tagline": gr.update(placeholder=self._shop.tagline(self._say, style)),
            **box,
        }

    def show_box(self, _session: str, boxed: bool) -> Updates:
        return {"box": gr.update(visible=boxed), "unboxed": gr.update(visible=not boxed)}

    def show_card(
        self, _session: str, name: str, tagline: str, accessories: list[str], palette: str, style: str
    ) -> Updates:
        """The card as it is now; what cannot be printed is said beside it, and the last good one stays."""
        order = display.order(self._say, name, tagline, accessories, palette)
        try:
            return {
                "card": display.card(self._say, self._shop, order, style),
                "card_note": display.note(self._say, palette),
            }
        except StylizeError as problem:
            return {"card_note": fragments.amiss(self._say, problem)}

    def search(self, _session: str, text: str) -> Updates:
        """Show what is found. The shelf itself is left alone: an answer that is late must not undo a click."""
        found = self._shop.search(self._say, text)
        return {
            "filter": fragments.shelf_filter(found if text.strip() else None),
            "nothing": gr.update(visible=not found),
        }

    def choose_colours(self, _session: str, chosen: list[str]) -> Updates:
        return {f"look.{name}": gr.update(visible=name in chosen) for name in COLOURS}

    # ------------------------------------------------------------ the picture

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
        job = visit.job = self._shop.begin(visit.photo or "", with_new_seed(request) if again else request)
        try:
            yield from self._watch(job, f"gradio_api/file=photo/{visit.photo}.webp")
        finally:
            job.cancel()
            visit.job = None
            self._shop.sketches.clear()
            give_back()
        idle = self._idle(request.style)
        if job.outcome is None:
            yield idle if isinstance(job.error, Cancelled) else {**idle, **self._trouble(job.error or PhotoGone())}
            return
        with self._shop.intake.arrivals.hold(visit.photo) as arrival:
            if arrival is None or arrival.photo is None:  # wiped in the last moment: then there is no result either
                yield {**idle, **self._trouble(PhotoGone())}
            else:
                shown = self._show(visit, arrival.photo, job.outcome, time.perf_counter() - begun)
                yield {**idle, **shown, **measured_colours(job.outcome, values["own_colours"])}

    def _button(self, style: str) -> Any:
        """The big button, ready; a painting is no figure."""
        key = "make.button" if self._shop.is_toy(style) else "make.picture_button"
        return gr.update(value=self._say(key), interactive=True)

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
            "make": self._button(style),
            "busy": gr.update(visible=False),
            "sketch": "",
        }

    def _trouble(self, problem: StylizeError) -> Updates:
        return {"trouble": gr.update(value=fragments.trouble(self._say, problem), visible=True)}

    def _show(self, visit: Visit, photo: Photo, result: Result, seconds: float) -> Updates:
        parcel = visit.shown = self._shop.pack(photo, result, self._say.code)
        visit.parcels.append(parcel)
        base = f"/shelf/{parcel}"
        style = self._shop.workshop.styles[result.plan.style].title
        title = style.get(self._say.code, style["en"])
        height, width = result.pixels.shape[:2]
        facts = self._say(
            "result.facts",
            engine=self._say.maybe(f"maker.{result.plan.engine}", result.plan.engine),
            seconds=f"{seconds:.1f}".replace(".", self._say("result.decimal_point")),
            seed=result.plan.seed,
        )
        alt = self._say("result.picture", style=title)
        return {
            "done": gr.update(visible=True),
            "picture": fragments.compare(self._say, f"{base}/before.jpg", f"{base}/picture.png", alt, (width, height)),
            "home": fragments.take_home(
                self._say,
                base,
                f"stylize-{result.plan.style}",
                facts,
                self._clock(parcel),
                cutout=result.figure is not None,
            ),
            "side": gr.update(visible=True),
        }

    def cancel(self, session: str) -> Updates:
        """Stop the picture that this visitor is waiting for."""
        job = self._visit(session).job
        if job is not None:
            job.cancel()
        return {}

    def _clock(self, thing: str, words: str = "result") -> str:
        return proofs.clock(self._say, thing, self._shop.retention.keep_seconds, words)


def measured_colours(result: Result, chosen: Sequence[str]) -> Updates:
    """Let the pickers that are not in use begin with what was measured."""
    return {f"look.{name}": getattr(result.look, name) for name in COLOURS if name not in chosen}
