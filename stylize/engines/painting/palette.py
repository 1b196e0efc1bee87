"""The colours a painting is mixed from: the person's own, cleaned a little, never bleached or browned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize.colour import Floats, from_lab, hex_to_lab
from stylize.models import Look


@dataclass(frozen=True, kw_only=True, slots=True)
class Tones:
    """One material in four steps, (3,) float32 sRGB each: deep shadow, shadow, local colour, light; and its ink."""

    deep: Floats
    shade: Floats
    local: Floats
    light: Floats
    ink: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """Every colour of the person."""

    skin: Tones
    hair: Tones
    skin_lab: Floats
    hair_lab: Floats
    blush: Floats
    lip: Floats
    iris: Floats
    ink: Floats


def mix_palette(look: Look, gain: float = 1.0) -> Palette:
    """From the look of the plan (measured, with what the user overrode).

    `gain`: how much lighter the person really is than an underexposed photo shows them (see `exposure`), 1 or more.
    """
    lift = np.array([gain, 1.0, 1.0], np.float32)
    skin, hair = _clean_skin(hex_to_lab(look.skin_colour) * lift), _clean_hair(hex_to_lab(look.hair_colour) * lift**0.4)
    lip = hex_to_lab(look.lip_colour) * lift
    natural = skin + _step(-12.0, 14.0, 2.0)
    lip = np.asarray(0.5 * lip + 0.5 * natural, np.float32)
    lip[0] = min(lip[0], skin[0] - 6)
    iris = _clean_iris(hex_to_lab(look.iris_colour))
    return Palette(
        skin=skin_tones(skin),
        hair=hair_tones(hair),
        skin_lab=skin,
        hair_lab=hair,
        blush=from_lab(skin + _step(-4.0 - 0.05 * skin[0], 17.0, 5.0)),
        lip=from_lab(lip),
        iris=from_lab(iris),
        ink=from_lab([min(20.0, skin[0] * 0.3), 9.0, 7.0]),
    )


def _step(lightness: float, a: float, b: float) -> Floats:
    """A step in CIELAB."""
    return np.array([lightness, a, b], np.float32)


def skin_tones(skin: Floats) -> Tones:
    """Cel tones of a skin (3,) CIELAB. Shadows turn redder; steps grow with lightness, so dark skin keeps its depth."""
    lightness = float(skin[0])
    step = 6.0 + 0.075 * lightness
    return Tones(
        deep=from_lab(skin + _step(-2.0 * step, 7.0, 1.0)),
        shade=from_lab(skin + _step(-step, 5.5, 2.5)),
        local=from_lab(skin),
        light=from_lab(np.minimum(skin + _step(5.5, -1.5, 1.0), [96.0, 99.0, 99.0])),
        ink=from_lab([max(lightness * 0.36, 7.0), skin[1] * 1.1 + 8, skin[2] * 0.75 + 4]),
    )


def hair_tones(hair: Floats) -> Tones:
    """Cel tones of hair (3,) CIELAB; near-black hair gets a cool light so that strands still show."""
    lightness = float(hair[0])
    dark = np.clip((34 - lightness) / 24, 0, 1)
    return Tones(
        deep=from_lab([max(lightness * 0.52, 4.0), hair[1] * 0.95 + 2.5, hair[2] * 0.7 - 3]),
        shade=from_lab([max(lightness * 0.76, 7.5), hair[1] + 1.5, hair[2] * 0.85 - 1]),
        local=from_lab(hair),
        light=from_lab(
            [min(lightness * 1.13 + 11, 95.0), hair[1] * 0.95 - 1.5 * dark, hair[2] * (1 - 0.3 * dark) - 5 * dark]
        ),
        ink=from_lab([max(lightness * 0.3, 4.0), hair[1] + 3, hair[2] * 0.55]),
    )


def _clean_skin(lab: Floats) -> Floats:
    """Any person's skin, freed of a colour cast: lightness kept, chroma and hue held where skin is (Lab hue 38 to 72)."""
    out = lab.copy()
    out[0] = np.clip(out[0] * 1.02 + 1.5, 17, 87)
    chroma = float(np.clip(np.hypot(lab[1], lab[2]) * 0.95, 13 + 6 * (out[0] < 60), 31))
    hue = float(np.clip(np.arctan2(lab[2], max(lab[1], 0.1)), np.radians(46), np.radians(68)))
    out[1:] = chroma * np.cos(hue), chroma * np.sin(hue)
    return np.asarray(out, np.float32)


def _clean_hair(lab: Floats) -> Floats:
    """A little richer; grey stays grey, blond does not turn green."""
    out = lab.copy()
    out[0] = np.clip(out[0] * 0.98 + 2, 10, 86)
    chroma = float(np.hypot(lab[1], lab[2]))
    if chroma > 7:
        hue = min(float(np.arctan2(lab[2], lab[1])), float(np.radians(76)))
        rich = min(chroma * 1.22, 52.0)
        out[1:] = rich * np.cos(hue), rich * np.sin(hue)
    return np.asarray(out, np.float32)


def _clean_iris(lab: Floats) -> Floats:
    """Clear and a little richer; what is not blue, green or grey for certain is brown."""
    out = lab.copy()
    out[0] = np.clip(lab[0] * 1.05 + 4, 17, 52)
    chroma = float(np.hypot(lab[1], lab[2]))
    if lab[2] > -5 and lab[1] > -4:
        chroma = max(chroma, 11.0)
        hue = float(np.clip(np.arctan2(max(lab[2], 0.1), lab[1]), np.radians(42), np.radians(85)))
        out[1:] = chroma * np.cos(hue), chroma * np.sin(hue)
    out[1:] *= min(1.5, 30 / max(chroma, 1.0))
    return np.asarray(out, np.float32)
