"""Whose photo it is: which face is the subject, who else is there, and what may make the picture worse."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from stylize import colour
from stylize.errors import FaceTooSmall, NoFace, NoSuchFace
from stylize.models import Beard, Face, Findings, Photo, Pixels, RegionKind
from stylize.photo import beard, eyes, glasses, mesh, monochrome, skin
from stylize.photo.frame import head_frame
from stylize.photo.people import find_faces
from stylize.photo.regions import find_regions
from stylize.photo.small_faces import sight

SMALLEST_FACE_PX = 40
WARNINGS = (
    "nudity",
    "several-faces",
    "photo-small",
    "photo-dark",
    "greyscale",
    "face-turned",
    "face-cut",
    "face-covered",
    "sunglasses",
    "eyes-closed",
)
"""Every warning there is, in the order in which they are given."""

_SMALL_FACE_PX = 110
_TURNED_DEGREES = 28.0
_CLOSED = 0.13
_LOOK_PX = 240.0


def inspect(photo: Photo, face: int | None = None) -> Findings:
    """Find the faces, the most prominent first, and choose the subject: number `face`, or else the first.

    `verdict` is "ask" where a warning was raised, else "ok". Raises NoFace, FaceTooSmall, or NoSuchFace where `face` is
    none of those found.
    """
    return choose(photo, survey(photo), face)


def survey(photo: Photo) -> Findings:
    """All that is found in a photo, whoever it is about: no subject, no warnings. `verdict` "refuse": nobody is in it."""
    sighted = sight(photo.pixels)
    faces = find_faces(photo.pixels, sighted)
    regions = find_regions(photo.pixels, faces, sighted)
    return Findings(faces=faces, subject=None, regions=regions, warnings=(), verdict="ok" if faces else "refuse")


def choose(photo: Photo, found: Findings, face: int | None = None) -> Findings:
    """`found` with its subject and warnings. Raises as `inspect` does."""
    faces = found.faces
    if not faces:
        raise NoFace
    if face is not None and not 0 <= face < len(faces):
        raise NoSuchFace(number=face + 1, count=len(faces))
    subject = 0 if face is None else face
    chosen = faces[subject]
    if chosen.box.width < SMALLEST_FACE_PX:
        raise FaceTooSmall(width_px=round(chosen.box.width), limit_px=SMALLEST_FACE_PX)
    warnings = _warnings(photo.pixels, found, chosen)
    return replace(found, subject=subject, warnings=warnings, verdict="ask" if warnings else "ok")


def _warnings(pixels: Pixels, found: Findings, chosen: Face) -> tuple[str, ...]:
    raised = {
        "nudity": any(region.kind is RegionKind.NUDITY for region in found.regions),
        "several-faces": len(found.faces) > 1,
        "photo-small": chosen.box.width < _SMALL_FACE_PX,
        "greyscale": monochrome.is_monochrome(pixels),
    }
    part, face = _close_up(pixels, chosen)
    fitted = mesh.fit(part, face)
    frame = head_frame(fitted.points, (part.shape[0], part.shape[1]))
    lab = colour.to_lab(part.astype(np.float32) / np.float32(255))
    yaw, pitch, _ = mesh.pose(fitted.points)
    covered = skin.covered_share(lab, frame)
    shades = glasses.wears_sunglasses(lab, frame)
    raised["photo-dark"] = _is_dark(pixels, part)
    raised["face-turned"] = abs(yaw) > _TURNED_DEGREES or abs(pitch) > _TURNED_DEGREES
    raised["face-cut"] = _share_inside(mesh.fit(pixels, chosen), pixels) < 0.93
    raised["face-covered"] = covered > 0.6 and beard.guess_beard(lab, frame) is Beard.NONE
    raised["sunglasses"] = shades
    raised["eyes-closed"] = not shades and eyes.eyes_open(fitted.points) < _CLOSED
    return tuple(name for name in WARNINGS if raised[name])


def _close_up(pixels: Pixels, face: Face) -> tuple[Pixels, Face]:
    """The surroundings of the face at a handy size, and the face there."""
    box = face.box.pad(face.box.width * 0.5, face.box.height * 0.5)
    height, width = pixels.shape[:2]
    left, top = max(0, int(box.left)), max(0, int(box.top))
    part = pixels[top : min(height, int(box.bottom) + 1), left : min(width, int(box.right) + 1)]
    scale = _LOOK_PX / max(face.box.width, 1.0)
    size = (max(8, round(part.shape[1] * scale)), max(8, round(part.shape[0] * scale)))
    near = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)
    points = ((face.keypoints - [left, top]) * scale).astype(np.float32)
    return near, Face(box=face.box.move(-left, -top).scale(scale), score=face.score, keypoints=points)


def _is_dark(pixels: Pixels, face: Pixels) -> bool:
    """Little light anywhere: neither on the face nor beside it. A dark skin in a well-lit picture is not dark."""
    whole = np.percentile(pixels[::8, ::8].max(axis=-1), 90)
    return bool(whole < 110 and np.percentile(face.max(axis=-1), 75) < 85)


def _share_inside(fitted: mesh.Mesh, pixels: Pixels) -> float:
    height, width = pixels.shape[:2]
    x, y = fitted.points[:, 0], fitted.points[:, 1]
    return float(((x >= 0) & (x < width) & (y >= 0) & (y < height)).mean())
