"""A word of the user's → the plan by which diffusion paints a toy of it: toys.toml. Pure."""

from __future__ import annotations

import functools
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from stylize.colour import from_hex
from stylize.geometry import Size
from stylize.models import Capabilities, Colour, Denoise, DenoiseOverride, Look, Plan
from stylize.styles.instruct import edit_defaults
from stylize.styles.modesty import modest
from stylize.styles.pace import set_pace
from stylize.styles.plan import choose_size, enough_steps
from stylize.styles.reader import Reader
from stylize.styles.style import FAMILIES, GUIDANCE_SCALE, NUM_INFERENCE_STEPS, STRENGTH, DenoiseTable

SIDE = (256, 2048)
_NUMBERS = {"strength": STRENGTH, "guidance_scale": GUIDANCE_SCALE, "num_inference_steps": NUM_INFERENCE_STEPS}
_TEXTS = ("prompt", "negative_prompt", "scheduler")
_EDIT = "edit"


@dataclass(frozen=True, kw_only=True, slots=True)
class ToyTables:
    """`ground`: the colour that a toy is painted on. `tables` and `sides` (pixels) by family of weights."""

    ground: Colour
    tables: Mapping[str, DenoiseTable]
    sides: Mapping[str, int]


def toy_plan(word: str, seed: int, look: Look, style: str, engine: Capabilities, asked: DenoiseOverride) -> Plan:
    """The plan for a toy of `word` (tidied). Of what was `asked` for the picture only pace and decoder count, where the
    weights have them. Raises OutOfRange for an engine that cannot paint squares of that size.
    """
    known = toy_tables()
    family = engine.family or FAMILIES[0]
    table, side = known.tables[family], known.sides[family]
    wished = DenoiseOverride(pace=asked.pace if engine.fast else None)
    pace = set_pace(wished, table, engine, table.strength)
    denoise = Denoise(
        prompt=table.prompt.replace("{word}", word),
        negative_prompt=modest(table.negative_prompt),
        strength=pace.strength,
        guidance_scale=pace.guidance_scale,
        num_inference_steps=enough_steps(pace.num_inference_steps, pace.strength),
        scheduler=pace.scheduler,
        loras=pace.loras,
        init_image="subject",
        decoder=(asked.decoder or "full") if engine.tiny_decoder else "full",
    )
    size = choose_size(Size(width=side, height=side), engine)
    return Plan(
        engine=engine.name,
        style=style,
        seed=seed,
        size=size,
        look=look,
        settings=(),
        denoise=denoise,
        weights_digest="",
    )


def toy_seed(seed: int, word: str, attempt: int) -> int:
    """The seed of the `attempt`-th try (from 0) at `word` in an order with that `seed`: the same wherever it lies."""
    told = hashlib.sha256(f"{seed}/{attempt}/{word.casefold()}".encode()).digest()
    return int.from_bytes(told[:4], "big")


@functools.cache
def toy_tables() -> ToyTables:
    """toys.toml. Raises DeclarationError."""
    return parse_toys(resources.files(__package__).joinpath("toys.toml").read_text(encoding="utf-8"))


def parse_toys(text: str) -> ToyTables:
    """Raises DeclarationError on anything unknown, missing, of a wrong type or out of range."""
    reader = Reader("toys.toml")
    declared = tomllib.loads(text)
    reader.only(declared, "", {"ground", *FAMILIES, _EDIT})
    ground = reader.table(declared, "ground")
    reader.only(ground, "ground.", {"colour", "name"})
    colour, name = (reader.text(ground, key, "ground.") for key in ("colour", "name"))
    from_hex(colour)
    tables: dict[str, DenoiseTable] = {}
    sides: dict[str, int] = {}
    for family in (*FAMILIES, _EDIT):
        row = reader.table(declared, family)
        edits = family == _EDIT
        reader.only(row, f"{family}.", {"size", "prompt"} if edits else {"size", *_NUMBERS, *_TEXTS})
        side = int(reader.number(row, "size", f"{family}.", SIDE))
        prompt = reader.text(row, "prompt", f"{family}.").replace("{ground}", name)
        if prompt.count("{word}") != 1:
            raise reader.error(f"{family}.prompt must have {{word}} once")
        made = _edit_tables(prompt) if edits else {family: _table(reader, {**row, "prompt": prompt}, f"{family}.")}
        tables |= made
        sides |= dict.fromkeys(made, side)
    return ToyTables(ground=colour, tables=MappingProxyType(tables), sides=MappingProxyType(sides))


def _table(reader: Reader, row: Mapping[str, object], where: str) -> DenoiseTable:
    strength, guidance_scale, steps = (reader.number(row, key, where, bounds) for key, bounds in _NUMBERS.items())
    prompt, negative_prompt, scheduler = (reader.text(row, key, where) for key in _TEXTS)
    return DenoiseTable(
        prompt=prompt,
        negative_prompt=negative_prompt,
        strength=strength,
        guidance_scale=guidance_scale,
        num_inference_steps=int(steps),
        scheduler=scheduler,
        init_image="subject",
    )


def _edit_tables(prompt: str) -> dict[str, DenoiseTable]:
    return {
        family: DenoiseTable(
            prompt=prompt,
            negative_prompt="",
            strength=1.0,
            guidance_scale=row["guidance_scale"],
            num_inference_steps=int(row["num_inference_steps"]),
            scheduler="",
            init_image="subject",
        )
        for family, row in edit_defaults().items()
    }
