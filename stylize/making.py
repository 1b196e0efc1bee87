"""From the measured subject to the picture: check what is asked, plan, load, generate, box.

It goes on with the next engine when one that the user did not name cannot work here and now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from stylize import export, styles
from stylize.brushwork import between, guarded, load_engine, painted
from stylize.engines.base import Engine
from stylize.errors import EngineError, EngineUnavailable
from stylize.models import BoxOrder, Capabilities, Look, Picture, Pixels, Plan, Request, Subject
from stylize.progress import Stage, StageWatch, nobody
from stylize.retouching import touch_up, wants_touch_up
from stylize.scenery import set_before
from stylize.styles import Style
from stylize.styles.modesty import check_print, check_words
from stylize.together import Together
from stylize.toybox.compose import compose as pack
from stylize.toybox.cutout import cut_figure
from stylize.toybox.order import check_order as check_box
from stylize.toybox.palettes import choose_palette
from stylize.toybox.print.parts import PrintParts
from stylize.toymaking import NO_TOYS, Rack, Toys, check_toys, paint_toys, painter_of

_ROOM = 0.02
"""Around a figure alone, over its height."""

FACE_SHARE = 0.2
"""The share of the stage GENERATE in which the face is painted once more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A picture, the plan it was made by, why an engine was passed over, if one was, and the toys painted for its box."""

    picture: Picture
    plan: Plan
    passed_over: EngineError | None
    toys: Toys = NO_TOYS

    @property
    def trained(self) -> bool:
        """Whether a trained image model had a hand in it."""
        return self.plan.denoise is not None or self.toys.painted > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What there is to make pictures with. `rack`: the toys of the user's words that were painted before. `together`: the
    order that the picture is one of.
    """

    styles: Mapping[str, Style]
    engines: Mapping[str, Engine]
    rack: Rack = field(default_factory=Rack)
    together: Together = field(default_factory=Together)

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
    order = check_box(request.box)
    for toy in order.toys:
        check_words(toy, "toy")
    check_print(order.name, "name")
    check_print(order.tagline, "tagline")
    check_toys(order, able)
    return replace(request, box=order if order.tagline else replace(order, tagline=style.tagline[order.language]))


def make_picture(subject: Subject, request: Request, style: Style, bench: Bench, seed: int, watch: StageWatch) -> Made:
    """Plan, load and generate; with the next able engine if one fails that the user did not name. Then the toys of the
    user's words, each as long as a picture in the bar.
    """
    able = bench.capabilities()
    order = request.box if request.box and request.box.toys else None
    picture_share = 1 / (1 + len(order.toys)) if order else 1.0
    made = _make_alone(subject, request, style, bench, seed, watch.part(Stage.GENERATE, 0.0, picture_share))
    if order is None:
        return made
    look, rest = made.plan.look, watch.part(Stage.GENERATE, picture_share, 1.0)
    with rest.stage(Stage.GENERATE):
        return replace(made, toys=_make_toys(request, order, look, able, bench, seed, rest))


def _make_toys(
    request: Request,
    order: BoxOrder,
    look: Look,
    able: Sequence[Capabilities],
    bench: Bench,
    seed: int,
    watch: StageWatch,
) -> Toys:
    """By the engine that denoises, whichever made the picture. Raises EngineError, Cancelled."""
    chosen = painter_of(able)
    if chosen is None:
        check_toys(order, able)
        return NO_TOYS
    engine = bench.engines[chosen.name]
    plan = styles.toy_plan(order.toys[0], 0, look, request.style, chosen, request.denoise)
    weights_digest = guarded(chosen.name, lambda: load_engine(engine, plan, nobody))
    return guarded(
        chosen.name,
        lambda: paint_toys(
            order,
            look,
            request.style,
            seed,
            engine,
            chosen,
            bench.rack,
            asked=request.denoise,
            weights_digest=weights_digest,
            tell=watch.tell,
            cancel=watch.cancel,
        ),
    )


def _make_alone(subject: Subject, request: Request, style: Style, bench: Bench, seed: int, watch: StageWatch) -> Made:
    able = bench.capabilities()
    passed_over = _not_ready(request, style, able)
    while True:
        chosen = styles.choose_engine(request, style, able)
        try:
            plan, picture = _attempt(subject, request, style, able, bench, seed, watch)
        except EngineError as problem:
            passed_over = passed_over or problem
            able = tuple(replace(c, ready=False, why=str(problem)) if c.name == chosen.name else c for c in able)
            if request.engine is not None or not any(c.ready and styles.can_do(style, c) for c in able):
                raise
        else:
            return Made(picture=picture, plan=plan, passed_over=passed_over)


def compose(made: Made, style: Style, order: BoxOrder | None) -> Pixels:
    """The finished pixels: the picture alone, or in the box: its figure, or where it shows none, a photo card."""
    if order is None:
        return made.picture.pixels
    cutout = made.picture.cutout or cut_figure(made.picture.pixels)
    plan = made.plan
    return pack(cutout, order, plan.look, plan.size, plan.seed, style.title[order.language], made.toys.icons)


def figure_alone(made: Made) -> Pixels | None:
    """The figure without its ground and with little room around it, (h, w, 4) uint8 with straight alpha; None where the
    engine does not know its outline, or there is nothing inside it.
    """
    alone = made.picture.alone
    if alone is None:
        return None
    seen = alone[..., 3] > 0
    rows, columns = np.nonzero(seen.any(1))[0], np.nonzero(seen.any(0))[0]
    if not len(rows):
        return None
    room = max(1, round(_ROOM * len(rows)))
    top, left = max(0, rows[0] - room), max(0, columns[0] - room)
    return np.array(alone[top : rows[-1] + 1 + room, left : columns[-1] + 1 + room])


def print_parts(made: Made, style: Style, order: BoxOrder | None, figure: Pixels | None, bench: Bench) -> PrintParts:
    """What sheets are printed from. `order` None: the card of a toy without a name. `figure`: as `figure_alone` said."""
    plan = made.plan
    order = order or BoxOrder(tagline=style.tagline["en"])
    toy = next((c.makes_toys for c in bench.capabilities() if c.name == plan.engine), False)
    return PrintParts(
        picture=made.picture.pixels,
        figure=figure,
        toy=toy,
        order=order,
        palette=order.palette or choose_palette(plan.look, plan.seed),
        title=style.title[order.language],
        motif=plan.seed,
        toys=made.toys.icons,
    )


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
    engine = bench.engines[plan.engine]
    with watch.stage(Stage.LOAD):
        plan = replace(plan, weights_digest=guarded(plan.engine, lambda: load_engine(engine, plan, watch.tell)))
    with watch.stage(Stage.GENERATE):
        subject = set_before(subject, styles.scenes().get(request.scene or ""), plan)
        high = 1 - FACE_SHARE if wants_touch_up(plan) else 1.0
        picture = painted(
            subject, plan, style, able, bench.engines, bench.together, watch.part(Stage.GENERATE, 0.0, high)
        )
        if plan.denoise is not None:
            plan = replace(plan, denoise=replace(plan.denoise, rows=picture.rows))
        rest = between(watch.tell, high, 1.0)
        mended = guarded(plan.engine, lambda: touch_up(engine, subject, plan, picture, tell=rest, cancel=watch.cancel))
        return plan, mended


def _not_ready(request: Request, style: Style, able: Sequence[Capabilities]) -> EngineError | None:
    """Why the engine that would have come first is not used, when the user left the choice to us."""
    if request.engine is not None:
        return None
    ready = tuple(replace(c, ready=True) for c in able)
    first = styles.choose_engine(request, style, ready)
    really = next(c for c in able if c.name == first.name)
    return None if really.ready else EngineUnavailable(engine=really.name, why=really.why)
