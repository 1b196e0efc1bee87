"""The figure engine: a sculpted toy of the person, from one photo, without any trained picture model."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize.colour import to_srgb
from stylize.engines.base import Capabilities
from stylize.engines.figure.draw import Floats
from stylize.engines.figure.face_print import print_face
from stylize.engines.figure.materials import mould
from stylize.engines.figure.pack import load_face_shape
from stylize.engines.figure.render import light_figure
from stylize.engines.figure.settings import FigureSettings, read_settings
from stylize.engines.figure.staging import alone, cut_out, photograph, pose
from stylize.errors import EngineFailed, OutOfRange, StylizeError
from stylize.geometry import Size
from stylize.models import Picture, Pixels, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell

_CLAY = np.array([0.62, 0.58, 0.53], np.float32)
_PAPER = np.array([0.93, 0.88, 0.78], np.float32)
"""Of the sketches, in linear light: what is not painted yet, and what it stands before."""
SMALLEST, LARGEST = Size(width=256, height=256), Size(width=2048, height=2048)


@dataclass(kw_only=True, slots=True)
class _Steps:
    """Says how far the work is, notes how long it took, and lets it be stopped between its steps."""

    tell: Tell
    cancel: CancelToken
    since: float = field(default_factory=time.perf_counter)
    timings: list[tuple[str, float]] = field(default_factory=list)

    def start(self) -> None:
        self.cancel.check()
        self.tell(Progress(stage=Stage.GENERATE, fraction=0.0))
        self.cancel.check()

    def done(self, name: str, fraction: float, preview: Pixels | None = None) -> None:
        self.cancel.check()
        now = time.perf_counter()
        self.timings.append((name, now - self.since))
        self.since = now
        self.tell(Progress(stage=Stage.GENERATE, fraction=fraction, preview=preview))
        self.cancel.check()


class FigureEngine:
    """A toy of the person: see `stylize.engines.base.Engine` for the contract.

    The face is printed from the photo and the head bent to its bones; hair, clothes, beard and glasses are sculpted
    and take their colours from the look. A face that the photo does not show well becomes a simple friendly one.
    """

    name = "figure"

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
        )

    def load(self) -> None:
        """Read the sculpted face; the rest is read as it is needed, in milliseconds."""
        load_face_shape()

    def close(self) -> None:
        """Nothing of a person is kept between pictures."""

    def generate(
        self,
        subject: Subject,
        plan: Plan,
        *,
        tell: Tell,
        cancel: CancelToken,
        init_picture: Picture | None = None,  # noqa: ARG002
    ) -> Picture:
        """The toy in a studio, with a cutout that stands on the stage of the toy box. `init_picture` is not looked at.

        Raises OutOfRange for a size the engine cannot do, DeclarationError for settings it does not know or a damaged
        pack, Cancelled, and EngineFailed for anything unforeseen.
        """
        _check_size(plan.size)
        settings = read_settings(plan.settings)
        try:
            return _make(subject, plan, settings, _Steps(tell=tell, cancel=cancel))
        except StylizeError:
            raise
        except Exception as error:
            raise EngineFailed(engine=self.name, kind=type(error).__name__) from error


def _make(subject: Subject, plan: Plan, settings: FigureSettings, steps: _Steps) -> Picture:
    steps.start()
    face = print_face(subject, plan.look, settings)
    steps.done("face", 0.3, _preview(face.pixels))
    passes = pose(plan, settings, face.layout.bones)
    steps.done(
        "sculpture", 0.5, _sketch(passes.light[::3, ::3] * _CLAY * passes.alpha[::3, ::3, None], passes.alpha[::3, ::3])
    )
    colours = mould(plan.look, face.skin, settings.saturation)
    light = light_figure(passes, colours, face.pixels, settings, plan.seed)
    steps.done("light", 0.7, _sketch(light[::3, ::3], passes.alpha[::3, ::3]))
    pixels = photograph(passes, light, plan, settings)
    steps.done("grade", 0.9, pixels[::3, ::3])
    cutout = cut_out(passes, light, plan, settings, face.layout.bones)
    figure = alone(passes, light, plan, settings)
    steps.done("cutout", 1.0)
    return Picture(pixels=pixels, cutout=cutout, plan_digest=plan.digest(), timings=tuple(steps.timings), alone=figure)


def _preview(print_: Floats) -> Pixels:
    small = cv2.resize(print_, (256, 256), interpolation=cv2.INTER_AREA)
    return np.asarray(small * 255 + 0.5).astype(np.uint8)


def _sketch(light: Floats, cover: Floats) -> Pixels:
    """The figure as it is now, on paper. `light` (h, w, 3) linear, premultiplied by `cover` (h, w)."""
    seen = np.clip(light + (1 - cover[..., None]) * _PAPER, 0, 1)
    return np.asarray(to_srgb(seen) * 255 + 0.5).astype(np.uint8)


def _check_size(size: Size) -> None:
    for name, side, low, high in (
        ("width", size.width, SMALLEST.width, LARGEST.width),
        ("height", size.height, SMALLEST.height, LARGEST.height),
    ):
        if not low <= side <= high:
            raise OutOfRange(field=name, low=low, high=high)
    if not 0.4 <= size.aspect <= 2.5:
        raise OutOfRange(field="width over height", low=0.4, high=2.5)
