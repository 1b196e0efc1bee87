"""TAESD: a decoder with a fortieth of the VAE's numbers (O. B. Bohan, 2023), for previews, and for pictures in a hurry.

It never reads a photo: it makes them too dark (diffusers#4676).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from stylize.errors import WeightsDamaged
from stylize.weights import WeightSet
from stylize.weights.header import read_header
from stylize.weights.parts import parts_beside

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded

NET = "diffusion_pytorch_model.safetensors"
PLACES = {"sd15": "preview/taesd", "sdxl": "preview/taesdxl"}
"""Where the catalog puts it; beside the model, or in its folder."""


def find_preview(weights: WeightSet) -> Path | None:
    """The folder of the one that was installed for this family, or laid beside the model by hand."""
    name = PLACES.get(weights.family.value, "")
    by_hand = [root / name for root in (weights.path, weights.path.parent) if name]
    for place in (*parts_beside(weights).get("preview_vae", ()), *by_hand):
        if (place / NET).is_file() and (place / "config.json").is_file():
            return place
    return None


def preview_files(weights: WeightSet) -> tuple[Path, ...]:
    """What is read of it; () if there is none."""
    place = find_preview(weights)
    return () if place is None else (place / NET,)


def tiny_decoder(loaded: Loaded) -> Any:
    """The net, loaded once, where the model is and in its numbers; None if there is none. Raises WeightsDamaged."""
    if loaded.tiny is None:
        place = find_preview(loaded.weights)
        loaded.tiny = False if place is None else load_tiny(place, loaded)
    return loaded.tiny or None


def load_tiny(place: Path, loaded: Loaded) -> Any:
    import diffusers

    from stylize.engines.diffusion.device import torch_dtype

    read_header(place / NET)
    try:
        net = diffusers.AutoencoderTiny.from_pretrained(
            str(place),
            local_files_only=True,
            use_safetensors=True,
            torch_dtype=torch_dtype(loaded.placement.dtype),
        )
    except (OSError, ValueError, RuntimeError, KeyError):
        raise WeightsDamaged(what="the tiny decoder lacks tensors, or has others") from None
    return net.eval().to(loaded.placement.device)


def decode_tiny(net: Any, latents: Any) -> Any:
    """The picture (n, 3, h, w), about -1 to 1, of latents as the UNet works on them."""
    import torch

    with torch.no_grad():
        return net.decode(latents.to(net.dtype), return_dict=False)[0]
