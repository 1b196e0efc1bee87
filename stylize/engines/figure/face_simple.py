"""A friendly painted face for a person whose own cannot be printed: turned too far, hidden, or not surely found.

Colours are the person's; the features are the toy's. A wrong face would be worse than none.
"""

from __future__ import annotations

import numpy as np

from stylize import landmarks as mesh
from stylize.colour import hex_to_lab
from stylize.engines.figure.draw import Floats, lay, polygon, stroke
from stylize.engines.figure.face_brows import paint_brow, plain_brow
from stylize.engines.figure.face_colours import FaceColours, plastic_iris, plastic_lips, plastic_skin, rgb, tone
from stylize.engines.figure.face_eyes import paint_eyes
from stylize.engines.figure.face_layout import Layout, plain_layout
from stylize.engines.figure.settings import FigureSettings
from stylize.models import Look, Person

LEAST_CONFIDENCE = 0.5
WIDEST_YAW = 40.0


def is_printable(person: Person) -> bool:
    """Whether the photo shows enough of the face to be printed."""
    points = person.landmarks
    if not np.isfinite(points).all() or np.ptp(points[:, 0]) < 8 or np.ptp(points[:, 1]) < 8:
        return False
    return person.confidence >= LEAST_CONFIDENCE and abs(person.yaw) <= WIDEST_YAW


def simple_face(look: Look, settings: FigureSettings, size: int) -> tuple[Floats, FaceColours, Layout]:
    """The painted face (n, n, 3) float32 sRGB, its colours, and where its features are."""
    layout = plain_layout(settings, size)
    skin = plastic_skin(hex_to_lab(look.skin_colour))
    colours = FaceColours(
        skin=skin,
        measured=skin,
        lips=plastic_lips(hex_to_lab(look.lip_colour), skin),
        iris=plastic_iris(hex_to_lab(look.iris_colour)),
        hair=hex_to_lab(look.hair_colour),
        exposure=1.0,
    )
    picture = np.empty((size, size, 3), np.float32)
    picture[:] = rgb(skin)
    unit = size / 768
    _nose(picture, layout, colours, unit)
    _smile(picture, layout, colours, unit)
    for run in (mesh.RIGHT_BROW, mesh.LEFT_BROW):
        paint_brow(picture, plain_brow(layout.spots[list(run)], colours, unit), colours, unit)
    flat = np.zeros((size, size, 3), np.float32)
    paint_eyes(picture, flat, layout, colours, settings, opening=0.3)
    return picture, colours, layout


def _nose(picture: Floats, layout: Layout, colours: FaceColours, unit: float) -> None:
    base = mesh.smooth_open(layout.spots[[98, 97, 2, 326, 327]], 30)
    ends = np.sin(np.pi * np.linspace(0.05, 0.95, 30))
    lay(picture, 0.35 * stroke(base, 3.5 * unit * ends, picture.shape, soft=2.5 * unit), tone(colours.skin, 0.72, 1.15))


def _smile(picture: Floats, layout: Layout, colours: FaceColours, unit: float) -> None:
    """Closed lips, the corners up."""
    right, left = layout.spots[mesh.RIGHT_MOUTH_CORNER], layout.spots[mesh.LEFT_MOUTH_CORNER]
    wide = float(left[0] - right[0])
    middle = (right + left) / 2
    points = middle + np.array([[-0.46, -0.07], [-0.25, 0.035], [0, 0.075], [0.25, 0.035], [0.46, -0.07]]) * wide
    line = mesh.smooth_open(points, 60)
    ends = np.sin(np.pi * np.linspace(0.02, 0.98, 60))
    lower = np.concatenate([line, (line + np.stack([np.zeros(60), 0.16 * wide * ends], 1))[::-1]])
    upper = np.concatenate([line, (line - np.stack([np.zeros(60), 0.09 * wide * ends], 1))[::-1]])
    lay(picture, 0.80 * polygon(lower, picture.shape, soft=2 * unit), rgb(colours.lips))
    lay(picture, 0.72 * polygon(upper, picture.shape, soft=2 * unit), tone(colours.lips, 0.94))
    lay(
        picture,
        0.75 * stroke(line, 3.0 * unit * ends**0.4, picture.shape, soft=1.0 * unit),
        tone(colours.lips, 0.45, 0.8, 0.8),
    )
