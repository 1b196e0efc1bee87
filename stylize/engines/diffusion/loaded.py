"""A model in memory, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stylize.engines.diffusion.recall import Recalls
from stylize.engines.diffusion.runner import Runner

if TYPE_CHECKING:
    from stylize.engines.diffusion.controlnet import Held
    from stylize.engines.diffusion.device import Placement
    from stylize.engines.diffusion.families import FamilyFacts
    from stylize.engines.diffusion.guides import Worn
    from stylize.engines.diffusion.memory import MemoryMode
    from stylize.engines.diffusion.planner import Chosen
    from stylize.weights import WeightSet


@dataclass(kw_only=True, slots=True)
class Loaded:
    """`worn`: the digests of the LoRAs in it now; `mode` may go down. `recalls`: what it knows of the last pictures.
    `adapter`, `control`: the IP-Adapter that is on it, the ControlNet that is held beside it. `tiny`: the small decoder;
    None: not looked for yet, False: there is none. `chosen`: how its memory mode was decided when it was loaded.
    `runner`: who runs its UNet. `ran_out`: over how few pixels a mode has run out of memory; `calm`: for how many pictures in
    a row a faster mode would have been enough.
    """

    pipeline: Any
    weights: WeightSet
    digest: str
    facts: FamilyFacts
    placement: Placement
    mode: MemoryMode
    model_scheduler_config: Any
    worn: tuple[str, ...] = ()
    recalls: Recalls = field(default_factory=Recalls, repr=False)
    adapter: Worn | None = None
    control: Held | None = None
    tiny: Any = None
    chosen: Chosen | None = None
    runner: Runner = field(default_factory=Runner)
    ran_out: dict[MemoryMode, int] = field(default_factory=dict)
    calm: int = 0
