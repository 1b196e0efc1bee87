"""Which way to make do with memory: decided before it runs out, by arithmetic alone.

What a way needs follows from the numbers of parameters, the family's declared working memory (families.toml) and what
the way holds at once (memory.toml). The needs are rough and on the safe side; running out all the same is answered in
`studio` by the next way down.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from importlib import resources
from typing import Any

from stylize.engines.diffusion.device import ITEM_BYTES, Placement
from stylize.engines.diffusion.families import FamilyFacts
from stylize.engines.diffusion.room import Room
from stylize.errors import DeclarationError

MARGIN_BYTES = 512 << 20
"""Of the libraries themselves, and for what else the machine does meanwhile."""

LAYERS = {"stream": 0.12, "layer": 0.06}
"""The largest layers of a net, two or one of them, as a share of it: the word list of a large text encoder is a tenth."""

STORED_BYTES = {"half": 2, "float8": 1}


class MemoryMode(StrEnum):
    """The tables of memory.toml, in its order: from fast to frugal."""

    FULL = "full"
    TILED = "tiled"
    OFFLOAD = "offload"
    GROUP = "group"
    SEQUENTIAL = "sequential"
    HALF = "half"
    EIGHT = "eight"
    EIGHT_OFFLOAD = "eight-offload"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A table of memory.toml; see the comments there."""

    devices: tuple[str, ...]
    holds: str
    tiles: bool
    stores: str
    exact: bool

    @property
    def moves(self) -> bool:
        """Whether nets, or layers, come and go."""
        return self.holds != "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """Bytes. `device`: on a device with memory of its own, else 0. `ram`: in the machine, at the height of loading or of
    painting, whichever is more.
    """

    device: int
    ram: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What was decided, and from what. `fits` False: nothing does, so the most frugal one is tried all the same.
    `wished`: the user said so, and nothing was weighed.
    """

    mode: MemoryMode
    room: Room
    needs: Mapping[MemoryMode, Need]
    fits: bool = True
    wished: bool = False


def parse_ways(text: str) -> dict[MemoryMode, Way]:
    """Raises DeclarationError on an unknown or missing key or mode."""
    known, table = {field.name for field in fields(Way)}, tomllib.loads(text)
    if list(table) != [mode.value for mode in MemoryMode]:
        raise DeclarationError(name="memory.toml", why="its tables must be the modes, from fast to frugal")
    ways: dict[MemoryMode, Way] = {}
    for name, row in table.items():
        if off := known ^ set(row):
            raise DeclarationError(name=f"memory.toml [{name}]", why=f"missing or unknown: {', '.join(sorted(off))}")
        if row["holds"] not in ("all", "net", *LAYERS) or row["stores"] not in ("own", *STORED_BYTES):
            raise DeclarationError(name=f"memory.toml [{name}]", why="there is no such holds or stores")
        values: dict[str, Any] = row | {"devices": tuple(row["devices"])}
        ways[MemoryMode(name)] = Way(**values)
    return ways


@functools.cache
def ways() -> Mapping[MemoryMode, Way]:
    return parse_ways(resources.files(__package__).joinpath("memory.toml").read_text(encoding="utf-8"))


def modes_for(device: str) -> tuple[MemoryMode, ...]:
    """What there is for this device, from fast to frugal."""
    return tuple(mode for mode, way in ways().items() if device in way.devices)


def held(mode: MemoryMode, placement: Placement, parameters: Mapping[str, int]) -> int:
    """Bytes of weights that lie at once where the work is done."""
    way, item = ways()[mode], ITEM_BYTES[placement.dtype]
    nets = [count for part, count in parameters.items() if part != "vae"]
    vae, largest = parameters.get("vae", 0) * item, max(nets, default=0) * stored(way, item)
    if way.holds == "all":
        return sum(nets) * stored(way, item) + vae
    return max(largest, vae) if way.holds == "net" else vae + int(largest * LAYERS[way.holds])


def stored(way: Way, item: int) -> int:
    """Bytes of one number at rest, of `item` at work."""
    return min(STORED_BYTES.get(way.stores, item), item)


def needed(
    mode: MemoryMode,
    placement: Placement,
    facts: FamilyFacts,
    parameters: Mapping[str, int],
    *,
    pixels: int | None = None,
    loading: bool = True,
    beside: int = 0,
) -> Need:
    """Of one mode, for a picture, or several at once, of so many `pixels` in all (None: the family's own size).
    `loading` False: the model is there already. `beside`: bytes of nets and layers that come to it.
    """
    way, item = ways()[mode], ITEM_BYTES[placement.dtype]
    per_pixel = facts.tiled_activation_bytes if way.tiles else facts.activation_bytes
    at_work = held(mode, placement, parameters) + beside
    at_work += per_pixel * (facts.native_pixels if pixels is None else pixels)
    everything = held(MemoryMode.EIGHT if way.stores == "float8" else MemoryMode.FULL, placement, parameters) + beside
    # A net is read whole, in the numbers it is worked with, before it is stored or moved away.
    largest = max((count for part, count in parameters.items() if part != "vae"), default=0)
    if placement.device == "cpu":
        others = held(mode, placement, parameters) - largest * stored(way, item)
        arriving = others + largest * item if loading else 0
        return Need(device=0, ram=max(at_work, arriving) + MARGIN_BYTES)
    if way.moves:
        ram = everything + (largest * (item - stored(way, item)) if loading else 0)
    else:
        ram = largest * item if loading else 0
    return Need(device=at_work + MARGIN_BYTES, ram=ram + MARGIN_BYTES)


def needed_beside(
    mode: MemoryMode, placement: Placement, facts: FamilyFacts, parameters: Mapping[str, int], *, pixels: int
) -> int:
    """Bytes that must be free for the UNet's weights to lie there a second time, beside a model that is loaded and the
    painting of so many `pixels`.
    """
    painting = needed(mode, placement, facts, parameters, pixels=pixels, loading=False).ram
    return painting - held(mode, placement, parameters) + parameters.get("unet", 0) * ITEM_BYTES[placement.dtype]


def fits(need: Need, room: Room) -> bool:
    """What nobody can tell is taken to be enough."""
    on_device = room.device is None or need.device <= room.device
    return on_device and (room.ram is None or need.ram <= room.ram)


def choose(needs: Mapping[MemoryMode, Need], room: Room, modes: Sequence[MemoryMode] | None = None) -> Chosen:
    """The first of `modes` (None: all of `needs`) that fits, else the last."""
    order = tuple(needs) if modes is None else tuple(modes)
    for mode in order:
        if fits(needs[mode], room):
            return Chosen(mode=mode, room=room, needs=needs)
    return Chosen(mode=order[-1], room=room, needs=needs, fits=False)
