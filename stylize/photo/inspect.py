"""Whose photo it is: which face is the subject, who else is there, and what may make the picture worse."""

from __future__ import annotations

import numpy as np

from stylize.errors import FaceTooSmall, NoFace, NoSuchFace
from stylize.models import Face, Findings, Photo, Pixels
from stylize.photo import mesh
from stylize.photo.faces import propose

SMALLEST_FACE_PX = 40
_SMALL_FACE_PX = 110
_PRESENT = 0.4
_TURNED_DEGREES = 28


def inspect(photo: Photo, face: int | None = None) -> Findings:
    """Find the faces, largest first, and choose the subject: `face`, or else the largest and most central one.

    Raises NoFace, FaceTooSmall, or NoSuchFace where `face` is none of those found.
    """
    faces = find_faces(photo.pixels)
    if not faces:
        raise NoFace
    if face is not None and not 0 <= face < len(faces):
        raise NoSuchFace(number=face + 1, count=len(faces))
    subject = 0 if face is None else face
    chosen = faces[subject]
    if chosen.box.width < SMALLEST_FACE_PX:
        raise FaceTooSmall(width_px=round(chosen.box.width), limit_px=SMALLEST_FACE_PX)
    warnings = _warnings(photo.pixels, faces, chosen)
    return Findings(faces=faces, subject=subject, warnings=warnings, verdict="ask" if warnings else "ok")


def find_faces(pixels: Pixels) -> tuple[Face, ...]:
    """The faces in `pixels`, the most prominent first; `score` is the face mesh's presence score."""
    height, width = pixels.shape[:2]
    found = []
    for face in propose(pixels)[:24]:
        fitted = mesh.fit(pixels, face)
        if fitted.presence >= _PRESENT:
            found.append(Face(box=face.box, score=fitted.presence, keypoints=face.keypoints))

    def prominence(face: Face) -> float:
        x, y = face.box.centre
        aside = np.hypot(x / width - 0.5, y / height - 0.5)
        return float(face.box.area * (1 - 0.6 * aside))

    return tuple(sorted(found, key=prominence, reverse=True))


def _warnings(pixels: Pixels, faces: tuple[Face, ...], chosen: Face) -> tuple[str, ...]:
    warnings = []
    if len(faces) > 1:
        warnings.append("several-faces")
    if chosen.box.width < _SMALL_FACE_PX:
        warnings.append("photo-small")
    yaw, _, _ = mesh.pose(mesh.fit(pixels, chosen).points)
    if abs(yaw) > _TURNED_DEGREES:
        warnings.append("face-turned")
    return tuple(warnings)
