"""Reads a finished file again and refuses it unless it holds our pixels, our labels, and nothing more."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from types import MappingProxyType

import numpy as np
from PIL import Image

from stylize.errors import ExportVerifyFailed
from stylize.export.containers import Malformed, Piece, jpeg_pieces, png_pieces, webp_pieces
from stylize.export.encode import JPEG, PNG, SRGB_PERCEPTUAL, WEBP, XMP_KEYWORD, srgb_profile, without_hidden
from stylize.models import ExportOrder, Pixels

_Floats = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
_PILLOW_FORMAT = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
_MODES = {3: "RGB", 4: "RGBA"}
_BLOCK = 16
_FINE, _COARSE = (8.0, 64.0), (32.0, 128.0)
"""How far means over blocks of 16 x 16 may lie off in a lossy file, on average and at worst, of 255; the coarse pair
below _COARSE_QUALITY. A JPEG of quality 1 rounds brightness and both colours to steps of 32 (T.81, tables of annex K
scaled to their end): one flat colour can come back 28 off on average of its channels, 44 in blue.
"""
_COARSE_QUALITY = 50

_METRES_PER_INCH = 0.0254
_JFIF = b"JFIF\x00"
_XMP_SEGMENT = b"http://ns.adobe.com/xap/1.0/\x00"
_ICC_SEGMENT = b"ICC_PROFILE\x00\x01\x01"
_ITXT_HEAD = XMP_KEYWORD.encode() + b"\x00" * 5


def verify(data: bytes, order: ExportOrder, pixels: Pixels, xmp: bytes, dpi: int | None = None) -> None:
    """Compare the file with what it should be. Raises ExportVerifyFailed naming what is off.

    The container is taken apart piece by piece against a list of what may be there; then the pixels are decoded and
    compared: to the bit in PNG, closely in JPEG and WebP. Beneath what is wholly transparent nothing may lie.
    """
    try:
        _CHECKS[order.media_type](data, xmp, dpi)
    except Malformed as problem:
        raise ExportVerifyFailed(why=f"container: {problem}") from None
    _same_pixels(data, order, pixels)


def _check_png(data: bytes, xmp: bytes, dpi: int | None) -> None:
    pieces = png_pieces(data)
    size = {} if dpi is None else {"pHYs": 1}
    _only(pieces, {"IHDR": 1, "sRGB": 1, "iTXt": 1, "IEND": 1, **size}, many={"IDAT"})
    if dpi is not None:
        a_metre = round(dpi / _METRES_PER_INCH)
        _equal(pieces, "pHYs", struct.pack(">IIB", a_metre, a_metre, 1))
    _equal(pieces, "sRGB", SRGB_PERCEPTUAL)
    _equal(pieces, "iTXt", _ITXT_HEAD + xmp)
    _equal(pieces, "IEND", b"")
    if pieces[0].name != "IHDR" or pieces[-1].name != "IEND":
        raise Malformed("order")


def _check_jpeg(data: bytes, xmp: bytes, dpi: int | None) -> None:
    pieces = jpeg_pieces(data)
    _only(pieces, {"APP0": 1, "APP1": 1, "APP2": 1, "SOF0": 1}, many={"DQT", "DHT", "SOS"})
    jfif = _one(pieces, "APP0")
    if not jfif.startswith(_JFIF) or len(jfif) != 14 or jfif[-2:] != b"\x00\x00":
        raise Malformed("thumbnail")
    if jfif[7:12] != (struct.pack(">BHH", 0, 1, 1) if dpi is None else struct.pack(">BHH", 1, dpi, dpi)):
        raise Malformed("density")
    _equal(pieces, "APP1", _XMP_SEGMENT + xmp)
    _equal(pieces, "APP2", _ICC_SEGMENT + srgb_profile())


def _check_webp(data: bytes, xmp: bytes, _dpi: int | None) -> None:
    pieces = webp_pieces(data)
    _only(pieces, {"VP8X": 1, "ICCP": 1, "VP8 ": 1, "XMP ": 1}, many=set())
    _equal(pieces, "XMP ", xmp)
    _equal(pieces, "ICCP", srgb_profile())


_CHECKS: MappingProxyType[str, Callable[[bytes, bytes, int | None], None]] = MappingProxyType(
    {PNG: _check_png, JPEG: _check_jpeg, WEBP: _check_webp}
)


def _only(pieces: list[Piece], once: dict[str, int], many: set[str]) -> None:
    """Exactly one of each in `once`, at least one of each in `many`, and nothing else."""
    counts = {name: sum(p.name == name for p in pieces) for name in {p.name for p in pieces}}
    for name in counts:
        if name not in once and name not in many:
            raise Malformed(f"unexpected {name.strip()}")
    if any(counts.get(name) != times for name, times in once.items()) or not many <= counts.keys():
        raise Malformed("a piece is missing or there twice")


def _one(pieces: list[Piece], name: str) -> bytes:
    return next(p.body for p in pieces if p.name == name)


def _equal(pieces: list[Piece], name: str, body: bytes) -> None:
    if _one(pieces, name) != body:
        raise Malformed(f"{name.strip()} differs")


def _same_pixels(data: bytes, order: ExportOrder, pixels: Pixels) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=[_PILLOW_FORMAT[order.media_type]]) as picture:
            mode, decoded = picture.mode, np.asarray(picture)
    except Exception:  # whatever a decoder says of a broken file, it is broken
        raise ExportVerifyFailed(why="pixels: cannot be decoded") from None
    if mode != _MODES[pixels.shape[2]] or decoded.shape != pixels.shape:
        raise ExportVerifyFailed(why="pixels: another size or kind")
    if mode == "RGBA":
        if np.any(decoded[decoded[..., 3] == 0]):
            raise ExportVerifyFailed(why="pixels: something is hidden where the picture is transparent")
        pixels = without_hidden(pixels)
    if order.media_type == PNG:
        if not np.array_equal(decoded, pixels):
            raise ExportVerifyFailed(why="pixels: differ")
        return
    off = np.abs(_block_means(decoded) - _block_means(pixels)) * _weights(*pixels.shape[:2])
    mean, worst = _COARSE if order.quality < _COARSE_QUALITY else _FINE
    if off.mean() > mean or off.max() > worst:
        raise ExportVerifyFailed(why="pixels: differ")


def _block_means(pixels: Pixels) -> _Floats:
    """Means over whole blocks of `_BLOCK` squared (edges included, smaller): what survives any quality."""
    height, width = pixels.shape[:2]
    rows = np.add.reduceat(pixels.astype(np.float32), np.arange(0, height, _BLOCK), axis=0)
    sums = np.add.reduceat(rows, np.arange(0, width, _BLOCK), axis=1)
    tall, wide = _lengths(height), _lengths(width)
    return np.asarray(sums / (tall[:, None, None] * wide[None, :, None]), np.float32)


def _weights(height: int, width: int) -> _Floats:
    """(rows, columns, 1): the root of the share of each block that is picture. A mean over n pixels strays with
    1 / sqrt(n), so the few pixels of an edge block say that much less than a whole block.
    """
    shares = _lengths(height)[:, None, None] * _lengths(width)[None, :, None] / _BLOCK**2
    return np.asarray(np.sqrt(shares), np.float32)


def _lengths(side: int) -> _Floats:
    """How many pixels of a side each block covers."""
    return np.asarray(np.diff([*range(0, side, _BLOCK), side]), np.float32)
