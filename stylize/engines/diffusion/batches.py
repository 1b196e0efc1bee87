"""Several plans that differ by their seed alone are one order: one photo, one prompt, one encode."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from stylize.engines.diffusion.edit import edit_guides
from stylize.engines.diffusion.frame import grow, init_image, trim
from stylize.engines.diffusion.guides import Guides, guides_for
from stylize.engines.diffusion.memory import MemoryMode
from stylize.engines.diffusion.studio import paint_somehow, prepare, ready_somehow
from stylize.models import Denoise, Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Tell

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded

ROWS = 4
"""Pictures that are painted side by side at most. What does not fit is split, see `studio.paint_somehow`."""


def rows_at_once(loaded: Loaded) -> int:
    """How many pictures of one order this device should paint side by side.

    A CPU one: two rows take 1.91 times as long as one (SD 1.5, 512x512), and one at a time shows the first sooner and
    keeps every bit of the single picture. A card is fuller with several, unless memory is short already, or the model so
    large that one fills it.
    """
    if loaded.placement.device == "cpu" or loaded.facts.edits or loaded.mode is MemoryMode.TILED:
        return 1
    return ROWS


def split(plans: Sequence[Plan], rows: int) -> Iterator[tuple[Plan, ...]]:
    """`plans` in order, in pieces of at most `rows` that differ by nothing but their seed."""
    for _, alike in groupby(plans, key=lambda plan: replace(plan, seed=0)):
        order = tuple(alike)
        yield from (order[n : n + rows] for n in range(0, len(order), rows))


def paint_batch(
    loaded: Loaded,
    subject: Subject,
    plans: tuple[Plan, ...],
    init_picture: Picture | None,
    *,
    tell: Tell,
    cancel: CancelToken,
) -> tuple[Picture, ...]:
    """A picture for each of `plans`, a piece of `split`. Raises what `prepare`, `init_image` and `paint` raise."""
    started = time.perf_counter()
    plan, denoise = plans[0], denoise_of(plans[0])
    size = grow(plan.size, loaded.facts.size_multiple)
    image = init_image(subject, plan, init_picture, size=size)

    def make_ready() -> Guides:
        prepare(loaded, denoise)
        if loaded.facts.edits:
            return edit_guides(image, denoise, init_picture)
        return guides_for(loaded, subject, plan, init_picture, size)

    guides = ready_somehow(loaded, make_ready)
    prepared = time.perf_counter()
    seeds = tuple(plan.seed for plan in plans)
    painted = paint_somehow(loaded, image, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
    return tuple(
        Picture(
            pixels=trim(pixels, plan.size),
            cutout=None,
            plan_digest=plan.digest(),
            timings=(("prepare", prepared - started), *painted.timings),
            memory=loaded.mode.value,
        )
        for plan, pixels in zip(plans, painted.pixels, strict=True)
    )


def denoise_of(plan: Plan) -> Denoise:
    """Its part for diffusers, which the engine has seen to be there."""
    if plan.denoise is None:
        raise TypeError("a plan without denoise")
    return plan.denoise


def share(tell: Tell, done: int, now: int, of: int) -> Tell:
    """A listener for the batch of `now` pictures that begins when `done` of `of` are finished."""

    def told(progress: Progress) -> None:
        tell(replace(progress, fraction=(done + now * progress.fraction) / of))

    return told


def never_back(tell: Tell) -> Tell:
    """`tell`, but a second try does not move the bar backwards."""
    reached = 0.0

    def told(progress: Progress) -> None:
        nonlocal reached
        reached = max(reached, progress.fraction)
        tell(Progress(stage=progress.stage, fraction=reached, preview=progress.preview))

    return told
