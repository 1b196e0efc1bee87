"""The whole photo, with everything hidden that an order says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from stylize.errors import NoFace, NoSuchFace
from stylize.geometry import Box
from stylize.models import Face, Findings, HideOrder, Mask, Photo, Pixels, Points, Region
from stylize.photo import mesh, segment
from stylize.photo.frame import head_frame
from stylize.photo.hiding.background import hide_background, whose
from stylize.photo.hiding.choose import hidden_regions
from stylize.photo.hiding.cover import cover
from stylize.photo.hiding.patch import Flags, Patch, own_face, patch_of, patch_of_box
from stylize.photo.neighbours import own_share
from stylize.photo.turn import scale_face, turn, turn_face, upright_quarters

_LOOK_PX = 1024
"""The person is told from the background in a picture with sides of at most this."""

_MOST_PEOPLE = 6


def redact(photo: Photo, findings: Findings, order: HideOrder, subject: int | None = None) -> Pixels:
    """The whole `photo`, (h, w, 3) uint8 at its full size, with all hidden that `order` says; a new array.

    `subject`: whose photo it is, a number in `findings.faces`; None: `findings.subject`. Where that is None, too, it is
    nobody's: every face is hidden, and if the background is to be, the bodies of the most prominent stay. What `order`
    shows by name is seen although it is in a background that is hidden.
    Raises NoSuchFace, NoSuchRegion, and NoFace where the background is to be hidden and there is nobody to be left.
    """
    subject = findings.subject if subject is None else subject
    if subject is not None and not 0 <= subject < len(findings.faces):
        raise NoSuchFace(number=subject + 1, count=len(findings.faces))
    regions = hidden_regions(findings, order, subject)
    own = own_flags(photo.pixels, findings, subject)
    out = cover(photo.pixels, patches(regions, findings.faces, order.boxes), order.style, own)
    if order.background == "keep":
        return out
    # A face that is hidden cannot be looked at any more.
    people = _people(photo.pixels if subject is None else out, findings.faces, subject)
    shown = shown_regions(findings, order)
    corners = [region.corners for region in shown if region.face is None]
    beside = [_people(out, findings.faces, region.face) for region in shown if region.face not in (None, subject)]
    return hide_background(out, also(people, beside, corners), order.background)


def shown_regions(findings: Findings, order: HideOrder) -> tuple[Region, ...]:
    """What the user wants to be seen."""
    return tuple(region for number, region in enumerate(findings.regions) if number in order.shown)


def also(mask: Mask, masks: Iterable[Mask], corners: Iterable[Points]) -> Mask:
    """`mask`, with what is shown by name standing before the background, too: people whole, by their masks, and things as
    far as they reach, by their corners.
    """
    out = np.maximum.reduce([mask, *masks])
    for quadrangle in corners:
        cv2.fillConvexPoly(out, np.round(quadrangle).astype(np.int32), 1.0, cv2.LINE_AA)
    return np.asarray(out, np.float32)


def patches(regions: Iterable[Region], faces: Sequence[Face], boxes: Iterable[Box]) -> tuple[Patch, ...]:
    """What lies over the `regions` and `boxes`."""
    over = (patch_of(region, None if region.face is None else faces[region.face]) for region in regions)
    return (*over, *(patch_of_box(box) for box in boxes))


def own_flags(pixels: Pixels, findings: Findings, subject: int | None) -> Flags | None:
    """Where the subject's own face is."""
    if subject is None:
        return None
    return own_face(pixels.shape, mesh.fit(pixels, findings.faces[subject]).points)


def _people(pixels: Pixels, faces: tuple[Face, ...], subject: int | None) -> Mask:
    """(h, w): where the subject is; without one, where anybody is."""
    if not faces:
        raise NoFace
    height, width = pixels.shape[:2]
    scale = min(1.0, _LOOK_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    near = tuple(scale_face(face, scale) for face in faces)
    if subject is None:
        masks = [person_alone(small, face, ()) for face in near[:_MOST_PEOPLE]]
        mask: Mask = np.max(masks, axis=0)
    else:
        mask = person_alone(small, near[subject], near[:subject] + near[subject + 1 :])
    return np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def person_alone(pixels: Pixels, face: Face, others: tuple[Face, ...]) -> Mask:
    """The mask of one person, looked at upright."""
    quarters = upright_quarters(face)
    standing, turned = turn(pixels, quarters), turn_face(face, quarters, pixels.shape)
    shape = (standing.shape[0], standing.shape[1])
    points = mesh.fit(standing, turned).points
    frame = head_frame(points, shape)
    beside = tuple(turn_face(other, quarters, pixels.shape) for other in others)
    mask = segment.person_mask(standing, frame, far=True) * own_share(shape, turned, beside)
    return np.ascontiguousarray(np.rot90(whose(mask, points), -quarters % 4))
