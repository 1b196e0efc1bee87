"""Real files that go wrong in real ways, made from the real portraits of tests/data/portraits."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Array = npt.NDArray[np.uint8]


def pixels_of(data: bytes) -> Array:
    """(h, w, 3) uint8."""
    with Image.open(io.BytesIO(data)) as image:
        return np.array(image.convert("RGB"), np.uint8)


def jpeg(pixels: Array, **options: object) -> bytes:
    """A JPEG of quality 92; `options` go to Pillow."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", **{"quality": 92, **options})
    return buffer.getvalue()


def sideways(data: bytes) -> bytes:
    """As a phone held upright stores it: the pixels lie on their side, and EXIF orientation 6 says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return jpeg(np.ascontiguousarray(np.rot90(pixels_of(data))), exif=exif)


def truncated(data: bytes) -> bytes:
    """The first 60 % of the file."""
    return data[: len(data) * 6 // 10]


def bomb(side: int = 20_000) -> bytes:
    """A PNG of `side` x `side` black pixels in some hundred kB."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    squeeze = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    packed = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def animated(data: bytes) -> bytes:
    """A WebP of three frames."""
    frames = [Image.fromarray(pixels_of(data)[::4, ::4]).rotate(turn) for turn in (0, 3, 6)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


def greyscale(data: bytes) -> bytes:
    """A JPEG of one channel."""
    buffer = io.BytesIO()
    Image.fromarray(pixels_of(data)).convert("L").save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def cmyk(data: bytes) -> bytes:
    """A JPEG of four inks, as print shops send them."""
    buffer = io.BytesIO()
    Image.fromarray(pixels_of(data)).convert("CMYK").save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def sixteen_bit(data: bytes) -> bytes:
    """A PNG of three channels of 16 bits."""
    deep = pixels_of(data)[..., ::-1].astype(np.uint16) * 257
    done, encoded = cv2.imencode(".png", deep)
    assert done
    return encoded.tobytes()


def with_alpha(data: bytes) -> bytes:
    """A PNG whose lower corners are clear."""
    pixels = pixels_of(data)
    alpha = np.full(pixels.shape[:2], 255, np.uint8)
    alpha[-80:, :80] = alpha[-80:, -80:] = 0
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([pixels, alpha])).save(buffer, "PNG")
    return buffer.getvalue()


def landscape(height: int = 600, width: int = 800) -> bytes:
    """Sky over grass, nobody in it."""
    rows = np.linspace(0, 1, height)[:, None, None]
    sky, grass = np.array([120, 180, 240.0]), np.array([70, 130, 60.0])
    noise = np.random.default_rng(0).normal(0, 6, (height, width, 3))
    picture = np.where(rows < 0.55, sky + 60 * rows, grass + 40 * rows) + noise
    return jpeg(picture.clip(0, 255).astype(np.uint8))


def group(*people: bytes) -> bytes:
    """Several portraits side by side, each 600 pixels high, the first one largest."""
    heights = (600, *[480] * (len(people) - 1))
    shown = []
    for data, height in zip(people, heights, strict=True):
        pixels = pixels_of(data)
        width = round(pixels.shape[1] * height / pixels.shape[0])
        small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        shown.append(cv2.copyMakeBorder(small, 600 - height, 0, 0, 0, cv2.BORDER_REPLICATE))
    return jpeg(np.hstack(shown))


def tiny_face(data: bytes, width: int = 60) -> bytes:
    """The portrait as a small print on a large wall."""
    pixels = pixels_of(data)
    small = cv2.resize(pixels, (width, round(pixels.shape[0] * width / pixels.shape[1])), interpolation=cv2.INTER_AREA)
    wall = np.full((900, 1200, 3), (188, 182, 170), np.uint8)
    wall[400 : 400 + small.shape[0], 560 : 560 + width] = small
    return jpeg(wall)


def sunglasses(data: bytes, eyes: npt.NDArray[np.float32]) -> bytes:
    """Dark lenses over `eyes` ((2, 2) float32: image-left and image-right eye, in pixels), joined by a bridge."""
    pixels = pixels_of(data)
    (x0, y0), (x1, y1) = eyes.tolist()
    span = float(np.hypot(x1 - x0, y1 - y0))
    for x, y in ((x0, y0), (x1, y1)):
        centre, axes = (round(x), round(y + 0.08 * span)), (round(0.42 * span), round(0.33 * span))
        cv2.ellipse(pixels, centre, axes, 0, 0, 360, (18, 18, 20), -1, cv2.LINE_AA)
    bridge = (round(x0), round(y0)), (round(x1), round(y1))
    cv2.line(pixels, *bridge, (18, 18, 20), max(2, round(0.08 * span)), cv2.LINE_AA)
    return jpeg(pixels)
