"""From the colours of a look to the colours of moulded plastic, in linear light."""

from __future__ import annotations

import numpy as np

from stylize.colour import from_lab, hex_to_lab, to_linear
from stylize.engines.figure.draw import Floats, ramp
from stylize.models import Look

_FIXED = {
    "sole": (0.93, 0.925, 0.91),
    "dark": (0.085, 0.08, 0.09),
    "metal": (0.80, 0.80, 0.82),
    "frame": (0.075, 0.07, 0.08),
}
"""What is the same on every figure, sRGB."""


def mould(look: Look, skin: Floats, saturation: float) -> dict[str, Floats]:
    """Colour by part, linear light (3,) float32. `skin`: sRGB (3,), as the face print uses it."""
    outer = _cloth(hex_to_lab(look.outer_colour))
    lab = {
        "hair": _hair(hex_to_lab(look.hair_colour)),
        "beard": _hair(hex_to_lab(look.hair_colour)) * [0.93, 1, 1],
        "outer": outer,
        "outer2": _second(outer),
        "inner": _cloth(hex_to_lab(look.inner_colour)),
        "accent": _cloth(hex_to_lab(look.accent_colour)),
        "pants": _cloth(hex_to_lab(look.pants_colour)),
        "shoe": _cloth(hex_to_lab(look.shoe_colour)),
        "edge": _pedestal(hex_to_lab(look.accent_colour), hex_to_lab(look.shoe_colour)),
    }
    colours = {
        part: to_linear(from_lab(_saturate(np.asarray(value, np.float32), saturation))) for part, value in lab.items()
    }
    colours |= {part: to_linear(value) for part, value in _FIXED.items()}
    return colours | {"skin": to_linear(skin)}


def _saturate(lab: Floats, saturation: float) -> Floats:
    return lab * np.array([1, saturation, saturation], np.float32)


def _hair(lab: Floats) -> Floats:
    """Deeper and stronger than in the photo, where shine dilutes it. What grows is never greenish; what is dyed, or
    chosen, may be any colour.
    """
    lightness = float(np.clip(lab[0] * 0.90 - 2, 9, 82))
    chroma, hue = float(np.hypot(lab[1], lab[2])), float(np.arctan2(lab[2], lab[1]))
    grown = chroma < 25 or (chroma < 50 and hue < np.radians(100))
    if chroma > 8 and grown:
        hue = min(hue, float(np.radians(71)))
    lightness += 4 if chroma > 12 else 0
    chroma *= 1.16 - 0.16 * float(ramp(22, 42, chroma))
    return np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], np.float32)


def _cloth(lab: Floats) -> Floats:
    """Dyed plastic: never quite black or white, a little stronger in colour."""
    return np.array([np.clip(lab[0], 12, 94), lab[1] * 1.08, lab[2] * 1.08], np.float32)


def _second(lab: Floats) -> Floats:
    """Collar and trim: a shade beside the main colour."""
    lightness = lab[0] * 0.80 if lab[0] > 25 else lab[0] + 4
    return np.array([lightness, lab[1], lab[2]], np.float32)


def _pedestal(accent: Floats, shoe: Floats) -> Floats:
    """The accent's colour, light and calm; cream where the accent has none or the shoes would drown in it."""
    cream = np.array([91.0, 1.5, 6.0], np.float32)
    if np.hypot(accent[1], accent[2]) < 18:
        return cream
    calm = np.array([np.clip(accent[0], 58, 78), accent[1] * 0.85, accent[2] * 0.85], np.float32)
    return cream if np.linalg.norm(calm - shoe) < 25 else calm
