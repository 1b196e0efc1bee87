"""How much of the model lies on the device at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from stylize.engines.diffusion.device import ITEM_BYTES, Placement
from stylize.engines.diffusion.families import FamilyFacts
from stylize.errors import UnknownChoice

MARGIN_BYTES = 512 << 20

TILE_PX = 512
"""Side of a VAE tile; SDXL's own would be as large as its pictures."""


class MemoryMode(StrEnum):
    """From fast to frugal. The pixels of `full` are those of plain diffusers; tiles may differ in the last digits."""

    FULL = "full"
    TILED = "tiled"
    OFFLOAD = "offload"
    SEQUENTIAL = "sequential"


def modes_for(device: str) -> tuple[MemoryMode, ...]:
    """Offloading needs a device with memory of its own."""
    return tuple(MemoryMode) if device in ("cuda", "xpu") else (MemoryMode.FULL, MemoryMode.TILED)


def choose_mode(
    placement: Placement,
    facts: FamilyFacts,
    parameters: Mapping[str, int],
    free: int | None,
    *,
    wish: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> MemoryMode:
    """`wish`, else STYLIZE_MEMORY, else the fastest mode that fits into `free` bytes at the family's own picture size.

    Raises UnknownChoice for a mode that this device does not have.
    """
    modes = modes_for(placement.device)
    wish = wish or environment.get("STYLIZE_MEMORY")
    if wish:
        if wish not in modes:
            raise UnknownChoice(kind="memory mode", choices=", ".join(modes))
        return MemoryMode(wish)
    if free is None:
        return MemoryMode.FULL
    needs = needed_bytes(placement, facts, parameters)
    return next((mode for mode in modes if needs[mode] <= free), modes[-1])


def needed_bytes(placement: Placement, facts: FamilyFacts, parameters: Mapping[str, int]) -> dict[MemoryMode, int]:
    """Rough need of each mode on the device, in bytes, at the family's own picture size."""
    item = ITEM_BYTES[placement.dtype]
    everything, largest = sum(parameters.values()) * item, max(parameters.values(), default=0) * item
    whole = facts.activation_bytes * facts.native_pixels + MARGIN_BYTES
    tiled = facts.tiled_activation_bytes * facts.native_pixels + MARGIN_BYTES
    return {
        MemoryMode.FULL: everything + whole,
        MemoryMode.TILED: everything + tiled,
        MemoryMode.OFFLOAD: largest + tiled,
        MemoryMode.SEQUENTIAL: tiled,
    }


def next_down(mode: MemoryMode, device: str) -> MemoryMode | None:
    """The next more frugal mode, None if there is none."""
    modes = modes_for(device)
    place = modes.index(mode) + 1
    return modes[place] if place < len(modes) else None


def arrange(pipeline: Any, mode: MemoryMode, device: str) -> None:
    """Put the pipeline's parts where `mode` wants them. May be called again to go down a mode."""
    if mode is not MemoryMode.FULL:
        tile_vae(pipeline.vae)
    if mode in (MemoryMode.FULL, MemoryMode.TILED):
        pipeline.to(device)
        return
    pipeline.remove_all_hooks()
    pipeline.to("cpu")
    if mode is MemoryMode.OFFLOAD:
        pipeline.enable_model_cpu_offload(device=device)
    else:
        # The VAE stays whole: it is small, and its precision may have to be changed on the way.
        pipeline._exclude_from_cpu_offload = ["vae"]  # noqa: SLF001 - the switch that diffusers itself declares
        pipeline.enable_sequential_cpu_offload(device=device)


@contextmanager
def at_rest(pipeline: Any, mode: MemoryMode, device: str) -> Iterator[None]:
    """The whole pipeline on the CPU and free of hooks if `mode` moves its parts about; arranged again afterwards. For
    changing the nets themselves.
    """
    if mode in (MemoryMode.FULL, MemoryMode.TILED):
        yield
        return
    pipeline.remove_all_hooks()
    try:
        yield
    finally:
        arrange(pipeline, mode, device)


def tile_vae(vae: Any) -> None:
    """Encode and decode in overlapping tiles of at most TILE_PX."""
    side = min(vae.tile_sample_min_size, TILE_PX)
    vae.tile_latent_min_size = vae.tile_latent_min_size * side // vae.tile_sample_min_size
    vae.tile_sample_min_size = side
    vae.enable_slicing()
    vae.enable_tiling()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` is a device, or the allocator of the CPU, having no more to give."""
    if isinstance(error, MemoryError):
        return True
    if not isinstance(error, RuntimeError):
        return False
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or "out of memory" in text or "can't allocate memory" in text
