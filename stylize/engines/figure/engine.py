"""The figure engine: a sculpted toy of the person, from one photo, without any trained picture model."""

from __future__ import annotations

import time

from stylize.engines.figure.face_print import print_face
from stylize.engines.figure.materials import mould
from stylize.engines.figure.pack import load_face_shape
from stylize.engines.figure.render import light_figure
from stylize.engines.figure.settings import read_settings
from stylize.engines.figure.staging import cut_out, photograph, pose
from stylize.geometry import Size
from stylize.models import Capabilities, Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell


class FigureEngine:
    """Implements `stylize.engines.base.Engine`."""

    name = "figure"

    def capabilities(self) -> Capabilities:
        return Capabilities(
            name=self.name,
            ready=True,
            why="",
            uses_weights=False,
            denoises=False,
            size_multiple=1,
            min_size=Size(width=64, height=64),
            max_size=Size(width=4096, height=4096),
        )

    def load(self) -> None:
        load_face_shape()

    def close(self) -> None:
        """Nothing of a person is kept between pictures."""

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        """See the contract of `Engine`. DeclarationError when the style's table for this engine is off."""
        watch = _Watch(tell, cancel)
        settings = read_settings(plan.settings)
        watch.step("start", 0.0)
        face = print_face(subject, plan.look, settings)
        watch.step("face", 0.3)
        passes = pose(plan, settings, face.layout.bones)
        colours = mould(plan.look, face.skin, settings.saturation)
        watch.step("sculpture", 0.5)
        light = light_figure(passes, colours, face.pixels, settings, plan.seed)
        watch.step("light", 0.7)
        pixels = photograph(passes, light, plan, settings)
        watch.step("grade", 0.9)
        cutout = cut_out(passes, light, plan, settings, face.layout.bones)
        watch.step("cutout", 1.0)
        return Picture(pixels=pixels, cutout=cutout, plan_digest=plan.digest(), timings=watch.timings)


class _Watch:
    """Tells how far the work is, notes how long it took, and lets it be stopped."""

    def __init__(self, tell: Tell, cancel: CancelToken) -> None:
        self._tell, self._cancel, self._since = tell, cancel, time.perf_counter()
        self.timings: tuple[tuple[str, float], ...] = ()

    def step(self, done: str, fraction: float) -> None:
        self._cancel.check()
        now = time.perf_counter()
        self.timings += ((done, now - self._since),)
        self._since = now
        self._tell(Progress(stage=Stage.GENERATE, fraction=fraction))
        self._cancel.check()
