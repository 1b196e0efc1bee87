"""The card's colours: palettes.toml, and which palette stands out best from a person's colours."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

import numpy as np

from stylize.colour import from_hex, hex_to_lab, to_linear
from stylize.errors import DeclarationError, UnknownChoice
from stylize.models import Colour, Look

_BEST = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """Ten colours of one card; palettes.toml says what each is for."""

    slug: str
    english: str
    german: str
    glow: Colour
    deep: Colour
    band: Colour
    crest: Colour
    ink: Colour
    title: Colour
    shine: Colour
    floor: Colour
    rim: Colour


@cache
def palettes() -> dict[str, Palette]:
    """All palettes by slug, as declared. DeclarationError for an unknown or missing key or a colour that is none."""
    declared = tomllib.loads((files("stylize.toybox") / "palettes.toml").read_text("utf-8"))
    return {slug: _declare(slug, table) for slug, table in declared.items()}


def choose_palette(look: Look, seed: int) -> str:
    """The slug of a palette whose ground stands out from clothes and hair; `seed` picks among the best few."""
    clothes, hair = hex_to_lab(look.outer_colour), hex_to_lab(look.hair_colour)

    def stands_out(palette: Palette) -> float:
        ground = (hex_to_lab(palette.glow) + hex_to_lab(palette.deep)) / 2
        return min(_distance(ground, clothes), 60.0) + 0.5 * min(_distance(ground, hair), 50.0)

    ranked = sorted(palettes().values(), key=stands_out, reverse=True)
    return ranked[seed % _BEST].slug


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    weights = np.array([0.2126, 0.7152, 0.0722], np.float32)
    low, high = sorted(float(to_linear(from_hex(c)) @ weights) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """CIELAB distance, lightness weighing a little less than colour."""
    return float(np.sqrt((((one - other) * (0.7, 1.0, 1.0)) ** 2).sum()))


def _declare(slug: str, table: dict[str, str]) -> Palette:
    known = {f.name for f in fields(Palette)} - {"slug"}
    if odd := (set(table) ^ known):
        raise DeclarationError(name=slug, why=f"unknown or missing keys: {', '.join(sorted(odd))}")
    for key in known - {"english", "german"}:
        try:
            from_hex(table[key])
        except UnknownChoice:
            raise DeclarationError(name=slug, why=f"{key} is not a colour like #ff8800") from None
    return Palette(slug=slug, **table)
