"""The photo with everything hidden that is to be hidden: small for the page, in the frame of a picture, and as a file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from stylize import photo as room
from stylize.export import export_photo
from stylize.geometry import Box, Size
from stylize.models import ExportOrder, Findings, HideOrder, Photo, Pixels, Region
from stylize.photo.turn import scale_face
from stylize.privacy.memory import wipe
from ui.hiding import check
from ui.pictures import encode, frame, frame_scale
from ui.shelf import Sheet

VIEW = Size(width=1200, height=1200)
"""What the page shows fits into it."""
_QUALITY = 88


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A photo at the size at which the page shows it, and what was found in it, in its pixels. `scale`: to the whole one."""

    photo: Photo = field(repr=False)
    findings: Findings = field(repr=False)
    scale: float

    def seen(self, order: HideOrder, subject: int | None = None, suffix: str = ".jpg") -> Sheet:
        """As an engine, or whoever is given the redacted copy, sees it. `order`: in the pixels of the whole photo.

        Raises HideUnreadable where it shows what was not found.
        """
        pixels = room.redact(self.photo, self.findings, _order(check(order, self.findings), self.scale), subject)
        sheet = encode(pixels, suffix, _QUALITY)
        _let_go(pixels, self.photo)
        return sheet

    def original(self) -> Sheet:
        """As it is, to compare."""
        return encode(self.photo.pixels, ".jpg", _QUALITY)

    def wipe(self) -> None:
        wipe(self.photo.pixels)


def view(photo: Photo, findings: Findings) -> View:
    """Of a photo that has just come in."""
    whole = Size(width=photo.pixels.shape[1], height=photo.pixels.shape[0])
    scale = whole.fit_within(VIEW).width / whole.width
    small, shrunk = shrink(photo, findings, scale)
    if small is photo:
        small = replace(photo, pixels=photo.pixels.copy())
    return View(photo=small, findings=shrunk, scale=scale)


def whole(photo: Photo, findings: Findings, order: HideOrder, subject: int | None = None) -> Sheet:
    """A JPEG to take home: the photo at full size, redacted, with nothing in the file but pixels. Raises HideUnreadable."""
    pixels = room.redact(photo, findings, check(order, findings), subject)
    made = export_photo(pixels, ExportOrder(media_type="image/jpeg"))
    _let_go(pixels, photo)
    return Sheet(data=memoryview(bytearray(made.data)), media_type=made.media_type)


def framed(photo: Photo, findings: Findings, order: HideOrder, size: Size) -> Pixels:
    """The part around the subject, redacted, cut and scaled to `size`: what a picture is compared with."""
    box = findings.faces[findings.subject or 0].box
    scale = min(1.0, frame_scale(photo.pixels, box, size))
    small, shrunk = shrink(photo, findings, scale)
    pixels = room.redact(small, shrunk, _order(order, scale), findings.subject)
    part = frame(pixels, box.scale(scale), size.width, size.height)
    _let_go(pixels, photo)
    _let_go(small.pixels, photo)
    return part


def shrink(photo: Photo, findings: Findings, scale: float) -> tuple[Photo, Findings]:
    """Both in a picture `scale` times as large; at 1 as they are."""
    if scale >= 1:
        return photo, findings
    height, width = photo.pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = np.asarray(cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    shrunk = replace(
        findings,
        faces=tuple(scale_face(face, scale) for face in findings.faces),
        regions=tuple(_region(region, scale) for region in findings.regions),
    )
    return replace(photo, pixels=pixels), shrunk


def _let_go(pixels: Pixels, photo: Photo) -> None:
    """Overwrite what was drawn of `photo`, unless it is the photo itself."""
    if not np.shares_memory(pixels, photo.pixels):
        wipe(pixels)


def _region(region: Region, scale: float) -> Region:
    return replace(region, box=region.box.scale(scale), corners=region.corners * np.float32(scale))


def _order(order: HideOrder, scale: float) -> HideOrder:
    boxes: tuple[Box, ...] = tuple(box.scale(scale) for box in order.boxes)
    return replace(order, boxes=boxes)
