"""How the memory would be used, or is, told for people: which mode, from what, and why in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stylize.capabilities import MemoryPlan
from stylize.engines.diffusion import room
from stylize.engines.diffusion.beside import always_beside
from stylize.engines.diffusion.device import Placement, choose_placement
from stylize.engines.diffusion.families import families
from stylize.engines.diffusion.memory import choose_mode
from stylize.engines.diffusion.planner import Chosen, MemoryMode, ways

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.weights import WeightSet

SENTENCES = {
    MemoryMode.FULL: "The whole model lies in memory.",
    MemoryMode.TILED: "The whole model lies in memory, and pictures are decoded in tiles.",
    MemoryMode.OFFLOAD: "The parts of the model take turns on the card, a little slower.",
    MemoryMode.GROUP: "The layers of the model are fetched to the card while others work, slower.",
    MemoryMode.SEQUENTIAL: "The layers of the model come to the card one by one, a lot slower.",
    MemoryMode.HALF: "The model rests in 16 bits and works in 32, a little slower.",
    MemoryMode.EIGHT: "The model rests in 8 bits, so pictures differ a little from those of the whole model.",
    MemoryMode.EIGHT_OFFLOAD: "The model rests in 8 bits and its parts take turns on the card: slower, and pictures differ a little.",
}
"""ui/locale says the same in the languages of the page, under `memory.`."""


def foresee(
    weights: WeightSet, *, device: str | None = None, dtype: str | None = None, wish: str | None = None
) -> MemoryPlan:
    """What loading these weights now would decide. Loads torch, and opens the driver of the card, but no weights."""
    placement, chosen = decide(weights, device=device, dtype=dtype, wish=wish)
    return tell_memory(chosen, placement.device)


def decide(
    weights: WeightSet, *, device: str | None = None, dtype: str | None = None, wish: str | None = None
) -> tuple[Placement, Chosen]:
    """Where these weights would go, and how, with what is free now. Raises UnknownChoice."""
    facts = families()[weights.family]
    placement = choose_placement(device, dtype, half_dtype=facts.half_dtype)
    free, beside = room.look_around(placement.device), always_beside(weights, placement)
    return placement, choose_mode(placement, facts, dict(weights.parameters), free, wish=wish, beside=beside)


def memory_of(loaded: Loaded) -> MemoryPlan | None:
    """Of a model that is there."""
    if loaded.chosen is None:
        return None
    return tell_memory(loaded.chosen, loaded.placement.device, loaded.mode)


def tell_memory(chosen: Chosen, device: str, now: MemoryMode | None = None) -> MemoryPlan:
    """`chosen` in plain numbers. `now`: the mode that it has come down to since."""
    mode, first = now or chosen.mode, next(iter(chosen.needs))
    apart = device != "cpu"
    need, whole = (chosen.needs[one].device if apart else chosen.needs[one].ram for one in (mode, first))
    free = chosen.room.device if apart else chosen.room.ram
    why = SENTENCES[mode]
    if mode is not first and free is not None and not chosen.wished:
        short = f"{free / 1e9:.1f} GB were free" if free < whole else "memory ran short, on the card or beside it"
        why = f"{why} The fastest way takes {whole / 1e9:.1f} GB; {short}."
    if not chosen.fits:
        why = f"{why} Even that may be too much; close other programs or choose a smaller picture."
    return MemoryPlan(
        mode=mode.value,
        device=device,
        needed_bytes=need,
        free_bytes=free,
        whole_bytes=whole,
        exact=ways()[mode].exact,
        why=why,
    )
