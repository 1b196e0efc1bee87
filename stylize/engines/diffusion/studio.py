"""What happens to a loaded model for one plan: scheduler and LoRAs put in place, then paint, with less memory if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stylize.engines.diffusion.adapters import find_loras, take_off, wear, weigh
from stylize.engines.diffusion.denoise import Painted, paint
from stylize.engines.diffusion.device import empty_cache
from stylize.engines.diffusion.edit import paint_edit
from stylize.engines.diffusion.memory import arrange, at_rest, is_out_of_memory, next_down
from stylize.engines.diffusion.schedulers import build_scheduler
from stylize.errors import OutOfMemory
from stylize.weights import digest_file

if TYPE_CHECKING:
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
        with at_rest(loaded.pipeline, loaded.mode, loaded.placement.device):
            take_off(loaded.pipeline)
            loaded.worn = ()
            wear(loaded.pipeline, files, family_title=loaded.facts.title)
            loaded.worn = wanted
    weigh(loaded.pipeline, denoise.loras)


def paint_somehow(
    loaded: Loaded,
    image: Image.Image,
    denoise: Denoise,
    *,
    seeds: tuple[int, ...],
    guides: Guides,
    tell: Tell,
    cancel: CancelToken,
) -> Painted:
    """Paint; when memory runs out, fewer at a time, then once more in the next more frugal mode. Raises OutOfMemory, and
    what paint raises.
    """
    device, painter = loaded.placement.device, guides.pipeline or loaded.pipeline
    painting = paint_edit if loaded.facts.edits else paint
    for mode in (loaded.mode, next_down(loaded.mode, device)):
        if mode is None:
            break
        if mode is not loaded.mode:
            arrange(painter, mode, device)
            loaded.mode = mode
        try:
            return painting(loaded, image, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        finally:
            painter.maybe_free_model_hooks()
        empty_cache(device)
        if len(seeds) > 1:
            return halves(loaded, image, denoise, seeds=seeds, guides=guides, tell=tell, cancel=cancel)
    raise OutOfMemory(device=device)


def halves(loaded: Loaded, image: Image.Image, denoise: Denoise, *, seeds: tuple[int, ...], **more: Any) -> Painted:
    """`paint_somehow`, half of the seeds after the other."""
    middle = len(seeds) // 2
    parts = [paint_somehow(loaded, image, denoise, seeds=part, **more) for part in (seeds[:middle], seeds[middle:])]
    first, second = (dict(part.timings) for part in parts)
    return Painted(
        pixels=parts[0].pixels + parts[1].pixels,
        timings=tuple((stage, seconds + second[stage]) for stage, seconds in first.items()),
    )
