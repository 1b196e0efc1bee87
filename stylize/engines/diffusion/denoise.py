"""One plan, one call of the pipeline: what plain diffusers would be given, with what is known already left out."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from PIL import Image

from stylize.engines.diffusion.decode import decode, decode_with_tiny
from stylize.engines.diffusion.deepcache import deep_cache
from stylize.engines.diffusion.guides import Guides
from stylize.engines.diffusion.heed import heeding
from stylize.engines.diffusion.loaded import Loaded
from stylize.engines.diffusion.moments import encodes_only_image, remembered
from stylize.engines.diffusion.preview import sketcher
from stylize.engines.diffusion.rows import fill_up, in_rows, mosaic
from stylize.engines.diffusion.tiny_decoder import tiny_decoder
from stylize.engines.diffusion.wording import is_guided, wording
from stylize.errors import DecoderMissing
from stylize.models import Denoise, Pixels
from stylize.progress import CancelToken, Progress, Stage, Tell

DENOISED = 0.95
"""How far progress stands when only decoding is left."""

PREVIEW_SECONDS = 0.15
"""Sketches come at most this often, and at the last step."""

PREVIEW_SHARE = 0.04
"""Of the time that goes by, so much may be spent on them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Painted:
    """Pixels (h, w, 3) uint8 for each seed, and (stage, seconds). `rows`: of how many each was one. `spared`: steps in which
    DeepCache ran the outermost layers only.
    """

    pixels: tuple[Pixels, ...]
    timings: tuple[tuple[str, float], ...]
    rows: tuple[int, ...] = (1,)
    spared: int = 0


def strength_of(denoise: Denoise) -> float:
    """The plan's strength, raised as little as needed for one step to run."""
    if denoise.denoising_steps >= 1:
        return denoise.strength
    least = 1 / denoise.num_inference_steps
    return least if int(denoise.num_inference_steps * least) >= 1 else least * (1 + 1e-9)


def paint(
    loaded: Loaded,
    images: tuple[Image.Image, ...],
    denoise: Denoise,
    *,
    seeds: tuple[int, ...],
    guides: Guides,
    tell: Tell,
    cancel: CancelToken,
) -> Painted:
    """Denoise and decode: all `seeds` side by side, each with a generator of its own, and `denoise.rows` rows in all, the
    last seed filling them up. `images`: one for all, or one for each. Generators live on the CPU whatever the device, so
    that a seed means the same noise everywhere. Raises Cancelled at the next block of a net after it was asked for,
    BlackPicture, or what torch raises.
    """
    import torch

    started = time.perf_counter()
    pipeline = loaded.pipeline
    painter = guides.pipeline or pipeline
    painter.scheduler = pipeline.scheduler
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in fill_up(seeds, denoise.rows)]
    with heeding(painter, cancel):  # once for both: to find all blocks takes a millisecond or two
        with ExitStack() as within:
            words = wording(pipeline, denoise, loaded.recalls.texts, device=loaded.placement.device, worn=loaded.worn)
            rows = in_rows(images, words, guides, rows=len(generators), guided=is_guided(pipeline, denoise))
            if encodes_only_image(painter):
                within.enter_context(remembered(pipeline.vae, loaded.recalls.photos))
            kept = within.enter_context(
                deep_cache(pipeline.unet, interval=denoise.deepcache_interval, steps=denoise.denoising_steps)
            )
            latents = painter(
                strength=strength_of(denoise),
                num_inference_steps=denoise.num_inference_steps,
                guidance_scale=denoise.guidance_scale,
                generator=generators if len(generators) > 1 else generators[0],
                output_type="latent",
                callback_on_step_end=at_step_end(mosaic(sketcher(loaded), len(seeds)), tell, cancel),
                callback_on_step_end_tensor_inputs=["latents"],
                **rows,
            ).images
        denoised = time.perf_counter()
        cancel.check()
        pixels = tuple(develop(loaded, latents[n : n + 1], denoise) for n in range(len(seeds)))
    decoded = time.perf_counter()
    return Painted(
        pixels=pixels,
        timings=(("denoise", denoised - started), ("decode", decoded - denoised)),
        rows=(len(generators),) * len(seeds),
        spared=kept.spared,
    )


def develop(loaded: Loaded, latents: Any, denoise: Denoise) -> Pixels:
    """Decode one picture, by the decoder that the plan names. Raises BlackPicture, WeightsDamaged, DecoderMissing."""
    if denoise.decoder == "full":
        return decode(loaded.pipeline, latents, upcasts=loaded.facts.vae_upcasts)
    net = tiny_decoder(loaded)
    if net is None:
        raise DecoderMissing
    return decode_with_tiny(net, latents)


def at_step_end(
    sketch: Callable[[Any], Pixels | None], tell: Tell, cancel: CancelToken
) -> Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]:
    """The pipeline's callback: tells how far it is, with a sketch now and then, and stops when asked to."""
    next_sketch = 0.0

    def heed(pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        nonlocal next_sketch
        cancel.check()
        done = (step + 1) / pipeline.num_timesteps
        preview = None
        if done >= 1 or time.monotonic() >= next_sketch:
            # A card is still at the step when its orders are given: to be waited for, but no time of the sketch.
            tensors["latents"].flatten()[:1].cpu()
            began = time.monotonic()
            preview = sketch(tensors["latents"])
            ended = time.monotonic()
            next_sketch = ended + max(PREVIEW_SECONDS, (ended - began) / PREVIEW_SHARE)
        tell(Progress(stage=Stage.GENERATE, fraction=done * DENOISED, preview=preview))
        return {}

    return heed
