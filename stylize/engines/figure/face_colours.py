"""From the colours measured in a photo to those of a toy: cleaner, a little lighter, never out of the family of skins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize.colour import from_lab, hex_to_lab
from stylize.engines.figure.draw import Floats
from stylize.models import Look, Person


@dataclass(frozen=True, slots=True)
class FaceColours:
    """CIELAB of what is printed: `skin` of the plastic, `measured` skin in the photo, `lips`, `iris`, `hair`.
    `exposure`: how much lighter the cleaned skin is than in the photo (1 to 1.35); the photo is lifted as much.
    """

    skin: Floats
    measured: Floats
    lips: Floats
    iris: Floats
    hair: Floats
    exposure: float


def choose_colours(person: Person, look: Look) -> FaceColours:
    """Colours for a print of this person. What the user overrode is left as it is."""
    measured = np.array(person.skin_lab, np.float32)
    exposure = float(np.clip(hex_to_lab(person.look.skin_colour)[0] / max(measured[0], 1.0), 1.0, 1.35))
    skin = plastic_skin(hex_to_lab(look.skin_colour))
    lips, iris = hex_to_lab(look.lip_colour), hex_to_lab(look.iris_colour)
    if look.lip_colour == person.look.lip_colour:
        lips = plastic_lips(lighten(lips, 1 + 0.6 * (exposure - 1)), skin)
    if look.iris_colour == person.look.iris_colour:
        iris = plastic_iris(iris)
    return FaceColours(
        skin=skin, measured=measured, lips=lips, iris=iris, hair=hex_to_lab(look.hair_colour), exposure=exposure
    )


def plastic_skin(skin: Floats) -> Floats:
    """Skin as plastic (CIELAB): lifted a little out of black, kept below white, chroma and hue of living skin."""
    lightness = float(np.clip(skin[0] * 0.95 + 3.5, 18, 86))
    chroma = float(np.hypot(skin[1], skin[2]))
    least = 20 if lightness > 40 else 14
    chroma = float(np.clip(chroma, least - max(0.0, lightness - 74) * 0.35, 38))
    grey = float(np.hypot(skin[1], skin[2])) < 5
    hue = float(np.radians(56) if grey else np.clip(np.arctan2(skin[2], skin[1]), np.radians(42), np.radians(66)))
    hue = 0.75 * hue + 0.25 * float(np.radians(56))
    return np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], np.float32)


def lighten(lab: Floats, factor: float) -> Floats:
    """The same colour (CIELAB) with its lightness multiplied."""
    return np.asarray(lab * np.array([factor, 1, 1], np.float32), np.float32)


def plastic_lips(lips: Floats, skin: Floats) -> Floats:
    """Lips as paint (CIELAB): half the person's own, half a healthy red of their skin; grey ones are not believed."""
    healthy = skin + np.array([-12, 13, 2], np.float32)
    own = 0.5 if np.hypot(lips[1], lips[2]) > 8 else 0.0
    mixed = own * lips + (1 - own) * healthy
    mixed[0] = min(mixed[0], skin[0] - 5)
    return np.asarray(mixed, np.float32)


def plastic_iris(iris: Floats) -> Floats:
    """An iris as paint (CIELAB): lighter and stronger than the shaded one of a photo. What is dark and reddish there is
    brown: no iris is purple.
    """
    chroma, hue = float(np.hypot(iris[1], iris[2])), float(np.arctan2(iris[2], iris[1]))
    if iris[1] > 0:
        hue = float(np.clip(hue, np.radians(52), np.radians(85)))
        chroma = max(chroma, 8.0)
    chroma *= min(1.7, 24 / max(chroma, 1.0))
    return np.array([np.clip(iris[0] * 1.2 + 6, 15, 46), chroma * np.cos(hue), chroma * np.sin(hue)], np.float32)


def rgb(lab: Floats) -> Floats:
    """One CIELAB colour as sRGB 0 to 1."""
    return from_lab(lab)


def tone(lab: Floats, lightness: float = 1.0, red: float = 1.0, yellow: float = 1.0) -> Floats:
    """A darker or stronger relative of a CIELAB colour, as sRGB 0 to 1."""
    return from_lab(np.asarray(lab, np.float32) * np.array([lightness, red, yellow], np.float32))
