"""Whether a picture shows nudity, and where: by Yahoo's open_nsfw, a net that was trained to tell pornography from the rest.

It gives one number for a picture, and our file of it a map of what speaks for that number, so that the place is known.
It knows no parts of the body. It takes bare chests for what it seeks more often than other skin, and much of what is
small, dim or half covered for none: see benchmarks/RESULTS-inspection.md.

Source: https://github.com/yahoo/open_nsfw (2016), BSD 2-Clause. Pictures are prepared as they were for its training.
"""

from __future__ import annotations

import cv2
import numpy as np

from stylize.geometry import Box, Size
from stylize.models import Face, Pixels, Region, RegionKind
from stylize.photo import nets
from stylize.photo.quadrangle import upright

NUDITY = 0.8
"""From here on its makers call a picture pornographic."""

UNDECIDED = 0.2
"""Below it they call it safe; between the two the hot part alone is shown to the net once more."""

SIDE_PX = 256
JPEG_QUALITY = 75

_HOT = 0.25
"""A place is part of a region where the map has this share of its highest value."""
_ROOM = 1.6
"""The side of what is looked at alone, over the longer side of its hot part: so that it is seen as part of a body."""
_SMALLEST_PX = 32


def find_nudity(pixels: Pixels, faces: tuple[Face, ...] = ()) -> tuple[Region, ...]:
    """Where `pixels` (h, w, 3) uint8 sRGB show a bare body, largest first; () nearly always. What lies on one of `faces`
    is left out: a face is never what is meant.
    """
    score, heat = look(pixels)
    if score < UNDECIDED:
        return ()
    boxes = _hot_boxes(heat, Size(width=pixels.shape[1], height=pixels.shape[0]))
    if score < NUDITY:
        score = max((_alone(pixels, box) for box in boxes[:1]), default=0.0)
        boxes = boxes[:1]
    if score < NUDITY:
        return ()
    below = [_below(box, faces) for box in boxes]
    return tuple(Region(kind=RegionKind.NUDITY, box=box, corners=upright(box), score=score) for box in below)


def shows_nudity(pixels: Pixels) -> bool:
    """Whether `find_nudity` finds any."""
    return bool(find_nudity(pixels))


def look(pixels: Pixels) -> tuple[float, nets.Floats]:
    """The net's probability, and the map (8, 8) of what speaks for it: log odds, whose mean is that probability's."""
    how = cv2.INTER_AREA if min(pixels.shape[:2]) > SIDE_PX else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (SIDE_PX, SIDE_PX), interpolation=how)
    # The net has seen nothing but JPEG: without its traces the number is another, by up to a quarter.
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.float32)
    heat = nets.run(nets.NUDITY, picture, "map")[0, 0]
    return float(1 / (1 + np.exp(-heat.mean()))), heat


def _hot_boxes(heat: nets.Floats, size: Size) -> list[Box]:
    """The boxes of the places that speak for it most, in the pixels of the picture, largest first."""
    hot = (heat > max(1.0, _HOT * float(heat.max()))).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(hot, connectivity=8)
    high, wide = heat.shape
    across, down = size.width / wide, size.height / high
    found = [
        Box(left=left * across, top=top * down, right=(left + width) * across, bottom=(top + height) * down)
        for left, top, width, height, _ in (map(int, row) for row in stats[1:count])
    ]
    return sorted(found, key=lambda box: -box.area)


def _below(box: Box, faces: tuple[Face, ...]) -> Box:
    """The part of `box` below the faces that reach into it from above."""
    top = box.top
    for face in faces:
        beside = face.box.right <= box.left or face.box.left >= box.right
        if not beside and box.top < face.box.bottom < box.bottom:
            top = max(top, face.box.bottom)
    return Box(left=box.left, top=top, right=box.right, bottom=box.bottom)


def _alone(pixels: Pixels, box: Box) -> float:
    """The net's probability for a square around `box`, as far as there is one: unlike the whole picture, not squeezed."""
    height, width = pixels.shape[:2]
    side = min(_ROOM * max(box.width, box.height), height, width)
    x, y = box.centre
    left, top = (round(min(max(0.0, at - side / 2), most - side)) for at, most in ((x, width), (y, height)))
    part = pixels[top : top + round(side), left : left + round(side)]
    return look(part)[0] if side >= _SMALLEST_PX else 0.0
