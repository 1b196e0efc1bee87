"""A sketch of the picture while it is made: by the tiny decoder if there is one, on a CPU in half the size; else by a
linear map from latents to colours, an eighth of the size, well under a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from stylize.engines.diffusion.families import FamilyFacts
from stylize.engines.diffusion.tiny_decoder import decode_tiny, tiny_decoder
from stylize.errors import WeightsError
from stylize.models import Pixels

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded


def sketcher(loaded: Loaded) -> Callable[[Any], Pixels]:
    """What makes a sketch (h, w, 3) uint8 of the first of some latents (n, c, h/8, w/8)."""
    try:
        net = tiny_decoder(loaded)
    except WeightsError:
        net = None  # a sketch is not worth a failure; whoever wants the picture itself decoded by it is told
    if net is None:
        return lambda latents: sketch(latents, loaded.facts)
    small = loaded.placement.device == "cpu"
    return lambda latents: decoded_sketch(net, latents, small=small)


def decoded_sketch(net: Any, latents: Any, *, small: bool) -> Pixels:
    """By the tiny decoder, in full size or, `small`, in half."""
    import torch

    first = latents[:1]
    if small:
        first = torch.nn.functional.avg_pool2d(first, 2, ceil_mode=True)
    image = decode_tiny(net, first)[0].float().nan_to_num(0.0, 1.0, -1.0)
    unit = (image / 2 + 0.5).clamp(0, 1).mul(255).round().to(torch.uint8)
    pixels: Pixels = unit.permute(1, 2, 0).cpu().numpy()
    return pixels


def sketch(latents: Any, facts: FamilyFacts) -> Pixels:
    """(h/8, w/8, 3) uint8 from the first of `latents` (n, 4, h/8, w/8); where the numbers are broken, black."""
    values = latents[0].detach().float().cpu().numpy()
    factors = np.asarray(facts.preview, np.float32)
    offset = np.asarray(facts.preview_offset, np.float32)
    colours = np.einsum("chw,cr->hwr", values, factors) + offset
    finished: Pixels = np.nan_to_num(colours, nan=0.0, posinf=255.0, neginf=0.0).clip(0, 255).astype(np.uint8)
    return finished
