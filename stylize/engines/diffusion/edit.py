"""Painting by instruction: the model is shown the photo and told in words what to change and what to leave.

One plan, one call of the pipeline, as plain diffusers would be given it; what is known already is left out. These
pipelines have no strength: what stays of the photo is the prompt's business.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from PIL import Image

from stylize.engines.diffusion.denoise import DENOISED, PREVIEW_SECONDS, Painted
from stylize.engines.diffusion.edit_latents import decode_edited, unpack
from stylize.engines.diffusion.edit_preview import Foresight
from stylize.engines.diffusion.edit_recall import recalling
from stylize.engines.diffusion.frame import cover
from stylize.engines.diffusion.guides import Guides
from stylize.engines.diffusion.heed import heeding
from stylize.errors import InitPictureMissing
from stylize.progress import CancelToken, Progress, Stage, Tell
from stylize.weights import Family

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.models import Denoise, Picture

NO_WORDS = " "
"""What stands for an empty negative prompt: with none at all the pipeline would not guide."""


def edit_guides(image: Image.Image, denoise: Denoise, init_picture: Picture | None) -> Guides:
    """What the model is shown: the photo, and behind it the sculpted figure if the plan wants it as a model for its shape.

    Raises InitPictureMissing.
    """
    if denoise.image_reference != "figure":
        return Guides(arguments={"image": [image]})
    if init_picture is None:
        raise InitPictureMissing
    from stylize.geometry import Size

    size = Size(width=image.width, height=image.height)
    return Guides(arguments={"image": [image, cover(init_picture.pixels, size, centre=None)]})


def paint_edit(
    loaded: Loaded,
    images: tuple[Image.Image, ...],
    denoise: Denoise,
    *,
    seeds: tuple[int, ...],
    guides: Guides,
    tell: Tell,
    cancel: CancelToken,
) -> Painted:
    """One picture as large as the one of `images`, for the one seed of `seeds`. Raises Cancelled at the next block of a net after it
    was asked for, BlackPicture, or what torch raises.
    """
    import torch

    (seed,), (image,) = seeds, images
    started = time.perf_counter()
    pipeline, foresight = loaded.pipeline, Foresight()
    with ExitStack() as during:
        during.enter_context(heeding(pipeline, cancel))
        during.enter_context(recalling(pipeline, loaded.recalls, denoise, loaded.worn, foresight))
        during.enter_context(foresight.watching(pipeline.scheduler))
        packed = pipeline(
            prompt=denoise.prompt,
            width=image.width,
            height=image.height,
            num_inference_steps=denoise.num_inference_steps,
            generator=torch.Generator("cpu").manual_seed(seed),
            output_type="latent",
            callback_on_step_end=at_step_end(foresight, image.size, tell, cancel),
            callback_on_step_end_tensor_inputs=["latents"],
            **guidance(loaded.weights.family, denoise),
            **guides.arguments,
        ).images
        denoised = time.perf_counter()
        cancel.check()
        # klein's pipeline hands over latents as its VAE takes them, Qwen's as its transformer gave them
        latents = packed if loaded.weights.family is Family.FLUX2_KLEIN else unpack(pipeline, packed, image.size)
        pixels = decode_edited(pipeline, latents)
    timings = (("denoise", denoised - started), ("decode", time.perf_counter() - denoised))
    return Painted(pixels=(pixels,), timings=timings)


def guidance(family: Family, denoise: Denoise) -> Mapping[str, Any]:
    """How each pipeline calls it. klein is distilled and hears no guidance; Qwen's is true guidance, by a second pass."""
    if family is Family.FLUX2_KLEIN:
        return {"guidance_scale": denoise.guidance_scale}
    guided = denoise.guidance_scale > 1
    negative = (denoise.negative_prompt or NO_WORDS) if guided else None
    return {"true_cfg_scale": denoise.guidance_scale, "negative_prompt": negative}


def at_step_end(foresight: Foresight, size: tuple[int, int], tell: Tell, cancel: CancelToken) -> Any:
    """The pipeline's callback: tells how far it is, with a sketch of what the picture is becoming."""
    last_sketch = 0.0

    def heed(pipeline: Any, step: int, _timestep: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
        nonlocal last_sketch
        cancel.check()
        done = (step + 1) / pipeline.num_timesteps
        now = time.monotonic()
        preview = None
        if done >= 1 or now - last_sketch >= PREVIEW_SECONDS:
            preview = foresight.sketch(pipeline, size)
            last_sketch = now
        tell(Progress(stage=Stage.GENERATE, fraction=done * DENOISED, preview=preview))
        return {}

    return heed
