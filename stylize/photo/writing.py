"""Where words are, in two looks: the whole photo made small, then what may be writing there, enlarged.

The first look sees paragraphs of small letters as one blob, and takes stars, buttons and fingers for letters now and then.
The second puts all that is in doubt on one canvas, each piece at the size at which the net sees letters best: blobs come
apart into lines, and what is no writing is mostly not marked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from stylize.geometry import Box, Size
from stylize.models import Pixels, Points
from stylize.photo.blocks import blocks
from stylize.photo.quadrangle import around
from stylize.photo.text import Line, core, cores, unclip

_MULTIPLE = 32
_WIDE_PX, _TALL_PX = 960, 896
_GAP_PX = 12
_LETTERS_PX = 22.0
_BLOB_PX, _LARGE_BLOB_PX = 400.0, 640.0
_MOST_ENLARGED = 1.5
_MOST = 40
_MOST_FLAT = 6
_TALLEST_PX = 110.0
_CONTRAST = 14.0
_DARKEST = 30.0
_BLOB_LINE_PX = 48.0
_SURE_OF_BLOBS = 0.78


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cell:
    """A piece of the photo (`part`) that lies at `left`, `top` of the canvas, `scale` times as large.

    `fixed`: a single line, whose letters have the right size already.
    """

    part: Box
    scale: float
    fixed: bool
    left: int = 0
    top: int = 0

    @property
    def wide(self) -> int:
        return max(8, round(self.part.width * self.scale))

    @property
    def tall(self) -> int:
        return max(8, round(self.part.height * self.scale))


def find_lines(pixels: Pixels, seen: Pixels, flat: tuple[Points, ...] = ()) -> tuple[Line, ...]:
    """The lines of writing in `pixels` (h, w, 3), in its pixels; `seen` is the same photo, about 960 px long.

    `flat`: quadrangles in `pixels` on which writing may stand that is too small for the first look, the likeliest first.
    """
    height, width = pixels.shape[:2]
    size = [max(_MULTIPLE, round(side / _MULTIPLE) * _MULTIPLE) for side in (seen.shape[1], seen.shape[0])]
    fitted = seen if seen.shape[1::-1] == tuple(size) else cv2.resize(seen, size, interpolation=cv2.INTER_LINEAR)
    first = cores(core(np.asarray(fitted, np.uint8)), (width / size[0], height / size[1]))
    sure = [line for line in _in_paragraphs(first) if line.height * size[0] / width > 3]
    doubtful = [line for line in first if not any(line is other for other in sure)]
    known = [line.middle for line in first]
    perhaps = [Line(corners=corners, score=0.0) for corners in flat if not any(_in(corners, at) for at in known)]
    again = _look_again(pixels, [*doubtful[:_MOST], *perhaps[:_MOST_FLAT]])
    return _distinct([*map(unclip, sure), *again])


def _in_paragraphs(first: tuple[Line, ...]) -> list[Line]:
    """Long lines that stand with two others of their kind need no second look."""
    long = tuple(line for line in first if line.length > 4 * line.height and line.score > 0.7)
    wholes = tuple(unclip(line) for line in long)
    back = {id(whole): line for whole, line in zip(wholes, long, strict=True)}
    return [back[id(whole)] for block in blocks(wholes) if len(block.lines) > 2 for whole in block.lines]


def _look_again(pixels: Pixels, doubtful: list[Line]) -> list[Line]:
    size = Size(width=pixels.shape[1], height=pixels.shape[0])
    cells = _packed([_cell(line, size) for line in doubtful])
    if not cells:
        return []
    rows = min(_TALL_PX, -(-max(cell.top + cell.tall for cell in cells) // _MULTIPLE) * _MULTIPLE)
    canvas = np.full((rows, _WIDE_PX, 3), 127, np.uint8)
    for cell in cells:
        left, top, right, bottom = cell.part.as_ints()
        how = cv2.INTER_AREA if cell.scale < 1 else cv2.INTER_CUBIC
        piece = cv2.resize(pixels[top:bottom, left:right], (cell.wide, cell.tall), interpolation=how)
        canvas[cell.top : cell.top + cell.tall, cell.left : cell.left + cell.wide] = piece
    marked = cores(core(canvas), (1, 1))
    return [line for cell in cells for line in _confirmed(cell, marked, canvas)]


def _cell(line: Line, size: Size) -> _Cell:
    whole = unclip(line)
    fixed = line.length > 2.5 * line.height
    if fixed:
        part = around(whole.corners).pad(whole.height * 0.6, whole.height * 0.6)
        scale = min(_MOST_ENLARGED, _LETTERS_PX / whole.height, _WIDE_PX * 0.6 / part.width, _BLOB_PX / part.height)
    else:
        part = around(line.corners).pad(line.height * 0.3, line.height * 0.3)
        longest = max(part.width, part.height)
        large = longest > 0.2 * max(size.width, size.height)
        scale = min(_MOST_ENLARGED, (_LARGE_BLOB_PX if large else _BLOB_PX) / longest)
    left, top, right, bottom = part.clamp(size).as_ints()
    return _Cell(part=Box(left=left, top=top, right=right, bottom=bottom), scale=scale, fixed=fixed)


def _packed(cells: list[_Cell]) -> list[_Cell]:
    """Shelves of falling height; blobs a little smaller while they do not fit, and single lines in any case."""
    there = [cell for cell in cells if cell.part.width > 3 and cell.part.height > 3]
    placed: list[_Cell] = []
    for smaller in (1.0, 0.8, 0.65, 0.5):
        scaled = [cell if cell.fixed else replace(cell, scale=cell.scale * smaller) for cell in there]
        placed = _shelved(sorted(scaled, key=lambda cell: -cell.tall))
        if len(placed) == len(there):
            return placed
    return placed


def _shelved(cells: list[_Cell]) -> list[_Cell]:
    x = y = shelf = 0
    placed = []
    for cell in cells:
        if x + cell.wide > _WIDE_PX:
            x, y, shelf = 0, y + shelf + _GAP_PX, 0
        if y + cell.tall <= _TALL_PX:
            placed.append(replace(cell, left=x, top=y))
            x, shelf = x + cell.wide + _GAP_PX, max(shelf, cell.tall)
    return placed


def _confirmed(cell: _Cell, marked: tuple[Line, ...], canvas: Pixels) -> list[Line]:
    """What of `marked` lies in `cell` and looks like writing, in the photo's pixels."""
    box = Box(left=cell.left, top=cell.top, right=cell.left + cell.wide, bottom=cell.top + cell.tall)
    found = []
    for line in marked:
        x, y = line.middle
        if not (box.left <= x < box.right and box.top <= y < box.bottom) or not _is_writing(line, canvas):
            continue
        corners = (line.corners - np.array([cell.left, cell.top], np.float32)) / np.float32(cell.scale)
        moved = corners + np.array([cell.part.left, cell.part.top], np.float32)
        unresolved = line.height > _BLOB_LINE_PX and line.length < 2.5 * line.height
        if unresolved and (cell.scale < 1 or line.score < _SURE_OF_BLOBS):
            continue  # what does not come apart when it is enlarged is no writing, unless the photo has no more to show
        found.append(unclip(Line(corners=moved, score=line.score), 0.15 if unresolved else 1.0))
    return found


def _is_writing(line: Line, canvas: Pixels) -> bool:
    """Longer than tall, no taller than letters are made here, and not black on black as a sleeve's buttons are."""
    if line.length < 1.4 * line.height or line.height > _TALLEST_PX:
        return False
    left, top, right, bottom = around(line.corners).clamp(Size(width=canvas.shape[1], height=canvas.shape[0])).as_ints()
    light = canvas[top:bottom, left:right].max(axis=-1)
    low, high = np.percentile(light, (4, 96)) * (100 / 255)
    return bool(high - low > _CONTRAST and high > _DARKEST)


def _in(corners: Points, at: Points) -> bool:
    return cv2.pointPolygonTest(corners[:, None], (float(at[0]), float(at[1])), False) >= 0


def _distinct(found: list[Line]) -> tuple[Line, ...]:
    """Without lines whose middle lies in a longer one that is no taller than thrice them."""
    kept: list[Line] = []
    for line in sorted(found, key=lambda line: -line.length):
        if not any(_in(other.corners, line.middle) and other.height < 3 * line.height for other in kept):
            kept.append(line)
    return tuple(kept)
