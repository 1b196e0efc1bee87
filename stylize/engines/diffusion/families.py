"""What the engine knows of each family, as declared in families.toml."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from stylize.errors import DeclarationError
from stylize.weights import Family


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyFacts:
    """A table of families.toml; see the comments there."""

    title: str
    pipeline: str
    edits: bool
    size_multiple: int
    half_dtype: str
    knobs: tuple[str, ...]
    tokenizer_padding: Mapping[str, str]
    vae_upcasts: bool
    shortest_side: int
    longest_side: int
    native_pixels: int
    activation_bytes: int
    tiled_activation_bytes: int
    preview: tuple[tuple[float, ...], ...]
    preview_offset: tuple[float, ...]


def parse_families(text: str) -> dict[Family, FamilyFacts]:
    """Raises DeclarationError on an unknown or missing key or family."""
    known = {field.name for field in fields(FamilyFacts)}
    table: dict[Family, FamilyFacts] = {}
    for name, row in tomllib.loads(text).items():
        if name not in set(Family):
            raise DeclarationError(name="families.toml", why=f"there is no family {name}")
        if off := known ^ set(row):
            raise DeclarationError(name=f"families.toml [{name}]", why=f"missing or unknown: {', '.join(sorted(off))}")
        values: dict[str, Any] = row
        values["knobs"] = tuple(row["knobs"])
        values["preview"] = tuple(tuple(line) for line in row["preview"])
        values["preview_offset"] = tuple(row["preview_offset"])
        table[Family(name)] = FamilyFacts(**values)
    return table


@functools.cache
def families() -> Mapping[Family, FamilyFacts]:
    return parse_families(resources.files(__package__).joinpath("families.toml").read_text(encoding="utf-8"))


def config_folder(family: Family) -> Path:
    """The carried configuration, in the layout of a diffusers folder without weights and tokenizer."""
    return Path(__file__).parent / "config" / family.value
