"""From a decoded picture of any mode to upright sRGB pixels."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageCms

from stylize.models import Pixels

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PAPER = 255
_SPACE_OF_MODE = {"L": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}


def upright(image: Image.Image, longest_px: int) -> Pixels:
    """(h, w, 3) uint8 sRGB: scaled down to `longest_px`, turned as its EXIF says, seen on white where it is clear.

    The array is new and shares nothing with `image`.
    """
    turn = _TURNS.get(_orientation(image))
    profile = image.info.get("icc_profile")
    image = _to_eight_bits(image)
    image = _shrink(image, longest_px)
    if turn is not None:
        image = image.transpose(turn)
    image = _to_srgb(image, profile if isinstance(profile, bytes) else None)
    if image.mode == "RGBA":
        paper = Image.new("RGBA", image.size, (_PAPER, _PAPER, _PAPER, 255))
        image = Image.alpha_composite(paper, image)
    return np.array(image.convert("RGB"), np.uint8)


def _orientation(image: Image.Image) -> int:
    """1 to 8; 1 where there is none or where the EXIF cannot be read."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) else 1


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Any mode Pillow decodes to → L, RGB, RGBA or CMYK."""
    if image.mode in _SPACE_OF_MODE:
        return image.convert("RGBA") if "transparency" in image.info and image.mode != "CMYK" else image
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float32)
        deep = 65535.0 if values.max(initial=0) > 255 or image.mode.startswith("I;16") else 255.0
        return Image.fromarray(np.clip(values / deep * 255 + 0.5, 0, 255).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _shrink(image: Image.Image, longest_px: int) -> Image.Image:
    scale = longest_px / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if image.mode == "RGBA":
        return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    small = cv2.resize(np.asarray(image), size, interpolation=cv2.INTER_AREA)
    return Image.frombytes(image.mode, size, np.ascontiguousarray(small).tobytes())


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Through the ICC profile where it fits the picture; a missing, broken or foreign profile means sRGB."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = source.profile.xcolor_space.strip()
            if space == _SPACE_OF_MODE.get(image.mode) and not _is_srgb(source):
                mode = "RGBA" if image.mode == "RGBA" else "RGB"
                managed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
                if managed is not None:
                    return managed
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
            return image.convert("RGBA" if image.mode == "RGBA" else "RGB")
    return image if image.mode == "RGBA" else image.convert("RGB")


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    description = profile.profile.profile_description or ""
    return "sRGB" in description
