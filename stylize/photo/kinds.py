"""What a piece of writing, or a bright flat thing, seems to be. A guess by shape, light and place, never by what is written;
plain text where nothing tells more.
"""

from __future__ import annotations

from stylize.models import Face, RegionKind
from stylize.photo.blocks import Block
from stylize.photo.quadrangle import around
from stylize.photo.surfaces import Surface

_BRIGHT = 55.0
_PALE = 18.0


def kind_of(blocks: tuple[Block, ...], surface: Surface | None, faces: tuple[Face, ...]) -> RegionKind:
    """The kind of the writing `blocks`, on `surface` where that was found; all in the same pixels."""
    count = sum(len(block.lines) for block in blocks)
    if surface is None:
        return RegionKind.PAPER if count >= 6 else RegionKind.TEXT
    if _is_plate(blocks, surface) and not _is_worn(surface, faces):
        return RegionKind.PLATE
    if _is_worn(surface, faces):
        return RegionKind.BADGE
    if surface.rimmed > 0.5 or (surface.brighter < -_PALE / 2 and count >= 3):
        return RegionKind.SCREEN
    if surface.light > _BRIGHT and surface.colourful < _PALE and count >= 2:
        return RegionKind.PAPER
    return RegionKind.TEXT


def may_be_a_ground(surface: Surface, share: float, count: int, faces: tuple[Face, ...]) -> bool:
    """Whether `count` lines that lie on it may belong to it: not to a wall behind somebody, nor to half the photo.

    `share` of the photo is what it covers. A portrait in a passport is small in it, and no reason against it.
    """
    wide = around(surface.corners).width
    if any(_lies_on(surface, face) and face.box.width > 0.22 * wide for face in faces):
        return False
    return share < 0.12 or (count > 2 and (surface.rimmed > 0.4 or surface.colourful < _PALE))


def kind_without_words(surface: Surface, share: float, faces: tuple[Face, ...]) -> RegionKind | None:
    """What a quadrangle without words seems to be: PAPER, SCREEN, or None where it may be anything.

    `share`: how much of the photo it covers. Strict: windows, walls and shirts are bright and flat, too.
    """
    if not 0.004 < share < 0.35 or any(_lies_on(surface, face) for face in faces):
        return None
    wide, tall = surface.sides
    if max(wide, tall) > 2.3 * min(wide, tall):
        return None
    if surface.edged > 0.85 and surface.rimmed > 0.6 and surface.light > 30:
        return RegionKind.SCREEN
    pale = surface.light > 62 and surface.colourful < 12
    clear = (surface.edged > 0.9 and surface.uneven < 4) or (surface.edged > 0.72 and surface.uneven < 2)
    return RegionKind.PAPER if pale and clear and surface.brighter > 32 else None


def is_one_of_many(surface: Surface, surfaces: tuple[Surface, ...]) -> bool:
    """Whether four others are about as large: the panes of a house, the fields of a board."""
    return sum(0.4 < other.area / surface.area < 2.5 for other in surfaces) > 4


def may_be_written_on(surface: Surface, share: float) -> bool:
    """Whether a closer look for small letters is worth its time; `share` of the photo is what it covers."""
    return surface.edged > 0.65 and 0.0006 < share < 0.3 and (surface.light > _BRIGHT or surface.rimmed > 0.4)


def _is_plate(blocks: tuple[Block, ...], surface: Surface) -> bool:
    """One or two large rows that fill a bright plate of a plate's proportions."""
    lines = [line for block in blocks for line in block.lines]
    wide, tall = surface.sides
    if len(lines) > 3 or surface.light < 45 or surface.brighter < 8 or not 1.2 < wide / max(tall, 1) < 7:
        return False
    rows = 1 if wide > 2.6 * tall else 2
    return lines[0].height > 0.42 * tall / rows and lines[0].length > 0.45 * wide


def _is_worn(surface: Surface, faces: tuple[Face, ...]) -> bool:
    """Small, and on the chest under a face."""
    x, y = surface.corners.mean(axis=0)
    width = max(surface.sides)
    return any(
        abs(float(x) - face.box.centre[0]) < 1.5 * face.box.width
        and face.box.bottom + 0.35 * face.box.height < float(y) < face.box.bottom + 3.5 * face.box.height
        and width < 0.95 * face.box.width
        for face in faces
    )


def _lies_on(surface: Surface, face: Face) -> bool:
    """Whether a face is seen in it, or it lies on a face."""
    box = around(surface.corners)
    x, y = face.box.centre
    middle_x, middle_y = box.centre
    return (box.left < x < box.right and box.top < y < box.bottom) or (
        face.box.left < middle_x < face.box.right and face.box.top < middle_y < face.box.bottom
    )
