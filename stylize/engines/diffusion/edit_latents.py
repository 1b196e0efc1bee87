"""Latents of the edit models as their transformers pack them, as their VAEs take them, and as pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from stylize.engines.diffusion.decode import is_broken
from stylize.errors import BlackPicture
from stylize.models import Pixels


def unpack(pipeline: Any, packed: Any, size: tuple[int, int]) -> Any:
    """(1, tokens, channels) in the transformer's order and scale → what the VAE takes: (1, c, h/8, w/8), for Qwen's
    (1, c, 1, h/8, w/8). `size`: (width, height) of the picture. In the steps and numbers of the pipelines themselves.
    """
    width, height = (side // 16 for side in size)
    rows = packed.view(packed.shape[0], height, width, -1)
    if hasattr(pipeline.vae, "bn"):
        return _flat(pipeline.vae, rows.permute(0, 3, 1, 2))
    return _deep(pipeline.vae, rows)


def _flat(vae: Any, latents: Any) -> Any:
    """FLUX.2: scaled while 2×2 latents are one token."""
    import torch

    mean = vae.bn.running_mean.view(1, -1, 1, 1).to(latents.device, latents.dtype)
    deviation = torch.sqrt(vae.bn.running_var.view(1, -1, 1, 1) + vae.config.batch_norm_eps)
    latents = latents * deviation.to(latents.device, latents.dtype) + mean
    batch, channels, height, width = latents.shape
    latents = latents.reshape(batch, channels // 4, 2, 2, height, width).permute(0, 1, 4, 2, 5, 3)
    return latents.reshape(batch, channels // 4, height * 2, width * 2)


def _deep(vae: Any, rows: Any) -> Any:
    """Qwen-Image: the VAE is one of films, and a picture a film of one frame."""
    import torch

    batch, height, width, channels = rows.shape
    latents = rows.view(batch, height, width, channels // 4, 2, 2).permute(0, 3, 1, 4, 2, 5)
    latents = latents.reshape(batch, channels // 4, 1, height * 2, width * 2).to(vae.dtype)
    shape = (1, vae.config.z_dim, 1, 1, 1)
    mean = torch.tensor(vae.config.latents_mean).view(shape).to(latents.device, latents.dtype)
    inverse = 1.0 / torch.tensor(vae.config.latents_std).view(shape).to(latents.device, latents.dtype)
    return latents / inverse + mean


def decode_edited(pipeline: Any, latents: Any) -> Pixels:
    """(h, w, 3) uint8. A decode with NaN, infinity or nothing but black is done again in float32.

    Raises BlackPicture if the latents are broken already, or the second decode is.
    """
    import torch

    vae, precision = pipeline.vae, str(latents.dtype).removeprefix("torch.")
    if not torch.isfinite(latents).all():
        raise BlackPicture(doing="denoising", precision=precision)
    with torch.no_grad():
        image = _decode(vae, latents)
        if is_broken(image) and vae.dtype != torch.float32:
            before = vae.dtype
            try:
                image = _decode(vae.to(dtype=torch.float32), latents.to(torch.float32))
            finally:
                vae.to(dtype=before)
    if is_broken(image):
        raise BlackPicture(doing="decoding", precision="float32")
    unit = pipeline.image_processor.postprocess(image, output_type="np")[0]
    pixels: Pixels = (unit * 255).round().astype(np.uint8)
    return pixels


def _decode(vae: Any, latents: Any) -> Any:
    image = vae.decode(latents, return_dict=False)[0]
    return image[:, :, 0] if image.ndim == 5 else image
