"""All in a photo that may be hidden: the faces, and what other finders see."""

from __future__ import annotations

from stylize.models import Face, Pixels, Region, RegionKind
from stylize.photo.documents import find_documents
from stylize.photo.nudity import find_nudity
from stylize.photo.quadrangle import upright
from stylize.photo.small_faces import find_small_faces


def find_regions(pixels: Pixels, faces: tuple[Face, ...], sighted: tuple[Face, ...]) -> tuple[Region, ...]:
    """Every region of `pixels`: first the faces, in the order of `faces`, then the rest, largest first in each kind.

    `sighted`: what `small_faces.sight` saw in it.
    """
    own = tuple(
        Region(kind=RegionKind.FACE, box=face.box, corners=upright(face.box), score=face.score, face=number)
        for number, face in enumerate(faces)
    )
    documents = find_documents(pixels, (*faces, *sighted))
    return own + find_small_faces(sighted, faces) + documents + find_nudity(pixels, faces)
