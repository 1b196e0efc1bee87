"""Several plans that differ by their seed alone are one order: one photo, one prompt, one encode."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from stylize.engines.diffusion.edit import edit_guides
from stylize.engines.diffusion.frame import grow, init_image, trim
from stylize.engines.diffusion.guides import Guides, guides_for
from stylize.engines.diffusion.memory import MemoryMode, stays
from stylize.engines.diffusion.room import look_around
from stylize.engines.diffusion.studio import paint_somehow, prepare, ready_somehow
from stylize.engines.diffusion.telling import share
from stylize.models import Denoise, Picture, Plan, Subject
from stylize.progress import CancelToken, Tell

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded

ROWS = 4
"""Pictures that are painted side by side at most."""


def rows_at_once(loaded: Loaded, plan: Plan) -> int:
    """How many pictures by plans like `plan` this device should paint side by side: as many as fit without another mode.

    A CPU one: four at once take 0.86 to 0.95 of the time of four alone, and one at a time shows the first sooner and keeps
    every bit of the single picture. A card is fuller with several, unless the model is so large that one fills it.
    """
    if loaded.placement.device == "cpu" or loaded.facts.edits or loaded.mode is MemoryMode.TILED:
        return 1
    size, room = grow(plan.size, loaded.facts.size_multiple), look_around(loaded.placement.device)
    pixels = size.width * size.height
    return next((rows for rows in range(ROWS, 1, -1) if stays(loaded, room, pixels * rows)), 1)


def split(plans: Sequence[Plan], *, edits: bool = False) -> Iterator[tuple[Plan, ...]]:
    """`plans` in order, in pieces that differ by nothing but their seed, of at most `Denoise.rows`. `edits`: models of that
    kind paint one at a time.
    """
    for alike, group in groupby(plans, key=lambda plan: replace(plan, seed=0)):
        order, rows = tuple(group), 1 if edits else denoise_of(alike).rows
        yield from (order[n : n + rows] for n in range(0, len(order), rows))


def paint_all(
    loaded: Loaded,
    subject: Subject,
    plans: Sequence[Plan],
    init_pictures: Sequence[Picture | None],
    *,
    check: Callable[[Plan], None],
    tell: Tell,
    cancel: CancelToken,
) -> tuple[Picture, ...]:
    """A picture for each of `plans`, in order, batch after batch. `check` looks whether a plan is for these weights."""
    pictures: list[Picture] = []
    for batch in split(plans, edits=loaded.facts.edits):
        check(batch[0])
        done, now = len(pictures), len(batch)
        heard = share(tell, done, now, len(plans))
        drawn = tuple(init_pictures[done : done + now])
        pictures += paint_batch(loaded, subject, batch, drawn, tell=heard, cancel=cancel)
    return tuple(pictures)


def paint_batch(
    loaded: Loaded,
    subject: Subject,
    plans: tuple[Plan, ...],
    init_pictures: tuple[Picture | None, ...],
    *,
    tell: Tell,
    cancel: CancelToken,
) -> tuple[Picture, ...]:
    """A picture for each of `plans`, a piece of `split`, each with its own of `init_pictures`. Raises what `prepare`,
    `init_image` and `paint` raise.
    """
    started = time.perf_counter()
    plan, denoise = plans[0], denoise_of(plans[0])
    if loaded.facts.edits:
        denoise = replace(denoise, rows=1)
    size = grow(plan.size, loaded.facts.size_multiple)
    drawn = init_pictures if denoise.init_image == "figure" else init_pictures[:1]
    images = tuple(init_image(subject, plan, picture, size=size) for picture in drawn)

    def make_ready() -> Guides:
        prepare(loaded, denoise)
        if loaded.facts.edits:
            return edit_guides(images[0], denoise, init_pictures[0])
        return guides_for(loaded, subject, plan, init_pictures, size)

    guides = ready_somehow(loaded, denoise, size.width * size.height, make_ready)
    cancel.check()
    prepared = time.perf_counter()
    seeds = tuple(plan.seed for plan in plans)
    painted = paint_somehow(loaded, images, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
    return tuple(
        Picture(
            pixels=trim(pixels, plan.size),
            cutout=None,
            plan_digest=replace(plan, denoise=replace(denoise_of(plan), rows=rows)).digest(),
            timings=(("prepare", prepared - started), *painted.timings),
            memory=loaded.mode.value,
            runner=loaded.runner.last,
            rows=rows,
            spared_steps=painted.spared,
        )
        for plan, pixels, rows in zip(plans, painted.pixels, painted.rows, strict=True)
    )


def denoise_of(plan: Plan) -> Denoise:
    """Its part for diffusers, which the engine has seen to be there."""
    if plan.denoise is None:
        raise TypeError("a plan without denoise")
    return plan.denoise
