"""Walks through PNG and WebP, which are made of named chunks."""

from __future__ import annotations

import re
import struct
import zlib

from stylize.photo.metadata.blocks import Blocks
from stylize.photo.metadata.words import found, size_words

_LARGEST_TEXT = 2_000_000
_PICTURE = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD", b"sBIT", b"hIST", b"sRGB", b"sPLT"})
_COLOUR = {b"gAMA": "Gamma", b"cHRM": "Primary chromaticities", b"cICP": "Colour coding (CICP)"}
_WEBP_PICTURE = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})
_HEX = re.compile(rb"[0-9a-fA-F\s]+")


def walk_png(data: bytes) -> Blocks:
    """All metadata chunks of a PNG."""
    blocks = Blocks()
    place = 8
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += 12 + size
        if kind == b"IEND":
            break
        _png_chunk(kind, body, blocks)
    if len(data) - place > 4:
        blocks.found.append(found("Data behind the picture", size_words(len(data) - place), "other"))
    return blocks


def _png_chunk(kind: bytes, body: bytes, blocks: Blocks) -> None:
    if kind in (b"tEXt", b"zTXt", b"iTXt"):
        _png_text(kind, body, blocks)
    elif kind == b"eXIf":
        blocks.exif.append(body)
    elif kind == b"iCCP":
        blocks.icc = _inflate(body.partition(b"\0")[2][1:])
    elif kind == b"tIME" and len(body) == 7:
        year, month, day, hour, minute, second = struct.unpack(">HBBBBB", body)
        blocks.found.append(
            found("Modification time", f"{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}", "time")
        )
    elif kind == b"caBX":
        blocks.found.append(found("Content credentials", "a signed history of the picture (C2PA)", "software"))
    elif kind == b"pHYs" and len(body) == 9:
        across, down, unit = struct.unpack(">IIB", body)
        blocks.found.append(found("Resolution", f"{across} x {down} {'per metre' if unit else ''}".strip(), "other"))
    elif kind in _COLOUR:
        blocks.found.append(found(_COLOUR[kind], size_words(len(body)), "colour"))
    elif kind not in _PICTURE:
        name = kind.decode("ascii", "replace")
        blocks.found.append(found(f"Chunk {name}", size_words(len(body)), "other"))


def _png_text(kind: bytes, body: bytes, blocks: Blocks) -> None:
    keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        value = _inflate(rest[1:])
    elif kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        _, _, rest = rest.partition(b"\0")
        _, _, rest = rest.partition(b"\0")
        value = _inflate(rest) if packed else rest
    else:
        value = rest
    name = keyword.decode("latin-1").strip()
    if name == "XML:com.adobe.xmp":
        blocks.xmp.append(value)
    elif name.lower().startswith("raw profile type"):
        _raw_profile(name.lower().removeprefix("raw profile type").strip(), value, blocks)
    else:
        text = value.decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")
        blocks.found.append(found(name or "Text", text))


def _raw_profile(kind: str, value: bytes, blocks: Blocks) -> None:
    """ImageMagick's way to keep other formats' blocks: a name, a length, then hexadecimal digits."""
    lines = value.strip().split(b"\n", 2)
    digits = re.sub(rb"\s+", b"", lines[2]) if len(lines) == 3 else b""
    if not digits or len(digits) % 2 or not _HEX.fullmatch(digits):
        blocks.found.append(found(f"Raw profile {kind}", size_words(len(value)), "other"))
        return
    block = bytes.fromhex(digits.decode("ascii"))
    if block.startswith(b"Exif\0") or kind in ("exif", "app1"):
        blocks.exif.append(block)
    elif kind in ("iptc", "8bim"):
        blocks.photoshop.append(block)
    elif kind == "xmp":
        blocks.xmp.append(block)
    elif kind in ("icc", "icm"):
        blocks.icc = block
    else:
        blocks.found.append(found(f"Raw profile {kind}", size_words(len(block)), "other"))


def _inflate(packed: bytes) -> bytes:
    """Unpacked, at most two million bytes of it; nothing where it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed, _LARGEST_TEXT)
    except zlib.error:
        return b""


def walk_webp(data: bytes) -> Blocks:
    """All metadata chunks of a WebP."""
    blocks = Blocks()
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    place = 12
    while place + 8 <= end:
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        body = data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
        if kind == b"EXIF":
            blocks.exif.append(body)
        elif kind == b"XMP ":
            blocks.xmp.append(body)
        elif kind == b"ICCP":
            blocks.icc = body
        elif kind == b"C2PA":
            blocks.found.append(found("Content credentials", "a signed history of the picture (C2PA)", "software"))
        elif kind not in _WEBP_PICTURE:
            blocks.found.append(found(f"Chunk {kind.decode('ascii', 'replace')}", size_words(size), "other"))
    if len(data) - end > 4:
        blocks.found.append(found("Data behind the picture", size_words(len(data) - end), "other"))
    return blocks
