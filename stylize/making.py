"""From the measured subject to the picture: check what is asked, plan, load, generate, box.

The one place that knows several engines at once: it lets the figure engine draw diffusion's init picture, and goes on
with the next engine when one that the user did not name cannot work here and now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from stylize import export, styles, toybox, weights
from stylize.engines.base import Engine
from stylize.errors import EngineError, EngineFailed, EngineUnavailable, StyleNotBoxed, StylizeError
from stylize.models import BoxOrder, Capabilities, Picture, Pixels, Plan, Request, Subject
from stylize.progress import Progress, Stage, StageWatch, Tell
from stylize.styles import Style

T = TypeVar("T")

INIT_SHARE = 0.15
"""The share of the stage GENERATE in which the figure engine draws diffusion's init picture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A picture, the plan it was made by, and why an engine was passed over, if one was."""

    picture: Picture
    plan: Plan
    passed_over: EngineError | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What there is to make pictures with. `weights`: where the user said they are; None: in the usual places."""

    styles: Mapping[str, Style]
    engines: Mapping[str, Engine]
    weights: Path | None

    def capabilities(self) -> tuple[Capabilities, ...]:
        """What every engine can do now."""
        return tuple(engine.capabilities() for engine in self.engines.values())


def check_order(request: Request, style: Style, bench: Bench) -> Request:
    """Refuse now what could never work; return the request with tidied texts and the style's tagline where none is set.

    Raises RequestError of some kind, or EngineUnavailable.
    """
    able = bench.capabilities()
    styles.check_request(request, style, able)
    export.check_order(request.export)
    if request.box is None:
        return request
    engine = styles.choose_engine(request, style, able)
    if not (style.boxed and engine.makes_toys):
        toys = ", ".join(slug for slug, other in bench.styles.items() if other.boxed)
        raise StyleNotBoxed(style=style.slug, engine=engine.name, choices=toys)
    order = toybox.check_order(request.box)
    return replace(request, box=order if order.tagline else replace(order, tagline=style.tagline["en"]))


def make_picture(
    subject: Subject, request: Request, style: Style, bench: Bench, seed: int, watch: StageWatch
) -> Made:
    """Plan, load and generate; with the next able engine if one fails that the user did not name."""
    able = bench.capabilities()
    passed_over = _not_ready(request, style, able)
    while True:
        chosen = styles.choose_engine(request, style, able)
        try:
            plan, picture = _attempt(subject, request, style, able, bench, seed, watch)
        except EngineError as problem:
            passed_over = passed_over or problem
            able = tuple(replace(c, ready=False, why=str(problem)) if c.name == chosen.name else c for c in able)
            if request.engine is not None or not _anyone_left(request, style, able):
                raise
        else:
            return Made(picture=picture, plan=plan, passed_over=passed_over)


def compose(made: Made, order: BoxOrder | None) -> Pixels:
    """The finished pixels: the picture alone, or its figure in the box."""
    if order is None:
        return made.picture.pixels
    cutout = made.picture.cutout or toybox.cut_figure(made.picture.pixels)
    plan = made.plan
    return toybox.compose(cutout, order, plan.look, plan.size, plan.seed)


def _attempt(
    subject: Subject,
    request: Request,
    style: Style,
    able: Sequence[Capabilities],
    bench: Bench,
    seed: int,
    watch: StageWatch,
) -> tuple[Plan, Picture]:
    """One engine's try, from plan to picture. Raises EngineError when that engine cannot, Cancelled when told to stop."""
    with watch.stage(Stage.PLAN):
        plan = styles.plan(request, style, able, subject.person.look, seed, weights_digest="")
        chosen = next(c for c in able if c.name == plan.engine)
        if chosen.uses_weights:
            plan = replace(plan, weights_digest=_digest(plan, bench, watch))
    engine = bench.engines[plan.engine]
    with watch.stage(Stage.LOAD):
        _guarded(plan.engine, engine.load)
    with watch.stage(Stage.GENERATE):
        if plan.denoise is None or plan.denoise.init_image == "subject":
            return plan, _generate(engine, subject, plan, watch, watch.tell)
        drawn = _draw_init(subject, plan, style, able, bench, watch)
        return plan, _generate(engine, subject, plan, watch, _between(watch.tell, INIT_SHARE, 1.0), drawn)


def _draw_init(
    subject: Subject, plan: Plan, style: Style, able: Sequence[Capabilities], bench: Bench, watch: StageWatch
) -> Picture:
    """The figure engine's picture for diffusion to begin from, in the size of `plan`."""
    figure = next(c for c in able if c.name == "figure")
    engine = bench.engines[figure.name]
    _guarded(figure.name, engine.load)
    drawing = styles.figure_plan(plan, style, figure)
    picture = _generate(engine, subject, drawing, watch, _between(watch.tell, 0.0, INIT_SHARE))
    if drawing.size == plan.size:
        return picture
    wanted = (plan.size.width, plan.size.height)
    resized = cv2.resize(picture.pixels, wanted, interpolation=cv2.INTER_AREA)
    return replace(picture, pixels=np.asarray(resized, np.uint8), cutout=None)


def _generate(
    engine: Engine, subject: Subject, plan: Plan, watch: StageWatch, tell: Tell, init_picture: Picture | None = None
) -> Picture:
    def work() -> Picture:
        return engine.generate(subject, plan, tell=tell, cancel=watch.cancel, init_picture=init_picture)

    return _guarded(plan.engine, work)


def _guarded(engine: str, work: Callable[[], T]) -> T:
    """Whatever an engine raises that is no StylizeError becomes EngineFailed, which names its kind and nothing else."""
    try:
        return work()
    except StylizeError:
        raise
    except Exception as problem:
        raise EngineFailed(engine=engine, kind=type(problem).__name__) from problem


def _between(tell: Tell, low: float, high: float) -> Tell:
    """A listener that hears 0 to 1 as `low` to `high`."""

    def told(progress: Progress) -> None:
        tell(replace(progress, fraction=low + (high - low) * progress.fraction))

    return told


def _digest(plan: Plan, bench: Bench, watch: StageWatch) -> str:
    """SHA-256 over the weights and the LoRAs of `plan`; reading gigabytes for the first time takes a while."""

    def hear(fraction: float) -> None:
        watch.cancel.check()
        watch.tell(Progress(stage=Stage.PLAN, fraction=fraction))

    found = weights.look_up(bench.weights)
    files = weights.list_loras(found)
    named = plan.denoise.loras if plan.denoise else ()
    return weights.digest(found, loras=tuple(files[x.name] for x in named if x.name in files), hear=hear)


def _not_ready(request: Request, style: Style, able: Sequence[Capabilities]) -> EngineError | None:
    """Why the engine that would have come first is not used, when the user left the choice to us."""
    if request.engine is not None:
        return None
    ready = tuple(replace(c, ready=True) for c in able)
    first = styles.choose_engine(request, style, ready)
    really = next(c for c in able if c.name == first.name)
    return None if really.ready else EngineUnavailable(engine=really.name, why=really.why)


def _anyone_left(request: Request, style: Style, able: Sequence[Capabilities]) -> bool:
    fit = [c for c in able if c.ready and styles.can_do(style, c)]
    return any(c.makes_toys for c in fit) if request.box is not None else bool(fit)
