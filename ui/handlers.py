"""What happens on the page. Each method hears named values and answers with updates by widget name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import gradio as gr

from stylize.errors import Cancelled, StylizeError
from stylize.pipeline import Result
from ui import fragments
from ui.form import COLOURS, to_request
from ui.intake import Arrival, arrival_id
from ui.job import Job
from ui.pictures import encode
from ui.shop import Shop, with_new_seed
from ui.strings import Language

Values = Mapping[str, Any]
Updates = dict[str, Any]

TICK_SECONDS = 0.2


class Handlers:
    """One for each language's page. `say` are its words."""

    def __init__(self, say: Language, shop: Shop) -> None:
        self._say = say
        self._shop = shop
        self._jobs: dict[str, Job[Result]] = {}

    # ------------------------------------------------------------ the photo

    def take_photo(self, file: Mapping[str, Any] | None, previous: str | None) -> Updates:
        """A file came in through the intake: say what was found in it, or why it cannot be used."""
        name = arrival_id(file["path"]) if file else None
        arrival = self._shop.intake.arrivals.get(name) if name else None
        if previous != name:
            self._shop.intake.arrivals.drop(previous)
        if arrival is None:
            return self.drop_photo(name)
        faces = arrival.findings.faces if arrival.findings else ()
        people = [(self._say("photo.person", number=n + 1), n) for n in range(len(faces))]
        if arrival.refusal is not None:
            self._shop.intake.arrivals.drop(name)
        usable = arrival.refusal is None
        return {
            "photo_id": name if usable else None,
            "photo": gr.skip() if usable else None,
            "report": self._report(arrival),
            "face": gr.update(choices=people, value=0 if people else None, visible=len(people) > 1),
            "trouble": gr.update(value="", visible=False),
        }

    def drop_photo(self, name: str | None) -> Updates:
        """The photo was taken away again."""
        self._shop.intake.arrivals.drop(name)
        return {
            "photo_id": None,
            "photo": None,
            "report": fragments.hint(self._say("photo.hint")),
            "face": gr.update(choices=[], value=None, visible=False),
            "trouble": gr.update(value="", visible=False),
        }

    def _report(self, arrival: Arrival) -> str:
        if arrival.refusal is not None or arrival.findings is None:
            return fragments.trouble(self._say, arrival.refusal or PhotoGone())
        return fragments.photo_report(self._say, arrival.found, arrival.findings)

    # ------------------------------------------------------------ the choices

    def choose_engine(self, engine: str, style: str) -> Updates:
        """Offer the styles that the engine can do, and its knobs."""
        choices = self._shop.style_choices(self._say, engine)
        kept = style if style in [slug for _, slug in choices] else choices[0][1]
        return {
            "style": gr.update(choices=choices, value=kept),
            "knobs": gr.update(visible=self._shop.denoises(engine)),
            **self.choose_style(kept, engine),
        }

    def choose_style(self, style: str, engine: str) -> Updates:
        """Say what the style is; offer the box where it has one."""
        boxable = self._shop.can_box(style, engine)
        return {
            "description": fragments.hint(self._shop.description(self._say, style)),
            "box.tagline": gr.update(placeholder=self._shop.tagline(self._say, style)),
            "boxed": gr.update(visible=boxable),
            "unboxed": gr.update(visible=not boxable),
            "make": self._button(style),
        }

    def show_box(self, boxed: bool, style: str, engine: str) -> Updates:
        return {"box": gr.update(visible=boxed and self._shop.can_box(style, engine))}

    def search(self, text: str, chosen: list[str]) -> Updates:
        choices = self._shop.accessory_choices(self._say, text, tuple(chosen))
        empty = len(choices) == len(chosen)
        return {"box.accessories": gr.update(choices=choices, value=chosen), "nothing": gr.update(visible=empty)}

    def choose_colours(self, chosen: list[str]) -> Updates:
        return {f"look.{name}": gr.update(visible=name in chosen) for name in COLOURS}

    # ------------------------------------------------------------ the picture

    def make(self, session: str, photo_id: str | None, values: Values, again: bool = False) -> Iterator[Updates]:
        """Make the picture and tell how it goes. Leaving this generator before its end stops the work."""
        arrival = self._shop.intake.arrivals.get(photo_id) if photo_id else None
        if arrival is None:
            yield self._trouble(PhotoGone() if photo_id else PhotoMissing())
            return
        try:
            request = to_request(self._settle(values))
        except StylizeError as problem:
            yield self._trouble(problem)
            return
        begun = time.perf_counter()
        job = self._jobs[session] = self._shop.begin(arrival, with_new_seed(request) if again else request)
        try:
            yield from self._watch(job, f"gradio_api/file=photo/{photo_id}.webp")
        finally:
            job.cancel()
            self._jobs.pop(session, None)
        if job.outcome is None:
            idle = self._idle(request.style)
            yield idle if isinstance(job.error, Cancelled) else {**idle, **self._trouble(job.error or PhotoGone())}
        else:
            yield self._idle(request.style) | self._show(arrival, job.outcome, time.perf_counter() - begun)

    def _settle(self, values: Values) -> Values:
        """No box where there can be none; the style's own tagline, in the visitor's language, where none was typed."""
        boxed = values["boxed"] and self._shop.can_box(values["style"], values["engine"])
        tagline = (values["box.tagline"] or "").strip() or self._shop.tagline(self._say, values["style"])
        return {**values, "boxed": boxed, "box.tagline": tagline}

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

    def _show(self, arrival: Arrival, result: Result, seconds: float) -> Updates:
        base = f"/shelf/{self._shop.pack(arrival, result)}"
        style = self._shop.workshop.styles[result.plan.style].title
        title = style.get(self._say.code, style["en"])
        height, width = result.pixels.shape[:2]
        facts = self._say(
            "result.facts",
            engine=self._say.maybe(f"maker.{result.plan.engine}", result.plan.engine),
            seconds=f"{seconds:.1f}",
            seed=result.plan.seed,
        )
        alt = self._say("result.picture", style=title)
        return {
            "done": gr.update(visible=True),
            "picture": fragments.compare(self._say, f"{base}/before.jpg", f"{base}/picture.png", alt, (width, height)),
            "home": fragments.take_home(self._say, base, f"stylize-{result.plan.style}", facts),
        }

    def cancel(self, session: str) -> None:
        """Stop the picture that this visitor is waiting for."""
        job = self._jobs.get(session)
        if job is not None:
            job.cancel()

    # ------------------------------------------------------------ the end

    def forget(self, session: str, photo_id: str | None) -> Updates:
        """Take photo and results out of memory, and empty the page."""
        self.cancel(session)
        self._shop.parcels.clear()
        self._shop.sketches.clear()
        return {
            **self.drop_photo(photo_id),
            "report": fragments.hint(self._say("make.forgotten")),
            "done": gr.update(visible=False),
            "picture": "",
            "home": "",
        }


class PhotoMissing(StylizeError):
    """The button was pressed too early."""

    slug = "photo-missing"
    sentence = "Please choose a photo first."


class PhotoGone(StylizeError):
    """It fell off the shelf, or the program was started anew."""

    slug = "photo-gone"
    sentence = "The photo is no longer in memory. Please choose it again."
