"""What the page sells and keeps: the workshop, what may be chosen in it, and the shelves in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from weakref import WeakSet

from stylize.engines.base import Capabilities
from stylize.errors import PictureWithheld, StylizeError
from stylize.geometry import Size
from stylize.models import Photo, Request
from stylize.photo import Sitting
from stylize.photo.darkroom import Darkroom
from stylize.pipeline import Result
from stylize.privacy.wall import Wall
from stylize.progress import CancelToken, Tell
from stylize.styles import can_do, choose_engine, scenes_of
from stylize.together import Together, order_of
from stylize.toybox.accessories import search_accessories
from stylize.toybox.order import ACCESSORY_LIMIT, NAME_LIMIT, TAGLINE_LIMIT
from stylize.toybox.palettes import palettes
from stylize.workshop import Workshop
from ui.estimate import Course
from ui.hiding import check
from ui.intake import Intake
from ui.job import Job
from ui.parcel import Parcel, wipe_result
from ui.pictures import encode
from ui.redacting import framed
from ui.retention import Retention
from ui.shelf import KEEP_SECONDS, Shelf
from ui.strings import Language
from ui.trouble import PhotoGone
from ui.visits import Visit, Visits

__all__ = ["ACCESSORY_LIMIT", "NAME_LIMIT", "TAGLINE_LIMIT", "Choices", "Shop"]

PICTURES_KEPT = 12
"""Finished pictures, of all visitors together; the oldest falls off. One takes 7 MB, 17 once it
was made for paper, 25 with the sheets to fold."""
Choices = list[tuple[str, str]]
"""(label, value) pairs, as Gradio takes them."""


class Shop:
    """One for the whole program; every language's page is served from it.

    `keep_seconds`: how long photos and results are kept after their last use, until a visitor says otherwise. `wall`:
    what keeps everything in; None until it is known. `lan`: visitors come from other computers, too.
    """

    def __init__(
        self, workshop: Workshop, darkroom: Darkroom, *, keep_seconds: float = KEEP_SECONDS, lan: bool = False
    ) -> None:
        self.workshop = workshop
        self.lan = lan
        self.wall: Wall | None = None
        self.intake = Intake(darkroom)
        self.intake.arrivals.after_wipe = workshop.forget  # engines may remember something of a photo
        self.parcels: Shelf[Parcel] = Shelf(places=PICTURES_KEPT)
        self.visits = Visits()
        self.retention = Retention((self.intake.arrivals, self.parcels), keep_seconds, chores=(self._see_off,))
        self._jobs: WeakSet[Job[Result]] = WeakSet()
        self._lock = threading.Lock()
        self.retention.start()

    def wipe(self) -> None:
        """Stop all work, and overwrite and forget every photo and result, and what was typed."""
        self._cancel_all()
        for visit in self.visits:
            self._let_go(visit)
        self.retention.wipe()

    def close(self) -> None:
        """The end: nothing is kept any more."""
        self._cancel_all()
        self.retention.close()

    def _cancel_all(self) -> None:
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel()

    def _see_off(self) -> int:
        """Let go of what those had who did not come back; returns how many there were."""
        over = self.visits.over()
        for visit in over:
            self._let_go(visit)
        return len(over)

    def _let_go(self, visit: Visit) -> None:
        """Whatever the visit has brought and made."""
        self.stop(visit)
        visit.values, visit.asked = {}, None
        visit.said.clear()
        if (large := visit.large) is not None:
            large.cancel()
        self.intake.arrivals.drop(visit.photo)
        for parcel in visit.parcels:
            self.parcels.drop(parcel)
        visit.choosing = ()

    def stop(self, visit: Visit) -> None:
        """Its work ends without a result: a picture that nobody has seen yet is overwritten."""
        job, visit.job = visit.job, None
        if job is not None:
            job.cancel()
            for result in job.collect() or ():
                wipe_result(result)

    @cached_property
    def engines(self) -> tuple[Capabilities, ...]:
        """The engines that are ready, as they were when the page was built."""
        return tuple(engine for engine in self.workshop.capabilities() if engine.ready)

    def _able(self, engine: str) -> tuple[Capabilities, ...]:
        return tuple(able for able in self.engines if engine in ("", able.name))

    def style_choices(self, say: Language, engine: str = "") -> Choices:
        """The styles that `engine`, or any that is ready, can do."""
        return [
            (style.title.get(say.code, style.title["en"]), slug)
            for slug, style in self.workshop.styles.items()
            if any(can_do(style, able) for able in self._able(engine))
        ]

    def description(self, say: Language, style: str) -> str:
        texts = self.workshop.styles[style].description
        return texts.get(say.code, texts["en"])

    def maker(self, style: str, engine: str = "") -> str:
        """The name of the engine that will make it; "" if it is not known yet."""
        try:
            return choose_engine(
                Request(style=style, engine=engine or None), self.workshop.styles[style], self.engines
            ).name
        except StylizeError:
            return ""

    def tagline(self, say: Language, style: str) -> str:
        texts = self.workshop.styles[style].tagline
        return texts.get(say.code, texts["en"])

    def first_tagline(self, say: Language) -> str:
        """The tagline of the style that is chosen when the page opens."""
        return self.tagline(say, self.style_choices(say)[0][1])

    def is_toy(self, style: str) -> bool:
        """Whether a figure comes of it, which is boxed unless the visitor says otherwise; else a painting."""
        return self.workshop.styles[style].boxed

    def scene_choices(self, say: Language, style: str, engine: str = "") -> Choices:
        """Where one may stand in that style; nothing where there is no choice."""
        maker = self.maker(style, engine)
        able = next((able for able in self.engines if able.name == maker), None)
        if able is None:
            return []
        there = scenes_of(self.workshop.styles[style], able)
        named = [(scene.title.get(say.code, scene.title["en"]), scene.slug) for scene in there]
        return [(say("style.scene_auto"), ""), *named] if named else []

    def denoises(self, engine: str) -> bool:
        """Whether the knobs of Stable Diffusion may apply."""
        return any(able.denoises for able in self._able(engine))

    def takes(self, knob: str) -> bool:
        """Whether a field of DenoiseOverride means something to some weights that are here."""
        return any(able.denoises and (not able.knobs or knob in able.knobs) for able in self.engines)

    def schedulers(self) -> tuple[str, ...]:
        return tuple(name for able in self.engines for name in able.schedulers)

    def loras(self) -> tuple[str, ...]:
        """What lies beside the weights, by name."""
        return tuple(name for able in self.engines for name in able.loras)

    def guides(self) -> tuple[str, ...]:
        return tuple(name for able in self.engines for name in able.guides)

    def mends_faces(self) -> bool:
        return any(able.mends_faces for able in self.engines)

    def is_fast(self) -> bool:
        """Whether some weights make do with few steps."""
        return any(able.fast is not None for able in self.engines)

    def decodes_small(self) -> bool:
        """Whether a small decoder lies beside the weights."""
        return any(able.tiny_decoder for able in self.engines)

    def engine_choices(self, say: Language) -> Choices:
        named = [(say.maybe(f"engine.{able.name}", able.name), able.name) for able in self.engines]
        return [(say("engine.auto"), ""), *named]

    def accessory_choices(self, say: Language) -> Choices:
        """All there is, by name."""
        return [(toy.name(say.code), toy.slug) for toy in search_accessories("", say.code)]

    def search(self, say: Language, text: str) -> tuple[str, ...]:
        """The accessories found for `text`, best first."""
        return tuple(toy.slug for toy in search_accessories(text, say.code))

    def palette_choices(self, say: Language) -> Choices:
        names = [(p.german if say.code == "de" else p.english, p.slug) for p in palettes().values()]
        return [(say("box.palette_auto"), ""), *names]

    def _course(self, request: Request) -> Course:
        """What decides how long it takes."""
        engine = self.maker(request.style, request.engine or "")
        return Course(
            engine=engine,
            width=request.size.width,
            height=request.size.height,
            boxed=request.box is not None,
            toys=len(request.box.toys) if request.box else 0,
            denoises=bool(engine) and self.denoises(engine),
            num_inference_steps=request.denoise.num_inference_steps or 0,
        )

    def begin(self, photo_id: str, requests: Sequence[Request]) -> Job[Result]:
        """Start making the pictures, one for each request. While one is being made the photo is not wiped.

        Raises HideUnreadable for what would show something that was not found.
        """
        sittings: list[Sitting] = []
        together = order_of(requests)

        def work(number: int, tell: Tell, cancel: CancelToken) -> Result:
            last = number == len(requests) - 1
            with self.intake.arrivals.hold(photo_id) as arrival, ending(sittings, together, last=last):
                if arrival is None or arrival.photo is None:
                    raise PhotoGone
                if not sittings:
                    sittings.append(Sitting(arrival.photo, arrival.findings))
                return self.workshop.run(sittings[0], requests[number], tell=tell, cancel=cancel, together=together)

        arrival = self.intake.arrivals.get(photo_id)
        findings = None if arrival is None else arrival.findings
        if findings is not None:
            for request in requests:
                check(request.hide, findings)
        job = Job(work, rounds=len(requests), course=self._course(requests[0]), spared=(PictureWithheld,))
        with self._lock:
            self._jobs.add(job)
        return job

    def pack(
        self, photo: Photo, photo_id: str | None, result: Result, seconds: float = 0.0, language: str = "en"
    ) -> str:
        """Put the finished picture on the shelf, with a view of the photo in the same shape, in which is hidden what the
        engine was not shown; returns its id. If the photo is wiped in this very moment, the picture is, too.
        """
        height, width = result.pixels.shape[:2]
        before = framed(photo, result.findings, result.request.hide, Size(width=width, height=height))
        parcel = Parcel(result, before=encode(before, ".jpg"), photo=photo_id, seconds=seconds, language=language)
        name = self.parcels.put(parcel)
        if self.intake.arrivals.get(photo_id) is None:
            self.parcels.drop(name)
        return name


@contextmanager
def ending(sittings: list[Sitting], together: Together, *, last: bool) -> Iterator[None]:
    """What was measured of the photo, and painted for later, is forgotten after the last picture, or when one was not
    finished. After one that may not be shown the others are still made.
    """
    try:
        yield
    except PictureWithheld:
        raise
    except BaseException:
        last = True
        raise
    finally:
        for sitting in sittings if last else ():
            sitting.end()
        if last:
            together.end()
            sittings.clear()
