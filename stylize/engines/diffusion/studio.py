"""What happens to a loaded model for one plan: scheduler and LoRAs put in place, then paint, with less memory if need be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stylize.engines.diffusion.adapters import find_loras, take_off, wear, weigh
from stylize.engines.diffusion.beside import still_to_come
from stylize.engines.diffusion.climb import climb_to, note_failure
from stylize.engines.diffusion.denoise import Painted, paint
from stylize.engines.diffusion.device import empty_cache
from stylize.engines.diffusion.edit import paint_edit
from stylize.engines.diffusion.guides import release_control
from stylize.engines.diffusion.memory import arrange, at_rest, choose_again, is_out_of_memory, next_down, widened
from stylize.engines.diffusion.planner import MemoryMode, ways
from stylize.engines.diffusion.room import look_around
from stylize.engines.diffusion.rows import halve
from stylize.engines.diffusion.runner import running
from stylize.engines.diffusion.schedulers import build_scheduler, overwrite_steps
from stylize.engines.diffusion.telling import share
from stylize.errors import OutOfMemory
from stylize.weights import digest_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from PIL import Image

    from stylize.engines.diffusion.guides import Guides
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.models import Denoise
    from stylize.progress import CancelToken, Tell


def prepare(loaded: Loaded, denoise: Denoise) -> None:
    """A fresh scheduler, and the plan's LoRAs on, no others. Raises LoraMissing, LoraUnfit, UnknownChoice."""
    files = find_loras(loaded.weights, denoise.loras)
    if denoise.scheduler:
        loaded.pipeline.scheduler = build_scheduler(denoise.scheduler, loaded.model_scheduler_config)
    else:
        loaded.pipeline.scheduler = type(loaded.pipeline.scheduler).from_config(loaded.model_scheduler_config)
    wanted = tuple(digest_file(path) for path in files)
    if wanted != loaded.worn:
        with at_rest(loaded.pipeline, loaded.mode, loaded.placement):
            take_off(loaded.pipeline)
            loaded.worn = ()
            wear(loaded.pipeline, files, family_title=loaded.facts.title)
            if files and ways()[loaded.mode].stores != "own":
                with widened(loaded.pipeline, loaded.placement):
                    take_off(loaded.pipeline)
                    wear(loaded.pipeline, files, family_title=loaded.facts.title)
            loaded.worn = wanted
    weigh(loaded.pipeline, denoise.loras)


def ready_somehow(loaded: Loaded, denoise: Denoise, pixels: int, make_ready: Callable[[], Guides]) -> Guides:
    """What `make_ready` gives: what `denoise` wants beside the model, for a picture of so many `pixels`, in a mode in which
    there is room for it. When memory runs out over it all the same: again, in the next more frugal mode, and so on to the
    last. Raises OutOfMemory, and what `make_ready` and `still_to_come` raise.
    """
    if (coming := still_to_come(loaded, denoise)) > 0:
        mode = choose_again(loaded, look_around(loaded.placement.device), pixels, beside=coming)
        if mode is not loaded.mode:
            go_to(loaded, loaded.control.pipeline if loaded.control else loaded.pipeline, mode)
    while True:
        try:
            return make_ready()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        device = loaded.placement.device
        empty_cache(device)
        painter = loaded.control.pipeline if loaded.control else loaded.pipeline
        go_to(loaded, painter, next_down(loaded.mode, device))


def paint_somehow(
    loaded: Loaded,
    images: tuple[Image.Image, ...],
    denoise: Denoise,
    *,
    seeds: tuple[int, ...],
    guides: Guides,
    tell: Tell,
    cancel: CancelToken,
) -> Painted:
    """Paint, in a mode whose need is told to fit. When memory runs out all the same: without a ControlNet that is not
    used, then fewer at a time, then in the next more frugal mode, and so on to the last; photo, plan and seeds stay what
    they were. Raises OutOfMemory, and what paint raises.
    """
    device, painter = loaded.placement.device, guides.pipeline or loaded.pipeline
    painting = paint_edit if loaded.facts.edits else paint
    width, height = images[0].size
    pixels = width * height * denoise.rows
    better = climb_to(loaded, look_around(device), pixels)
    if better is not loaded.mode:
        go_to(loaded, painter, better)
    again = choose_again(loaded, look_around(device), pixels)
    if again is not loaded.mode and loaded.runner.nets:
        loaded.runner.release()
        again = choose_again(loaded, look_around(device), pixels)
    if again is not loaded.mode:
        if denoise.rows > 1:
            return halves(loaded, images, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
        go_to(loaded, painter, again)
    while True:
        try:
            with running(loaded, denoise, width=width, height=height):
                return painting(loaded, images, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
        except Exception as error:
            regroup(loaded, painter)
            if not is_out_of_memory(error):
                raise
        finally:
            overwrite_steps(painter.scheduler)
            painter.maybe_free_model_hooks()
        loaded.runner.release()
        empty_cache(device)
        if loaded.control is not None and painter is not loaded.control.pipeline:
            release_control(loaded)  # it lay there for the next picture alone
            continue
        if denoise.rows > 1:
            return halves(loaded, images, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
        note_failure(loaded, pixels)
        go_to(loaded, painter, next_down(loaded.mode, device))


def go_to(loaded: Loaded, painter: Any, mode: MemoryMode | None) -> None:
    """Into `mode`, or if memory runs out over that, further down. None: there is none. Raises OutOfMemory."""
    device = loaded.placement.device
    while mode is not None:
        if ways()[mode].stores != ways()[loaded.mode].stores:
            loaded.recalls.texts.wipe()  # by text encoders as they will not be any more
            loaded.runner.release()  # a net of weights as they will not be any more
        loaded.mode = mode
        try:
            arrange(painter, mode, loaded.placement, half_dtype=loaded.facts.half_dtype)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        else:
            return
        empty_cache(device)
        mode = next_down(mode, device)
    raise OutOfMemory(device=device)


def regroup(loaded: Loaded, painter: Any) -> None:
    """Layers that come and go in a stream know their order from the first pass; one that was broken off teaches nothing."""
    if ways()[loaded.mode].holds == "stream":
        arrange(painter, loaded.mode, loaded.placement)


def halves(
    loaded: Loaded,
    images: tuple[Image.Image, ...],
    denoise: Denoise,
    *,
    seeds: tuple[int, ...],
    guides: Guides,
    tell: Tell,
    cancel: CancelToken,
) -> Painted:
    """`paint_somehow` in half as many rows, one half of the seeds after the other. A half that was told does not count
    again: the bar goes on from there.
    """
    middle, fewer = -(-denoise.rows // 2), replace(denoise, rows=-(-denoise.rows // 2))
    if len(seeds) <= middle:
        return paint_somehow(loaded, images, fewer, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
    parts = [
        paint_somehow(loaded, some, fewer, seeds=seeds[cut], guides=led, tell=share(tell, number, 1, 2), cancel=cancel)
        for number, (cut, (some, led)) in enumerate(
            zip((slice(None, middle), slice(middle, None)), halve(images, guides, middle), strict=True)
        )
    ]
    first, second = (dict(part.timings) for part in parts)
    return Painted(
        pixels=parts[0].pixels + parts[1].pixels,
        timings=tuple((stage, seconds + second[stage]) for stage, seconds in first.items()),
        rows=parts[0].rows + parts[1].rows,
        spared=parts[0].spared,
    )
