"""From bytes that nobody vouches for to upright sRGB pixels, and a list of what else was in the file."""

from __future__ import annotations

import secrets

from stylize.errors import NotAnImage, PhotoTooLarge
from stylize.models import Photo
from stylize.photo.decode import damage_named, decode
from stylize.photo.formats import NAMES, recognise
from stylize.photo.metadata.report import report
from stylize.photo.upright import upright

LARGEST_FILE_BYTES = 20_000_000
KEPT_SIDE_PX = 3072
"""Larger photos are scaled down to this: more than any picture made of them shows."""


def read(untrusted_bytes: bytes) -> Photo:
    """Read a photo: JPEG, PNG, WebP, HEIF or AVIF, told by its content.

    The pixels are upright (EXIF orientation applied), sRGB (through the ICC profile; clear parts seen on white), new,
    and at most `KEPT_SIDE_PX` long: a larger photo is scaled down. `Photo.found` lists what the file held besides.

    Raises a PhotoError: NotAnImage, FormatNotSupported, PhotoTooLarge, PhotoTooManyPixels, PhotoSideTooLong,
    PhotoTooSmall, PhotoAnimated or PhotoTruncated.
    """
    if not untrusted_bytes:
        raise NotAnImage(formats=NAMES)
    if len(untrusted_bytes) > LARGEST_FILE_BYTES:
        size = len(untrusted_bytes) / 1e6
        raise PhotoTooLarge(megabytes=f"{size:.1f}", limit=LARGEST_FILE_BYTES // 1_000_000)
    kind = recognise(untrusted_bytes)
    image = decode(untrusted_bytes, kind, KEPT_SIDE_PX)
    with damage_named():
        pixels = upright(image, KEPT_SIDE_PX)
    return Photo(id=secrets.token_hex(8), pixels=pixels, media_type=kind.value, found=report(untrusted_bytes, kind))
