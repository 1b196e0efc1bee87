"""A measured look in words, and a style's prompt template filled with them.

Stable Diffusion knows colours by name, not by number, so colours are named first: by distance in CIELAB to a table of
everyday names, with tables of their own for skin, hair and eyes, where words differ ("blond", not "light yellow").
"""

from __future__ import annotations

import re
import string

from stylize.colour import hex_to_lab
from stylize.models import Beard, Colour, Hair, Look, Outfit

PLACEHOLDERS = frozenset(
    {
        "hair",
        "hair_colour_name",
        "skin",
        "eyes",
        "glasses",
        "beard",
        "outfit",
        "outer_colour_name",
        "inner_colour_name",
        "accent_colour_name",
        "pants_colour_name",
        "shoe_colour_name",
        "likeness",
        "clothes",
        "scene",
    }
)
"""What may stand between braces in a template. `likeness`: head, hair, beard, glasses, eyes; `clothes`: all of them; `scene`: the place."""

_COLOURS = {
    "black": "#141416",
    "charcoal grey": "#3a3c40",
    "grey": "#85878a",
    "light grey": "#bfc1c4",
    "white": "#f4f4f2",
    "cream": "#f0e4c8",
    "beige": "#cdb591",
    "brown": "#6f4a2d",
    "dark brown": "#3d2a1e",
    "tan": "#b58856",
    "red": "#c8262c",
    "dark red": "#6e1a20",
    "pale pink": "#f0ccd6",
    "pink": "#ec8fb0",
    "magenta": "#b8266f",
    "orange": "#ec7423",
    "mustard yellow": "#c99a2a",
    "yellow": "#f3cf3b",
    "olive green": "#6b6a34",
    "green": "#2f8a46",
    "dark green": "#1d4630",
    "mint green": "#9bd8bd",
    "teal": "#1f8086",
    "light blue": "#9cc4e8",
    "sky blue": "#4f9fdc",
    "blue": "#2456b4",
    "navy blue": "#1b2547",
    "denim blue": "#4a6488",
    "purple": "#6b3a96",
    "lavender": "#b9a6dc",
    "plum": "#5a2547",
}
_SKINS = {
    "very fair skin": "#f6ded0",
    "fair skin": "#ecc5ab",
    "light olive skin": "#d8a985",
    "tan skin": "#bd8a63",
    "brown skin": "#94633f",
    "dark brown skin": "#684128",
    "deep dark skin": "#42281b",
}
_HAIRS = {
    "black": "#17130f",
    "dark brown": "#33231a",
    "brown": "#54382a",
    "light brown": "#7f5c41",
    "dark blond": "#a2835c",
    "blond": "#cfae78",
    "platinum blond": "#e6d6b4",
    "auburn": "#6b2e1b",
    "ginger": "#b25a26",
    "dark grey": "#555453",
    "grey": "#8d8c8b",
    "silver grey": "#b5b4b2",
    "white": "#e3e1de",
    "pink": "#d8719c",
    "blue": "#3560a8",
    "green": "#3c8a55",
    "purple": "#704290",
}
_EYES = {
    "dark brown eyes": "#2f1d12",
    "brown eyes": "#5c3a20",
    "hazel eyes": "#84683a",
    "green eyes": "#64794e",
    "blue eyes": "#5483ad",
    "grey eyes": "#7d858b",
}
_HAIR_WORDS = {
    Hair.BALD: "bald head",
    Hair.BUZZ: "very short buzz cut {colour} hair",
    Hair.THIN: "thin receding {colour} hair",
    Hair.SHORT: "short neat {colour} hair",
    Hair.CURLY: "short curly {colour} hair",
    Hair.AFRO: "round {colour} afro hair",
    Hair.PIXIE: "{colour} pixie cut hair",
    Hair.BOB: "chin-length {colour} bob hair",
    Hair.LONG: "long straight {colour} hair",
    Hair.WAVY: "long wavy {colour} hair",
    Hair.BUN: "{colour} hair tied in a bun",
}
_BEARD_WORDS = {
    Beard.NONE: "",
    Beard.STUBBLE: "light stubble",
    Beard.MOUSTACHE: "{colour} moustache",
    Beard.GOATEE: "{colour} goatee",
    Beard.FULL: "full {colour} beard",
}
_OUTFIT_WORDS = {
    Outfit.SUIT: "a {outer} suit with a {inner} shirt and a {accent} tie",
    Outfit.BLAZER: "a {outer} blazer over a {inner} top, {pants} trousers",
    Outfit.ZIP: "a {outer} zip jacket over a {inner} shirt, {pants} trousers",
    Outfit.HOODIE: "a {outer} hoodie, {pants} trousers",
    Outfit.TEE: "a {outer} t-shirt, {pants} trousers",
    Outfit.DRESS: "a {outer} dress",
}
_LIGHTNESS_WEIGHT = 0.7
"""Photos err more in lightness than in hue, so lightness counts a little less."""


def name_colour(colour: Colour, table: dict[str, Colour] | None = None) -> str:
    """The everyday English name nearest to "#rrggbb". `table`: names to choose from instead of the general ones."""
    lab = hex_to_lab(colour)

    def distance(other: Colour) -> float:
        d = hex_to_lab(other) - lab
        return float((_LIGHTNESS_WEIGHT * d[0]) ** 2 + d[1] ** 2 + d[2] ** 2)

    names = table or _COLOURS
    return min(names, key=lambda name: distance(names[name]))


def words(look: Look, scene: str = "") -> dict[str, str]:
    """Every placeholder → English words for this look; "" where there is nothing to say (no glasses, no beard)."""
    hair_colour = name_colour(look.hair_colour, _HAIRS)
    outer, inner = name_colour(look.outer_colour), name_colour(look.inner_colour)
    accent, pants = name_colour(look.accent_colour), name_colour(look.pants_colour)
    shoes = name_colour(look.shoe_colour)
    said = {
        "hair": _HAIR_WORDS[look.hair].format(colour=hair_colour),
        "hair_colour_name": hair_colour,
        "skin": name_colour(look.skin_colour, _SKINS),
        "eyes": name_colour(look.iris_colour, _EYES),
        "glasses": "wearing glasses" if look.glasses else "",
        "beard": _BEARD_WORDS[look.beard].format(colour=hair_colour),
        "outfit": _OUTFIT_WORDS[look.outfit].format(outer=outer, inner=inner, accent=accent, pants=pants),
        "outer_colour_name": outer,
        "inner_colour_name": inner,
        "accent_colour_name": accent,
        "pants_colour_name": pants,
        "shoe_colour_name": shoes,
    }
    said["scene"] = scene
    said["likeness"] = ", ".join(filter(None, (said[k] for k in ("hair", "beard", "glasses", "skin", "eyes"))))
    said["clothes"] = f"{said['outfit']}, {shoes} shoes"
    return said


def placeholders(template: str) -> set[str]:
    """The names between braces. Raises ValueError when a brace is not closed."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def fill(template: str, look: Look, scene: str = "") -> str:
    """The template in words; `scene`: those of the place. Gaps left by what this person does not have close up; one line, single spaces."""
    text = " ".join(template.format(**words(look, scene)).split())
    return re.sub(r"\s*,(\s*,)+", ",", text).replace(" ,", ",").strip(" ,")
