"""The engine `painting`: a painted portrait by classical image processing. No weights, no diffusion."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize.colour import to_linear
from stylize.engines.base import Capabilities
from stylize.engines.painting.backdrops import VARIANTS, Backdrop, choose_mood, paint_backdrop
from stylize.engines.painting.compose import brushed_edge, grade, light_person, set_into
from stylize.engines.painting.cuts import trim, whole_photo
from stylize.engines.painting.exposure import exposure_gain, photo_gain
from stylize.engines.painting.ink import Canvas, Field
from stylize.engines.painting.loose import paint_loosely
from stylize.engines.painting.portrait import paint_portrait, recolour
from stylize.engines.painting.settings import PaintingSettings, read_settings
from stylize.engines.painting.sitter import Sitter, seat
from stylize.engines.painting.trust import is_lost, is_muddled, is_sure
from stylize.errors import EngineFailed, OutOfRange, StylizeError
from stylize.geometry import Size
from stylize.models import Cutout, Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell

SMALLEST, LARGEST = Size(width=256, height=256), Size(width=1536, height=1536)
KEPT_BACKDROPS = 3
"""Backdrops stay with the engine between pictures; a larger picture's is some tens of megabytes."""


@dataclass(kw_only=True, slots=True)
class _Steps:
    """Says how far the work is, looks whether it is wanted still, and keeps the time."""

    tell: Tell
    cancel: CancelToken
    count: int
    done: int = 0
    began: float = field(default_factory=time.perf_counter)
    timings: list[tuple[str, float]] = field(default_factory=list)

    def start(self) -> None:
        self.cancel.check()
        self.tell(Progress(stage=Stage.GENERATE, fraction=0.0))

    def tick(self, name: str, preview: Canvas | None = None) -> None:
        self.done += 1
        now = time.perf_counter()
        self.timings.append((name, now - self.began))
        self.began = now
        self.cancel.check()
        sketch = None if preview is None else _eight_bits(preview[::3, ::3])
        self.tell(Progress(stage=Stage.GENERATE, fraction=min(self.done / self.count, 1.0), preview=sketch))


class PaintingEngine:
    """A painted portrait: see `stylize.engines.base.Engine` for the contract.

    A face that was measured well is painted feature by feature; any other person loosely, in brush strokes.
    Of the look's overrides the colours (skin, hair, iris, lips, outer), glasses and beard are followed; hair style,
    outfit and what lies below the waist are the photo's, for this engine paints what it sees. Glasses that the photo
    shows and the look denies are left out as well as can be.
    """

    name = "painting"

    def __init__(self) -> None:
        self._backdrops: dict[tuple[str, int, int, int], Backdrop] = {}

    def capabilities(self) -> Capabilities:
        """Always ready: it needs nothing that does not ride in the package."""
        return Capabilities(
            name=self.name,
            ready=True,
            why="",
            uses_weights=False,
            denoises=False,
            size_multiple=1,
            min_size=SMALLEST,
            max_size=LARGEST,
            makes_toys=False,
        )

    def load(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Forget the backdrops."""
        self._backdrops.clear()

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        """The painting, with a cutout of the painted person. `init_picture` is not looked at.

        Raises OutOfRange for a size the engine cannot do, DeclarationError for settings it does not know, Cancelled,
        and EngineFailed for anything unforeseen.
        """
        del init_picture
        _check_size(plan.size)
        settings = read_settings(plan.settings)
        try:
            return self._generate(subject, plan, settings, _Steps(tell=tell, cancel=cancel, count=8))
        except StylizeError:
            raise
        except Exception as error:
            raise EngineFailed(engine=self.name, kind=type(error).__name__) from error

    def _generate(self, subject: Subject, plan: Plan, settings: PaintingSettings, steps: _Steps) -> Picture:
        steps.start()
        subject = trim(subject)
        sure = is_sure(subject) and settings.looseness < 1.0
        if is_lost(subject):
            subject = whole_photo(subject)
        sitter = seat(subject, plan.size, settings, shaped=sure)
        if sure and is_muddled(sitter, subject.person):
            sure, sitter = False, seat(subject, plan.size, settings, shaped=False)
        steps.tick("seat", sitter.pixels)
        backdrop = self._backdrop(choose_mood(settings.mood, plan.seed), sitter.size, plan.seed)
        steps.tick("backdrop", backdrop.pixels)
        ink = settings.line_strength
        person, cover = self._paint(subject, plan, settings, sitter, sure, steps)
        edge = brushed_edge(sitter, np.random.default_rng([plan.seed, 4]))
        cover = np.asarray(cover * edge, np.float32)
        person = light_person(person, sitter, backdrop)
        picture = set_into(backdrop, person, cover, sitter, ink if sure else 0.0)
        steps.tick("compose", picture)
        finished = grade(picture, settings.warmth, np.random.default_rng([plan.seed, 5]), sitter.unit)
        cutout = _cut_out(finished, cover)
        pixels = _eight_bits(finished)
        steps.done = steps.count - 1
        steps.tick("grade", finished)
        alone = np.dstack([pixels, np.asarray(np.clip(cover, 0, 1) * 255 + 0.5, np.uint8)])
        return Picture(
            pixels=pixels, cutout=cutout, plan_digest=plan.digest(), timings=tuple(steps.timings), alone=alone
        )

    def _paint(
        self,
        subject: Subject,
        plan: Plan,
        settings: PaintingSettings,
        sitter: Sitter,
        sure: bool,
        steps: _Steps,
    ) -> tuple[Canvas, Field]:
        """The person alone: canvas and cover."""
        measured = subject.person.look
        rng = np.random.default_rng([plan.seed, 3])
        if not sure:
            looseness = max(settings.looseness, 0.25)
            person, cover = paint_loosely(
                sitter, recolour(sitter, measured, plan.look, photo_gain(subject, plan.look)), rng, looseness
            )
            steps.tick("strokes", person)
            return person, cover
        person = sitter.pixels.copy()
        for part in paint_portrait(
            person, sitter, measured, plan.look, exposure_gain(subject, plan.look), settings.line_strength, plan.seed
        ):
            steps.tick(part, person)
        if settings.looseness > 0:
            strokes, _ = paint_loosely(sitter, person, rng, settings.looseness)
            face = cv2.GaussianBlur(sitter.face, (0, 0), 8 * sitter.unit)
            share = np.clip(1.6 * settings.looseness - face * (1 - settings.looseness), 0, 1)
            person = person + (strokes - person) * share[..., None]
        return person, sitter.person

    def _backdrop(self, mood: str, size: tuple[int, int], seed: int) -> Backdrop:
        key = (mood, *size, seed % (2 * VARIANTS))
        if key not in self._backdrops:
            while len(self._backdrops) >= KEPT_BACKDROPS:
                self._backdrops.pop(next(iter(self._backdrops)))
            self._backdrops[key] = paint_backdrop(mood, size, seed)
        return self._backdrops[key]


def _check_size(size: Size) -> None:
    for name, side, low, high in (
        ("width", size.width, SMALLEST.width, LARGEST.width),
        ("height", size.height, SMALLEST.height, LARGEST.height),
    ):
        if not low <= side <= high:
            raise OutOfRange(field=name, low=low, high=high)
    if not 0.5 <= size.aspect <= 2.0:
        raise OutOfRange(field="width over height", low=0.5, high=2)


def _cut_out(finished: Canvas, cover: Field) -> Cutout:
    """The painted person alone, in premultiplied linear light."""
    return Cutout(light=to_linear(finished) * cover[..., None], alpha=cover, shadow=np.ones_like(cover), staged=False)


def _eight_bits(canvas: Canvas) -> np.ndarray:
    return np.asarray(np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8)
