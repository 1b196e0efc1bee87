"""From a plan to the engine's picture: load, let the figure engine draw what diffusion begins from, and paint; alone, or
together with others of its order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar, runtime_checkable

import cv2
import numpy as np

from stylize import styles
from stylize.engines.base import Engine
from stylize.errors import EngineFailed, StylizeError
from stylize.models import Capabilities, Lora, Picture, Plan, Subject
from stylize.progress import Progress, Stage, StageWatch, Tell
from stylize.screening import screened, screening
from stylize.styles import Style
from stylize.together import PaintsMany, Together

T = TypeVar("T")

INIT_SHARE = 0.15
"""The share of the painting in which the figure engine draws diffusion's init picture."""


@runtime_checkable
class Weighed(Protocol):
    """An engine with weights: loading them takes a while and is told, and they have a digest."""

    def load(self, *, tell: Tell = ...) -> None: ...

    def capabilities(self) -> Capabilities: ...

    def close(self) -> None: ...

    def weights_digest(self, loras: tuple[Lora, ...] = (), guides: tuple[str, ...] = ()) -> str: ...


def painted(
    subject: Subject,
    plan: Plan,
    style: Style,
    able: Sequence[Capabilities],
    engines: Mapping[str, Engine],
    together: Together,
    watch: StageWatch,
) -> Picture:
    """The picture of `plan`, painted now, with others of its order where that is faster, or with one of them before. Told
    as Stage.GENERATE from 0 to 1, and its seconds are shared among those that were painted at once. Raises PictureWithheld.
    """
    ready = together.take(plan)
    if ready is not None:
        watch.durations[Stage.GENERATE] = watch.durations.get(Stage.GENERATE, 0.0) + ready.seconds
        return screened(ready.picture, plan)
    begun, engine = time.perf_counter(), engines[plan.engine]
    plans = together.to_paint(plan, engine)
    watch = watch.about(len(plans))
    from_figure = plan.denoise is not None and plan.denoise.needs_figure
    low = INIT_SHARE if from_figure else 0.0
    drawn = [
        _draw_init(
            subject,
            one,
            style,
            able,
            engines,
            watch.part(Stage.GENERATE, low * n / len(plans), low * (n + 1) / len(plans)),
        )
        if from_figure
        else None
        for n, one in enumerate(plans)
    ]
    tell = between(watch.tell, low, 1.0)
    if len(plans) == 1 or not isinstance(engine, PaintsMany):
        return _generate(engine, subject, plan, watch, tell, drawn[0])
    many = engine
    with screening(tell, plan, len(plans)) as heard:
        pictures = guarded(
            plan.engine,
            lambda: many.generate_many(subject, plans, tell=heard, cancel=watch.cancel, init_pictures=drawn),
        )
    each = (time.perf_counter() - begun) / len(plans)
    for one, picture in zip(plans[1:], pictures[1:], strict=True):
        together.lay_by(one, picture, each)
    watch.durations[Stage.GENERATE] = watch.durations.get(Stage.GENERATE, 0.0) - each * (len(plans) - 1)
    return screened(pictures[0], plan)


def load_engine(engine: Engine, plan: Plan, tell: Tell) -> str:
    """Load it, and return the digest of its weights and the LoRAs of `plan`; "" for an engine without weights."""
    if not isinstance(engine, Weighed):
        engine.load()
        return ""
    engine.load(tell=tell)
    loras, guides = (plan.denoise.loras, plan.denoise.guides) if plan.denoise else ((), ())
    return engine.weights_digest(loras, guides) if guides else engine.weights_digest(loras)


def _draw_init(
    subject: Subject,
    plan: Plan,
    style: Style,
    able: Sequence[Capabilities],
    engines: Mapping[str, Engine],
    watch: StageWatch,
) -> Picture:
    """The figure engine's picture for diffusion to begin from, in the size of `plan`. Told as Stage.GENERATE, 0 to 1."""
    figure = next(c for c in able if c.name == "figure")
    engine = engines[figure.name]
    guarded(figure.name, engine.load)
    drawing = styles.figure_plan(plan, style, figure)
    picture = _generate(engine, subject, drawing, watch, watch.tell)
    if drawing.size == plan.size:
        return picture
    wanted = (plan.size.width, plan.size.height)
    resized = cv2.resize(picture.pixels, wanted, interpolation=cv2.INTER_AREA)
    return replace(picture, pixels=np.asarray(resized, np.uint8), cutout=None)


def _generate(
    engine: Engine, subject: Subject, plan: Plan, watch: StageWatch, tell: Tell, init_picture: Picture | None = None
) -> Picture:
    with screening(tell, plan) as heard:
        picture = guarded(
            plan.engine,
            lambda: engine.generate(subject, plan, tell=heard, cancel=watch.cancel, init_picture=init_picture),
        )
    return screened(picture, plan)


def guarded(engine: str, work: Callable[[], T]) -> T:
    """Whatever an engine raises that is no StylizeError becomes EngineFailed, which names its kind and nothing else."""
    try:
        return work()
    except StylizeError:
        raise
    except Exception as problem:
        raise EngineFailed(engine=engine, kind=type(problem).__name__) from problem


def between(tell: Tell, low: float, high: float) -> Tell:
    """A listener that hears 0 to 1 as `low` to `high`."""

    def told(progress: Progress) -> None:
        tell(replace(progress, fraction=low + (high - low) * progress.fraction))

    return told
