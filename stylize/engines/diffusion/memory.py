"""A pipeline put where a memory mode wants it, and taken away again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from stylize.engines.diffusion.device import Placement, torch_dtype
from stylize.engines.diffusion.families import FamilyFacts
from stylize.engines.diffusion.planner import Chosen, MemoryMode, Way, choose, held, modes_for, needed, ways
from stylize.engines.diffusion.room import Room
from stylize.errors import UnknownChoice

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded

__all__ = [
    "MemoryMode",
    "arrange",
    "at_rest",
    "choose_mode",
    "is_out_of_memory",
    "modes_for",
    "next_down",
    "receiver",
    "stays",
    "store",
    "tile_vae",
    "widened",
]

TILE_PX = 512
"""Side of a VAE tile; SDXL's own would be as large as its pictures."""

STREAMING = ("cuda", "xpu")
"""Where layers can be fetched while others work."""

WORKED_WITH = ("norm", "patch_embed", "lm_head", "lora_")
"""Layers of text encoders that are not stored in fewer bits: norms, what tells the others their numbers, what shares
its weights with the word list, and LoRAs.
"""

GROUP_HOOKS = ("group_offloading", "layer_execution_tracker", "lazy_prefetch_group_offloading")


def choose_mode(
    placement: Placement,
    facts: FamilyFacts,
    parameters: Mapping[str, int],
    room: Room,
    *,
    wish: str | None = None,
    beside: int = 0,
    environment: Mapping[str, str] = os.environ,
) -> Chosen:
    """`wish`, else STYLIZE_MEMORY, else the fastest mode that fits into `room` at the family's own picture size, with so
    many bytes `beside` the model.

    Raises UnknownChoice for a mode that this device does not have.
    """
    modes = modes_for(placement.device)
    needs = {mode: needed(mode, placement, facts, parameters, beside=beside) for mode in modes}
    wish = wish or environment.get("STYLIZE_MEMORY")
    if not wish:
        return choose(needs, room)
    if wish not in modes:
        raise UnknownChoice(kind="memory mode", choices=", ".join(modes))
    return Chosen(mode=MemoryMode(wish), room=room, needs=needs, wished=True)


def choose_again(loaded: Loaded, room: Room, pixels: int, *, beside: int = 0) -> MemoryMode:
    """The mode for a picture, or several at once, of so many `pixels` in all: that of `loaded`, or the first below it
    that fits. Where none does, as it is: the need is told on the safe side, and it may do all the same. `beside`: bytes
    that will come to the model.
    """
    chosen = weigh_again(loaded, room, pixels, beside=beside)
    return chosen.mode if chosen.fits else loaded.mode


def stays(loaded: Loaded, room: Room, pixels: int) -> bool:
    """Whether so many `pixels` fit into the mode of `loaded` as it is."""
    chosen = weigh_again(loaded, room, pixels)
    return chosen.fits and chosen.mode is loaded.mode


def weigh_again(
    loaded: Loaded, room: Room, pixels: int, *, beside: int = 0, among: Sequence[MemoryMode] | None = None
) -> Chosen:
    """`among` some modes; None: that of `loaded` and those below it. `room`: what is free beside what it holds."""
    modes = modes_for(loaded.placement.device)
    among = modes[modes.index(loaded.mode) :] if among is None else among
    parameters = dict(loaded.weights.parameters)
    have = held(loaded.mode, loaded.placement, parameters)
    own = Room(
        device=None if room.device is None else room.device + have,
        ram=None if room.ram is None else room.ram + (have if loaded.placement.device == "cpu" else 0),
    )
    weigh = partial(needed, pixels=pixels, loading=False, beside=beside)
    return choose({mode: weigh(mode, loaded.placement, loaded.facts, parameters) for mode in among}, own)


def next_down(mode: MemoryMode, device: str) -> MemoryMode | None:
    """The next more frugal mode, None if there is none."""
    modes = modes_for(device)
    place = modes.index(mode) + 1
    return modes[place] if place < len(modes) else None


# ---------------------------------------------------------------- arranging


def receiver(mode: MemoryMode, placement: Placement, half_dtype: str) -> Callable[[str, Any], None]:
    """What is to be done with each part as soon as it is read, before the next one is: so that no more than one lies in
    the machine's memory in full where the mode does not want it there.
    """
    way = ways()[mode]

    def receive(part: str, net: Any) -> None:
        if part != "vae":
            store(net, way, placement, half_dtype)
        if not way.moves:
            net.to(placement.device)

    return receive


def arrange(pipeline: Any, mode: MemoryMode, placement: Placement, *, half_dtype: str = "float16") -> None:
    """Put the pipeline's parts where `mode` wants them. May be called again, to go down a mode, or up one; what was stored
    in fewer bits stays so.
    """
    way, device = ways()[mode], placement.device
    tile_vae(pipeline.vae) if way.tiles else untile_vae(pipeline.vae)
    disband(pipeline)  # first: hooks of layers that go would take those of `store` with them
    for name, net in nets_of(pipeline).items():
        if name != "vae":
            store(net, way, placement, half_dtype)
    if way.holds == "all":
        pipeline.to(device)
        return
    pipeline.to("cpu")
    # The VAE stays whole: it is small, and its precision may have to be changed on the way.
    if way.holds == "net":
        pipeline.enable_model_cpu_offload(device=device)
    elif way.holds == "stream":
        stream = device in STREAMING
        pipeline.enable_group_offload(device, offload_type="leaf_level", use_stream=stream, exclude_modules=["vae"])
    else:
        pipeline._exclude_from_cpu_offload = ["vae"]  # noqa: SLF001 - the switch that diffusers itself declares
        pipeline.enable_sequential_cpu_offload(device=device)


def store(net: Any, way: Way, placement: Placement, half_dtype: str) -> None:
    """Keep the weights of `net` in fewer bits while they rest; each layer is widened for its own work. Norms and word
    lists stay as they are. Does nothing if it was done before.
    """
    dtype = {"own": placement.dtype, "half": half_dtype, "float8": "float8_e4m3fn"}[way.stores]
    if dtype == placement.dtype or torch_dtype(placement.dtype).itemsize <= torch_dtype(dtype).itemsize:
        return
    from diffusers.hooks import apply_layerwise_casting

    if is_stored(net):
        cast_further(net, torch_dtype(dtype))
    elif hasattr(net, "enable_layerwise_casting"):
        net.enable_layerwise_casting(storage_dtype=torch_dtype(dtype), compute_dtype=torch_dtype(placement.dtype))
    else:
        from torch.nn import Embedding

        numbers = torch_dtype(dtype), torch_dtype(placement.dtype)
        apply_layerwise_casting(net, *numbers, skip_modules_pattern=WORKED_WITH, skip_modules_classes=(Embedding,))


def is_stored(net: Any) -> bool:
    """Whether `store` has been at it."""
    return any(storing(part) is not None for part in net.modules())


def cast_further(net: Any, dtype: Any) -> None:
    """Its layers rest in `dtype` from now on."""
    for part in net.modules():
        if (hook := storing(part)) is not None and hook.storage_dtype.itemsize > dtype.itemsize:
            hook.storage_dtype = dtype
            part.to(dtype=dtype)


def storing(part: Any) -> Any:
    """Its hook that keeps it in fewer bits, or None."""
    registry = getattr(part, "_diffusers_hook", None)
    return registry.get_hook("layerwise_casting") if registry is not None else None


@contextmanager
def widened(pipeline: Any, placement: Placement) -> Iterator[None]:
    """Within, the layers that a LoRA is on rest in the numbers they are worked with: a LoRA that is put on takes over the
    numbers of the layer below it, and eight bits would leave nothing of it.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer

    parts = (part for net in nets_of(pipeline).values() for part in net.modules())
    layers = [part.get_base_layer() for part in parts if isinstance(part, BaseTunerLayer)]
    narrow = [layer for layer in layers if storing(layer) is not None]
    for layer in narrow:
        layer.to(dtype=torch_dtype(placement.dtype))
    try:
        yield
    finally:
        for layer in narrow:
            layer.to(dtype=storing(layer).storage_dtype)


def disband(pipeline: Any) -> None:
    """Free of everything that moves its parts about."""
    pipeline.remove_all_hooks()
    for net in nets_of(pipeline).values():
        registry = getattr(net, "_diffusers_hook", None)
        for hook in GROUP_HOOKS if is_grouped(net) else ():
            if registry is None:
                from diffusers.hooks import HookRegistry

                registry = HookRegistry.check_if_exists_or_initialize(net)
            registry.remove_hook(hook, recurse=True)


def is_grouped(net: Any) -> bool:
    registries = (getattr(part, "_diffusers_hook", None) for part in net.modules())
    return any(registry is not None and registry.get_hook(GROUP_HOOKS[0]) is not None for registry in registries)


def nets_of(pipeline: Any) -> dict[str, Any]:
    import torch

    return {name: part for name, part in pipeline.components.items() if isinstance(part, torch.nn.Module)}


@contextmanager
def at_rest(pipeline: Any, mode: MemoryMode, placement: Placement) -> Iterator[None]:
    """The whole pipeline on the CPU and free of hooks if `mode` moves its parts about; arranged again afterwards. For
    changing the nets themselves.
    """
    if not ways()[mode].moves:
        yield
        return
    disband(pipeline)
    pipeline.to("cpu")
    try:
        yield
    finally:
        arrange(pipeline, mode, placement)


def tile_vae(vae: Any) -> None:
    """Encode and decode in overlapping tiles of at most TILE_PX."""
    if hasattr(vae, "tile_sample_min_size"):
        side = min(vae.tile_sample_min_size, TILE_PX)
        vae.tile_latent_min_size = vae.tile_latent_min_size * side // vae.tile_sample_min_size
        vae.tile_sample_min_size = side
    vae.enable_slicing()
    vae.enable_tiling()


def untile_vae(vae: Any) -> None:
    """Encode and decode whole pictures."""
    if getattr(vae, "use_tiling", False) or getattr(vae, "use_slicing", False):
        vae.disable_slicing()
        vae.disable_tiling()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether `error` is a device, or the allocator of the CPU, having no more to give."""
    if isinstance(error, MemoryError):
        return True
    if not isinstance(error, RuntimeError):
        return False
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or "out of memory" in text or "can't allocate memory" in text
