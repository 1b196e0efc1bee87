"""Text, papers, badges, screens and number plates: writing is found, put together, and laid on the thing it stands on."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from stylize.geometry import Size
from stylize.models import Face, Pixels, Points, Region, RegionKind
from stylize.photo.blocks import Block, blocks
from stylize.photo.kinds import is_one_of_many, kind_of, kind_without_words, may_be_a_ground, may_be_written_on
from stylize.photo.quadrangle import around, clockwise, grown
from stylize.photo.surfaces import LOOK_PX, Surface, find_surfaces
from stylize.photo.text import Line
from stylize.photo.writing import find_lines

_MARGIN = 0.3
_BEZEL = 3.0

Piece = tuple[tuple[Block, ...], Surface | None]
"""Blocks, and the surface they stand on."""


def find_documents(pixels: Pixels, faces: tuple[Face, ...]) -> tuple[Region, ...]:
    """Regions of `pixels` (h, w, 3) with writing, and bright flat things without; by kind, the largest first in each.

    `faces`: all that were found in it; a badge is told by the face above it.
    """
    seen = _shrink(pixels, LOOK_PX)
    scale = np.float32(pixels.shape[1] / seen.shape[1])
    surfaces = tuple(replace(found, corners=found.corners * scale) for found in find_surfaces(seen))
    whole = pixels.shape[0] * pixels.shape[1]
    flat = tuple(surface.corners for surface in surfaces if may_be_written_on(surface, surface.area / whole))
    pieces = [
        piece
        for members, ground in _pieces(blocks(find_lines(pixels, seen, flat)), surfaces)
        for piece in _parted(members, ground, whole, faces)
    ]
    regions = [
        _region(kind_of(members, surface, faces), _outline(members, surface), members[0].score, pixels)
        for members, surface in pieces
    ]
    for surface in surfaces:
        kind = kind_without_words(surface, surface.area / whole, faces)
        if kind is None or is_one_of_many(surface, surfaces):
            continue
        if not any(_overlap(surface.corners, _outline(*piece)) for piece in pieces):
            regions.append(_region(kind, surface.corners, surface.edged * 0.5, pixels))
    order = list(RegionKind)
    return tuple(sorted(regions, key=lambda region: (order.index(region.kind), -region.box.area)))


def _shrink(pixels: Pixels, longest: int) -> Pixels:
    scale = longest / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _pieces(found: tuple[Block, ...], surfaces: tuple[Surface, ...]) -> list[Piece]:
    """Every block with the surface it stands on; blocks that share one, or lie on what another stands on, together."""
    on: dict[int, list[Block]] = {}
    alone: list[Block] = []
    for block in found:
        number = _ground(block, surfaces)
        if number is None:
            alone += [block] if _is_credible(block) else []
        else:
            on.setdefault(number, []).append(block)
    pieces: list[Piece] = [(tuple(members), surfaces[number]) for number, members in on.items()]
    return pieces + [((block,), None) for block in alone]


def _parted(members: tuple[Block, ...], ground: Surface | None, whole: float, faces: tuple[Face, ...]) -> list[Piece]:
    """The piece as it is, or each block alone where the ground is none of theirs."""
    count = sum(len(block.lines) for block in members)
    if ground is None or may_be_a_ground(ground, ground.area / whole, count, faces):
        return [(members, ground)]
    return [((block,), None) for block in members if _is_credible(block)]


def _is_credible(block: Block) -> bool:
    """Lines that stand alone or in pairs, on nothing, must look like such: a collar or a cuff is short, upright, or unsure."""
    return len(block.lines) > 2 or any(map(_looks_like_one, block.lines))


def _looks_like_one(line: Line) -> bool:
    upright = abs(float(line.along[1])) > 0.85
    return line.score > 0.78 and line.length > (1.9 if upright else 1.5) * line.height


def _ground(block: Block, surfaces: tuple[Surface, ...]) -> int | None:
    """The number of the smallest surface that holds `block`, or of the screen that this is a window of."""
    holding = [number for number, surface in enumerate(surfaces) if _holds(surface, block)]
    if not holding:
        return None
    best = holding.pop()  # the largest come first
    for number in reversed(holding):
        frame = surfaces[number]
        if frame.area < _BEZEL * surfaces[best].area and (frame.rimmed > 0.4 or frame.brighter < 0):
            best = number
    return best


def _holds(surface: Surface, block: Block) -> bool:
    """Whether it holds the middles of the block's lines, and most of what is around them."""
    marks = [at for line in block.lines for at in (line.middle, *(line.middle + 0.6 * (line.corners - line.middle)))]
    inside = [cv2.pointPolygonTest(surface.corners[:, None], (float(x), float(y)), False) >= 0 for x, y in marks]
    return float(np.mean(inside)) > 0.85 and surface.area > 0.5 * float(cv2.contourArea(block.corners))


def _outline(members: tuple[Block, ...], surface: Surface | None) -> Points:
    """The surface with its rim, or the writing with a margin; where the writing fills or leaves the surface, both."""
    if surface is None:
        return grown(members[0].corners, _MARGIN * members[0].height)
    cores = [line.middle + np.float32(0.8) * (line.corners - line.middle) for one in members for line in one.lines]
    if all(
        cv2.pointPolygonTest(surface.corners[:, None], tuple(map(float, at)), False) >= 0
        for at in np.concatenate(cores)
    ):
        return grown(surface.corners, 0.02 * min(surface.sides) + 1)
    both = np.concatenate([surface.corners, *cores]).astype(np.float32)
    return grown(clockwise(np.asarray(cv2.boxPoints(cv2.minAreaRect(both)), np.float32)), 0.02 * min(surface.sides) + 1)


def _overlap(a: Points, b: Points) -> bool:
    """Whether a third of the smaller lies in the other."""
    shared, _ = cv2.intersectConvexConvex(cv2.convexHull(a), cv2.convexHull(b))
    return bool(shared > 0.33 * min(cv2.contourArea(cv2.convexHull(a)), cv2.contourArea(cv2.convexHull(b))))


def _region(kind: RegionKind, corners: Points, score: float, pixels: Pixels) -> Region:
    """Its box ends at the photo's edge; its corners may reach over it."""
    ordered = clockwise(corners)
    box = around(ordered).clamp(Size(width=pixels.shape[1], height=pixels.shape[0]))
    return Region(kind=kind, box=box, corners=ordered, score=score)
