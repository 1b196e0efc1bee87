"""PNG, JPEG and WebP files taken apart into their pieces, strictly: every byte belongs to a piece, or it is refused.

Specifications: PNG (W3C, third edition), JPEG (ITU-T T.81) with JFIF, WebP container (RFC 9649). Our own eyes, on
purpose not those of the library that wrote the file.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_STUFFED_OR_RESTART = frozenset({0x00, *range(0xD0, 0xD8)})


class Malformed(ValueError):
    """The bytes are not a whole file of that kind, or hold something between or after its pieces."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk or marker segment: its name ("IDAT", "APP1", "VP8 ") and what it carries."""

    name: str
    body: bytes


def png_pieces(data: bytes) -> list[Piece]:
    """The chunks of a PNG in order, checksums checked. Raises Malformed."""
    if not data.startswith(PNG_SIGNATURE):
        raise Malformed("signature")
    pieces: list[Piece] = []
    at = len(PNG_SIGNATURE)
    while at < len(data):
        length, name = _unpack(">I4s", data, at)
        body = _take(data, at + 8, length)
        (checksum,) = _unpack(">I", data, at + 8 + length)
        if zlib.crc32(name + body) != checksum:
            raise Malformed("checksum")
        pieces.append(Piece(name.decode("latin-1"), body))
        at += 12 + length
    return pieces


def webp_pieces(data: bytes) -> list[Piece]:
    """The chunks of a WebP in order. Raises Malformed."""
    riff, length, webp = _unpack("<4sI4s", data, 0)
    if riff != b"RIFF" or webp != b"WEBP" or length + 8 != len(data):
        raise Malformed("header")
    pieces: list[Piece] = []
    at = 12
    while at < len(data):
        name, length = _unpack("<4sI", data, at)
        body = _take(data, at + 8, length)
        padding = data[at + 8 + length : at + 8 + length + length % 2]
        if padding.strip(b"\x00"):
            raise Malformed("padding")
        pieces.append(Piece(name.decode("latin-1"), body))
        at += 8 + length + length % 2
    return pieces


def jpeg_pieces(data: bytes) -> list[Piece]:
    """The marker segments of a JPEG in order, coded data left out. Raises Malformed."""
    if data[:2] != bytes([0xFF, _SOI]):
        raise Malformed("signature")
    pieces: list[Piece] = []
    at = 2
    while True:
        if _take(data, at, 1) != b"\xff":
            raise Malformed("bytes between segments")
        marker = _take(data, at + 1, 1)[0]
        if marker == _EOI:
            if at + 2 != len(data):
                raise Malformed("bytes after the end")
            return pieces
        (length,) = _unpack(">H", data, at + 2)
        if length < 2:
            raise Malformed("length")
        pieces.append(Piece(_marker_name(marker), _take(data, at + 4, length - 2)))
        at += 2 + length
        if marker == _SOS:
            at = _skip_coded(data, at)


def _skip_coded(data: bytes, at: int) -> int:
    """The next marker after entropy-coded data that is not a stuffed byte or a restart."""
    while (at := data.find(b"\xff", at)) >= 0:
        if _take(data, at + 1, 1)[0] not in _STUFFED_OR_RESTART:
            return at
        at += 2
    raise Malformed("no end")


def _marker_name(marker: int) -> str:
    if 0xE0 <= marker <= 0xEF:
        return f"APP{marker - 0xE0}"
    names = {0xDB: "DQT", 0xC4: "DHT", 0xC0: "SOF0", 0xC1: "SOF1", 0xC2: "SOF2", _SOS: "SOS", 0xDD: "DRI", 0xFE: "COM"}
    return names.get(marker, f"marker {marker:02x}")


def _take(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise Malformed("cut short")
    return data[at : at + length]


def _unpack(layout: str, data: bytes, at: int) -> tuple[Any, ...]:
    return struct.unpack(layout, _take(data, at, struct.calcsize(layout)))
