"""The face print: what a toy maker would stamp on the head, made from one photo."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.colour import to_lab
from stylize.engines.figure.draw import Floats, glow, hull, lay, polygon, ramp, soften
from stylize.engines.figure.face_brows import paint_brows
from stylize.engines.figure.face_colours import FaceColours, choose_colours, rgb, tone
from stylize.engines.figure.face_eyes import paint_eyes
from stylize.engines.figure.face_layout import Layout, lay_out
from stylize.engines.figure.face_mouth import paint_mouth
from stylize.engines.figure.face_simple import is_printable, simple_face
from stylize.engines.figure.face_skin import beard_area, even_skin, find_areas
from stylize.engines.figure.face_warp import unwrap
from stylize.engines.figure.settings import FigureSettings
from stylize.models import Beard, Look, Subject

SIZE = 768
_AROUND_MOUTH = (164, 165, 391, 92, 322, 186, 410, 57, 287, 43, 273, 106, 335, 182, 406, 83, 313, 18, 200)


@dataclass(frozen=True, slots=True)
class FacePrint:
    """`pixels` (n, n, 3) float32 sRGB. `skin` (3,) sRGB: what the rest of the skin is moulded in."""

    pixels: Floats = field(repr=False)
    skin: Floats
    layout: Layout


def print_face(subject: Subject, look: Look, settings: FigureSettings) -> FacePrint:
    """Make the print: the person's own face, or a simple one where the photo does not show enough of it."""
    person = subject.person
    if not is_printable(person):
        picture, colours, layout = simple_face(look, settings, SIZE)
        blush(picture, layout, colours, settings.blush)
        print_beard(picture, beard_area(layout, picture.shape), layout, colours, look.beard)
        return FacePrint(pixels=picture, skin=rgb(colours.skin), layout=layout)
    layout = lay_out(person, settings, SIZE)
    unwrapped = unwrap(subject, layout)
    colours = choose_colours(person, look)
    photo_lab = to_lab(np.clip(unwrapped.photo, 0, 1))
    areas = find_areas(layout, unwrapped.hair, photo_lab, colours.measured)
    picture = even_skin(unwrapped, areas, colours, person, settings)
    blush(picture, layout, colours, settings.blush)
    print_beard(picture, areas.beard, layout, colours, look.beard)
    paint_mouth(picture, photo_lab, layout, colours, settings)
    paint_brows(picture, photo_lab, areas.hair, layout, colours, measured=not person.look.glasses)
    paint_eyes(picture, photo_lab, layout, colours, settings, opening=person.eyes_open)
    return FacePrint(pixels=fade_out(picture, layout, colours), skin=rgb(colours.skin), layout=layout)


def blush(picture: Floats, layout: Layout, colours: FaceColours, strength: float) -> None:
    """Rosy cheeks."""
    unit = layout.size / 768
    for cheek in (205, 425):
        spot = layout.spots[cheek] - [0, 8 * unit]
        mask = glow(spot, (52 * unit, 38 * unit), picture.shape)
        lay(picture, strength * 0.75 * mask, rgb(colours.skin + np.array([-4, 15, 4], np.float32)))


def print_beard(picture: Floats, area: Floats, layout: Layout, colours: FaceColours, beard: Beard) -> None:
    """Stubble: a shadow with a fine grain, the same on every toy, where `area` (n, n) is. Under a sculpted beard around
    the mouth: its colour, up to the lips, so that no bare skin shows between them.
    """
    if beard not in (Beard.STUBBLE, Beard.GOATEE, Beard.FULL):
        return
    unit = layout.size / 768
    lips = polygon(mesh.smooth_closed(layout.spots[list(mesh.LIPS_OUTER)]), picture.shape, soft=4 * unit)
    if beard is Beard.STUBBLE:
        noise = np.random.default_rng(7).standard_normal(picture.shape[:2]).astype(np.float32)
        grain = np.clip(soften(noise, 0.8 * unit) * 0.9 + 0.95, 0.3, 1.5)
        lay(picture, np.clip(0.32 * area * (1 - lips) * grain, 0, 1), tone(colours.hair, 0.9, 0.4, 0.4))
        return
    outline = hull(layout.spots[list(_AROUND_MOUTH)])
    middle, reach = outline.mean(axis=0), 1.3 if beard is Beard.FULL else 1.04
    around = polygon(middle + reach * (outline - middle), picture.shape, soft=6 * unit)
    lay(picture, 0.88 * around * (1 - lips), tone(colours.hair, 0.78))


def fade_out(picture: Floats, layout: Layout, colours: FaceColours) -> Floats:
    """Outside of the face the print is bare skin."""
    spots, unit = layout.spots, layout.size / 768
    middle = spots[mesh.BETWEEN_EYES]
    core = polygon(mesh.smooth_closed((spots[list(mesh.FACE_OVAL)] - middle) * [0.95, 0.97] + middle), picture.shape)
    side = round(23 * unit)
    core = soften(cv2.erode(core, np.ones((side, side), np.uint8)), 13 * unit)
    rows = np.arange(picture.shape[0], dtype=np.float32)[:, None]
    core = core * ramp(0, 50, (rows - spots[mesh.FOREHEAD_TOP, 1] - 22 * unit) / unit)
    skin = rgb(colours.skin)
    return np.asarray(np.clip(skin + (picture - skin) * core[..., None], 0, 1), np.float32)
