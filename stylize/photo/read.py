"""From bytes that nobody vouches for to upright sRGB pixels."""

from __future__ import annotations

import io
import secrets

import numpy as np
from PIL import Image, ImageOps

from stylize.models import Photo


def read(untrusted_bytes: bytes) -> Photo:
    """Read a photo."""
    with Image.open(io.BytesIO(untrusted_bytes)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    return Photo(id=secrets.token_hex(8), pixels=np.array(upright, np.uint8), media_type="image/jpeg", found=())
