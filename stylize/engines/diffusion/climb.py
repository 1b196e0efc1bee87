"""Back up to a faster memory mode, when later pictures are smaller or memory has become free.

Not at once: a large picture after each small one would move the nets to and fro. The second picture in a row for which a
faster mode fits, with room to spare, has it; and a mode that ran out of memory is not tried again for a picture nearly
as large. What was stored in fewer bits stays so until the model is loaded again: bits that are gone do not come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stylize.engines.diffusion import memory
from stylize.engines.diffusion.planner import Need, fits, ways

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.engines.diffusion.planner import MemoryMode
    from stylize.engines.diffusion.room import Room

SPARE = 1.1
"""A faster mode must fit so many times over."""

PICTURES = 2
"""In a row, the last of which climbs."""

SMALLER = 0.8
"""Of the picture over which a mode ran out of memory: so small one must be for it to be tried again."""


def note_failure(loaded: Loaded, pixels: int) -> None:
    """Its mode has run out of memory over so many `pixels`."""
    loaded.ran_out[loaded.mode] = min(pixels, loaded.ran_out.get(loaded.mode, pixels))
    loaded.calm = 0


def climb_to(loaded: Loaded, room: Room, pixels: int) -> MemoryMode:
    """The mode for the next picture of so many `pixels`: that of `loaded`, or now a faster one, never one above that which
    was chosen when it was loaded.
    """
    better = faster(loaded, room, pixels)
    loaded.calm = loaded.calm + 1 if better is not None else 0
    if better is None or loaded.calm < PICTURES:
        return loaded.mode
    loaded.calm = 0
    return better


def faster(loaded: Loaded, room: Room, pixels: int) -> MemoryMode | None:
    """The fastest mode above that of `loaded` that fits with room to spare; None: there is none."""
    if loaded.chosen is None or ways()[loaded.mode].stores != "own":
        return None
    modes = memory.modes_for(loaded.placement.device)
    above = modes[modes.index(loaded.chosen.mode) : modes.index(loaded.mode)]
    able = [mode for mode in above if pixels <= SMALLER * loaded.ran_out.get(mode, float("inf"))]
    if not able:
        return None
    weighed = memory.weigh_again(loaded, room, pixels, among=able)
    return next((mode for mode in able if fits(spared(weighed.needs[mode]), weighed.room)), None)


def spared(need: Need) -> Need:
    return Need(device=int(need.device * SPARE), ram=int(need.ram * SPARE))
