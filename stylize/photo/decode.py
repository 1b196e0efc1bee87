"""A file of a known format → its first picture, decoded, not yet turned or colour-managed.

The decoders are named one by one and opened directly, so that nothing is guessed from the content a second time and no
plug-in that another library registered can take part.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pi_heif
from PIL import AvifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from stylize.errors import (
    PhotoAnimated,
    PhotoError,
    PhotoSideTooLong,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
)
from stylize.photo.formats import Format

LARGEST_PIXELS = 50_000_000
LONGEST_SIDE_PX = 12_000
SHORTEST_SIDE_PX = 64

_MOST_JPEG_SCANS = 300
_ITEM = b"infe"
_PLUGINS: dict[Format, type[ImageFile.ImageFile]] = {
    Format.JPEG: JpegImagePlugin.JpegImageFile,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.AVIF: AvifImagePlugin.AvifImageFile,
}


def decode(untrusted_bytes: bytes, kind: Format, wanted_px: int) -> Image.Image:
    """The first picture in the file, loaded; its `info` may carry an ICC profile, its EXIF an orientation.

    A JPEG more than twice as long as `wanted_px` is decoded at a half, a quarter or an eighth of its size.
    Raises PhotoAnimated, PhotoTooManyPixels, PhotoSideTooLong, PhotoTooSmall before, and PhotoTruncated while decoding.
    """
    with damage_named():
        if kind is Format.HEIF:
            return _decode_heif(untrusted_bytes)
        if kind is Format.JPEG and untrusted_bytes.count(b"\xff\xda") > _MOST_JPEG_SCANS:
            raise PhotoTruncated
        with _PLUGINS[kind](io.BytesIO(untrusted_bytes)) as image:
            check_size(image.width, image.height)
            frames = int(getattr(image, "n_frames", 1))
            if frames > 1:
                raise PhotoAnimated(frames=frames)
            if isinstance(image, JpegImagePlugin.JpegImageFile):
                scale = min(1.0, wanted_px / max(image.size))
                image.draft(image.mode, (int(image.width * scale), int(image.height * scale)))
            image.load()
            return image


def check_size(width: int, height: int) -> None:
    """Raises PhotoSideTooLong, PhotoTooManyPixels or PhotoTooSmall."""
    if max(width, height) > LONGEST_SIDE_PX:
        raise PhotoSideTooLong(side_px=max(width, height), limit_px=LONGEST_SIDE_PX)
    if width * height > LARGEST_PIXELS:
        raise PhotoTooManyPixels(megapixels=round(width * height / 1e6), limit=LARGEST_PIXELS // 1_000_000)
    if min(width, height) < SHORTEST_SIDE_PX:
        raise PhotoTooSmall(side_px=min(width, height), limit_px=SHORTEST_SIDE_PX)


@contextmanager
def damage_named() -> Iterator[None]:
    """Whatever a decoder throws at a file that began well becomes PhotoTruncated; its own words go nowhere."""
    try:
        yield
    except PhotoError:
        raise
    except MemoryError:
        raise PhotoTooManyPixels(megapixels="too many", limit=LARGEST_PIXELS // 1_000_000) from None
    except Exception:
        raise PhotoTruncated from None


def _decode_heif(untrusted_bytes: bytes) -> Image.Image:
    """The primary picture. libheif has turned it already: its EXIF is left behind with the orientation in it."""
    if not _is_readable_text(untrusted_bytes):
        raise PhotoTruncated
    container = pi_heif.open_heif(io.BytesIO(untrusted_bytes), convert_hdr_to_8bit=True)
    picture = container[container.primary_index]
    check_size(*picture.size)
    values = np.asarray(picture)[: picture.size[1], : picture.size[0]]
    if values.dtype != np.uint8:
        values = (values >> 8).astype(np.uint8)
    mode = {2: "L"}.get(values.ndim) or {2: "LA", 3: "RGB", 4: "RGBA"}[values.shape[2]]
    image = Image.frombytes(mode, picture.size, np.ascontiguousarray(values).tobytes())
    profile = picture.info.get("icc_profile")
    if profile:
        image.info["icc_profile"] = profile
    return image


def _is_readable_text(untrusted_bytes: bytes) -> bool:
    """Whether kind, name and media type of every item (ISO/IEC 14496-12, 8.11.6, box "infe") are UTF-8.

    pi_heif takes that for granted, and the process dies of a null pointer where it is not so (seen in 1.4.0).
    """
    directory = _directory(untrusted_bytes)
    place = directory.find(_ITEM)
    while place >= 4:
        end = place - 4 + int.from_bytes(directory[place - 4 : place], "big")
        id_bytes = 4 if directory[place + 4 : place + 5] == b"\3" else 2
        kind = place + 8 + id_bytes + 2
        try:
            directory[kind : kind + 4].decode("utf-8")
            directory[kind + 4 : end].decode("utf-8")
        except UnicodeDecodeError:
            return False
        place = directory.find(_ITEM, place + 4)
    return True


def _directory(untrusted_bytes: bytes) -> bytes:
    """The box "meta" of a HEIF file, which tells what else is in it; nothing where there is none."""
    place = 0
    while place + 8 <= len(untrusted_bytes):
        size = int.from_bytes(untrusted_bytes[place : place + 4], "big")
        if size == 1:
            size = int.from_bytes(untrusted_bytes[place + 8 : place + 16], "big")
        if untrusted_bytes[place + 4 : place + 8] == b"meta":
            return untrusted_bytes[place : place + size] if size else untrusted_bytes[place:]
        if size < 8:
            break
        place += size
    return b""
