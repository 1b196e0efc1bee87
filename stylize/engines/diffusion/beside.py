"""How much room that takes which a plan puts beside the model: LoRAs, an IP-Adapter, a ControlNet, the tiny decoder.

Told by the heads of their files: so many numbers, each as wide as those the model works with.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from stylize.engines.diffusion.adapters import find_loras
from stylize.engines.diffusion.device import ITEM_BYTES, Placement
from stylize.engines.diffusion.guides import guide_files
from stylize.engines.diffusion.tiny_decoder import preview_files
from stylize.errors import WeightsError
from stylize.weights import WeightSet, digest_file
from stylize.weights.guides import find_guides, read_of
from stylize.weights.header import read_header

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.models import Denoise


def bytes_of(files: Iterable[Path], placement: Placement) -> int:
    """Of the numbers in `files` once they are loaded. Raises WeightsDamaged, WeightsUnsafe."""
    counts = (tensor.count for file in files for tensor in read_header(file).values())
    return sum(counts) * ITEM_BYTES[placement.dtype]


def always_beside(weights: WeightSet, placement: Placement) -> int:
    """What every picture has beside the model: the tiny decoder, which draws the sketches. A broken one draws none."""
    try:
        return bytes_of(preview_files(weights), placement)
    except WeightsError:
        return 0


def still_to_come(loaded: Loaded, denoise: Denoise) -> int:
    """Bytes that `denoise` puts beside the model and that do not lie there yet. The image encoder does not count: it goes
    before painting begins, and where it finds no room it works on the CPU. Raises LoraMissing, GuideMissing,
    WeightsDamaged, WeightsUnsafe.
    """
    files: list[Path] = []
    loras = find_loras(loaded.weights, denoise.loras)
    if tuple(digest_file(path) for path in loras) != loaded.worn:
        files += loras
    if denoise.ip_adapter_scale or denoise.control:
        found = find_guides(loaded.weights)
        guide_files(found, denoise.guides)
        if denoise.ip_adapter_scale and found.ip_adapter and is_new(found.ip_adapter, loaded.adapter):
            files.append(found.ip_adapter)
        if denoise.control and is_new(net := read_of(found, f"controlnet:{denoise.control.kind}")[0], loaded.control):
            files.append(net)
    tiny = always_beside(loaded.weights, loaded.placement) if loaded.tiny is None else 0
    return bytes_of(files, loaded.placement) + tiny


def is_new(file: Path, there: object) -> bool:
    """Whether `there`, which knows the digest of its file, is another one, or nothing."""
    return there is None or getattr(there, "digest", "") != digest_file(file)
