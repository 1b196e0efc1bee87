"""Latents to pixels, as the pipelines of diffusers do it, but with a second try where half precision gave out."""

from __future__ import annotations

from typing import Any

from stylize.engines.diffusion.tiny_decoder import decode_tiny
from stylize.errors import BlackPicture
from stylize.models import Pixels

DARKEST = 1.5 / 255
"""A whole picture at or below this is no picture."""


def decode(pipeline: Any, latents: Any, *, upcasts: bool) -> Pixels:
    """(h, w, 3) uint8. `upcasts`: the family heeds its VAE's word that float16 overflows. A decode with NaN, infinity
    or nothing but black is done again in float32.

    Raises BlackPicture if the latents are broken already, or the second decode is.
    """
    import torch

    precision = str(latents.dtype).removeprefix("torch.")
    if not torch.isfinite(latents).all():
        raise BlackPicture(doing="denoising", precision=precision)
    with torch.no_grad():
        image = decode_with(pipeline, latents, upcast=upcasts and overflows(pipeline.vae))
        if is_broken(image) and pipeline.vae.dtype != torch.float32:
            image = decode_with(pipeline, latents, upcast=True)
    if is_broken(image):
        raise BlackPicture(doing="decoding", precision="float32")
    return to_pixels(image)


def decode_with_tiny(net: Any, latents: Any) -> Pixels:
    """(h, w, 3) uint8 by the tiny decoder. Raises BlackPicture."""
    image = decode_tiny(net, latents)
    if is_broken(image):
        raise BlackPicture(doing="decoding", precision=str(latents.dtype).removeprefix("torch."))
    return to_pixels(image)


def to_pixels(image: Any) -> Pixels:
    """(h, w, 3) uint8 of a picture (1, 3, h, w) of about -1 to 1: the arithmetic of VaeImageProcessor.postprocess and
    numpy_to_pil, to the bit, where the picture is, so that bytes travel from a card and not floats.
    """
    import torch

    unit = (image[0] * 0.5 + 0.5).clamp(0, 1).float()
    pixels: Pixels = unit.mul(255).round().to(torch.uint8).permute(1, 2, 0).contiguous().cpu().numpy()
    return pixels


def overflows(vae: Any) -> bool:
    """Whether this VAE runs in float16 and says of itself that it overflows there."""
    import torch

    return bool(vae.dtype == torch.float16 and vae.config.force_upcast)


def decode_with(pipeline: Any, latents: Any, *, upcast: bool) -> Any:
    """The VAE's picture (1, 3, h, w), about -1 to 1. `upcast`: in float32, the VAE being put back afterwards."""
    import torch

    vae = pipeline.vae
    before = vae.dtype
    try:
        if upcast:
            vae.to(dtype=torch.float32)
            latents = latents.to(torch.float32)
        return vae.decode(unscale(vae.config, latents.to(vae.dtype)), return_dict=False)[0]
    finally:
        if upcast:
            vae.to(dtype=before)


def unscale(config: Any, latents: Any) -> Any:
    """Undo the scaling under which the UNet works."""
    import torch

    mean, std = config.get("latents_mean"), config.get("latents_std")
    if mean is None or std is None:
        return latents / config.scaling_factor
    means = torch.tensor(mean).view(1, -1, 1, 1).to(latents.device, latents.dtype)
    stds = torch.tensor(std).view(1, -1, 1, 1).to(latents.device, latents.dtype)
    return latents * stds / config.scaling_factor + means


def is_broken(image: Any) -> bool:
    """NaN or infinity anywhere, or black everywhere."""
    import torch

    low, high = torch.aminmax(image.float())  # NaN anywhere is NaN in both
    if not (torch.isfinite(low) and torch.isfinite(high)):
        return True
    return bool((high / 2 + 0.5) <= DARKEST)
