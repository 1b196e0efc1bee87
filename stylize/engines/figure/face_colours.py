"""From the colours measured in a photo to those of a toy: cleaner, a little lighter, never out of the family of skins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize import landmarks as mesh
from stylize.colour import from_lab, hex_to_lab, to_lab
from stylize.engines.figure.draw import Floats, polygon
from stylize.engines.figure.face_layout import Layout
from stylize.models import Look, Person


@dataclass(frozen=True, slots=True)
class FaceColours:
    """CIELAB of what is printed: `skin` of the plastic, `measured` skin in the photo, `lips`, `iris`, `hair`.
    `exposure`: by what the photo's lightness is to be multiplied before it is used.
    """

    skin: Floats
    measured: Floats
    lips: Floats
    iris: Floats
    hair: Floats
    exposure: float


def choose_colours(person: Person, look: Look, layout: Layout, photo: Floats) -> FaceColours:
    """Colours for a print of `photo` (straightened). What the user overrode is used as it is, without exposure."""
    measured = np.array(person.skin_lab, np.float32)
    own = look.skin_colour == person.look.skin_colour
    exposure = _exposure(photo, layout, measured)
    skin = hex_to_lab(look.skin_colour)
    if own:
        skin = lighten(skin, 1 + 0.9 * (exposure - 1))
    skin = plastic_skin(skin)
    lips = hex_to_lab(look.lip_colour)
    if look.lip_colour == person.look.lip_colour:
        lips = plastic_lips(lighten(lips, 1 + 0.8 * (exposure - 1)), skin)
    iris = hex_to_lab(look.iris_colour)
    if look.iris_colour == person.look.iris_colour:
        iris = plastic_iris(iris)
    return FaceColours(
        skin=np.asarray(skin, np.float32),
        measured=measured,
        lips=np.asarray(lips, np.float32),
        iris=np.asarray(iris, np.float32),
        hair=hex_to_lab(look.hair_colour),
        exposure=exposure,
    )


def plastic_skin(skin: Floats) -> Floats:
    """Skin as plastic (CIELAB): lifted a little out of black, kept below white, chroma and hue of living skin."""
    lightness = float(np.clip(skin[0] * 0.94 + 4.5, 24, 85))
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
    """An iris as paint (CIELAB): lighter and stronger than the shaded one of a photo."""
    gain = min(1.7, 24 / max(float(np.hypot(iris[1], iris[2])), 1.0))
    return np.array([np.clip(iris[0] * 1.2 + 6, 15, 46), iris[1] * gain, iris[2] * gain], np.float32)


def _exposure(photo: Floats, layout: Layout, skin: Floats) -> float:
    """Eyes hold something white on every face: a photo where they do not is too dark."""
    if skin[0] >= 62:
        return 1.0
    inside = np.zeros(photo.shape[:2], bool)
    for eye in (mesh.RIGHT_EYE, mesh.LEFT_EYE):
        inside |= polygon(mesh.smooth_closed(layout.spots[list(eye)]), photo.shape) > 0.7
    if inside.sum() < 30:
        return 1.0
    lightness = to_lab(photo[inside])[:, 0]
    return float(np.clip(58 / max(float(np.percentile(lightness, 90)), 20.0), 1.0, 1.22))


def rgb(lab: Floats) -> Floats:
    """One CIELAB colour as sRGB 0 to 1."""
    return from_lab(lab)


def tone(lab: Floats, lightness: float = 1.0, red: float = 1.0, yellow: float = 1.0) -> Floats:
    """A darker or stronger relative of a CIELAB colour, as sRGB 0 to 1."""
    return from_lab(np.asarray(lab, np.float32) * np.array([lightness, red, yellow], np.float32))
