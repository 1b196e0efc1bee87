"""Pictures that lie about their size, or cost far more to decode than they weigh."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from random import Random

import numpy as np
from PIL import Image

from tests.photo.darkroom.hostile import CAMERA, Attack, Maker, noise, originals, saved


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, bits: int, colour: int, data: bytes, extra: bytes = b"", interlaced: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@cache
def zeros(size: int) -> bytes:
    """`size` zero bytes, deflated, made without ever holding them all."""
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    parts = [packer.compress(block[: min(len(block), size - start)]) for start in range(0, size, len(block))]
    return b"".join(parts) + packer.flush()


def png_bomb(rng: Random) -> Attack:
    """13,000² and other sides: refused by the header."""
    side = rng.choice((12_001, 13_000, 60_000, 2**31 - 1))
    return Attack(kind="PNG bomb", body=png(side, rng.choice((64, side)), 8, 2, zeros(20_000_000)))


def png_heavy(rng: Random) -> Attack:
    """Just within the limits: 49 megapixels of 16 bits in a few hundred kilobytes, sometimes interlaced."""
    colour, samples = rng.choice(((0, 1), (2, 3), (4, 2), (6, 4)))
    data = zeros((7000 * 2 * samples + 1) * 7000)
    return Attack(kind="PNG of 49 megapixels", body=png(7000, 7000, 16, colour, data, interlaced=rng.choice((0, 0, 1))))


def png_swelling(rng: Random) -> Attack:
    """Its data goes on long after the picture is full, or never comes."""
    data = rng.choice((zeros(300_000_000), zlib.compress(b"\0" * 50), b"", b"\x78\x9c"))
    return Attack(kind="PNG with too much or too little data", body=png(200, 200, 8, 2, data))


def png_text_bomb(rng: Random) -> Attack:
    """Compressed texts and profiles that swell a thousandfold; or more chunks than anybody needs."""
    packed = zeros(300_000_000)
    extra = rng.choice((
        chunk(b"zTXt", b"Comment\0\0" + packed), chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed),
        chunk(b"iCCP", b"p\0\0" + packed), chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b" * 60_000)) * 200,
        chunk(b"tEXt", b"a\0b") * 60_000, chunk(b"fcTL", b"\0" * 26) * 5000,
        b"".join(chunk(struct.pack(">I", 0x61614161 + number), b"") for number in range(20_000)),
    ))  # fmt: skip
    return Attack(kind="PNG text bomb", body=png(100, 100, 8, 2, zeros(30_100), extra))


def png_resealed(rng: Random) -> Attack:
    """Damage inside of chunks under checksums that are right, so that it is looked at."""
    data = rng.choice([file for family, file in originals() if family == "png"])
    place, out = 8, data[:8]
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        kind, body = data[place + 4 : place + 8], bytearray(data[place + 8 : place + 8 + size])
        if body and rng.random() < 0.3:
            body[rng.randrange(min(len(body), 60))] = rng.randrange(256)
        if rng.random() < 0.1:
            kind, body = (
                rng.choice((b"tRNS", b"PLTE", b"acTL", b"eXIf", b"iCCP", b"cICP", b"pHYs", b"tIME")),
                body[:800],
            )
        out += chunk(kind, bytes(body)) * rng.choice((1, 1, 1, 1, 0, 2))
        place += 12 + size
    return Attack(kind="PNG damaged under right checksums", body=out)


def jpeg_giant(rng: Random) -> Attack:
    """A JPEG that says it is 65,500 pixels wide, has no height, 0 or 255 components, or another coding."""
    data = bytearray(saved(Image.fromarray(noise(200, 200)), "JPEG"))
    start = data.index(b"\xff\xc0")
    what = rng.choice(("large", "flat", "components", "coding", "sampling", "bits"))
    if what == "large":
        data[start + 5 : start + 9] = struct.pack(">HH", rng.choice((65_500, 12_000, 7000)), rng.choice((65_500, 7000)))
    elif what == "flat":
        data[start + 5 : start + 9] = struct.pack(">HH", 0, rng.choice((0, 7000)))
    elif what == "components":
        data[start + 9] = rng.choice((0, 2, 4, 255))
    elif what == "coding":
        data[start + 1] = rng.choice((0xC1, 0xC3, 0xC5, 0xC9, 0xCA, 0xCB))
    elif what == "sampling":
        data[start + 11] = rng.choice((0x00, 0x44, 0xF1, 0xFF))
    else:
        data[start + 4] = rng.choice((0, 12, 16, 255))
    return Attack(kind="JPEG that lies in its frame", body=bytes(data))


@cache
def _scans(side: int, times: int) -> bytes:
    data = saved(Image.new("RGB", (side, side), "teal"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * times + b"\xff\xd9"


def jpeg_scans(rng: Random) -> Attack:
    """Progressive scans without end: over the count, or just under it and large."""
    return Attack(kind="JPEG scan bomb", body=_scans(*rng.choice(((300, 2000), (300, 250), (1500, 250)))))


def jpeg_stuffed(rng: Random) -> Attack:
    """Comments, tables and restart marks by the thousand."""
    data = saved(Image.fromarray(noise(99, 99)), "JPEG")
    comments = b"\xff\xfe\x00\x04ab" * 20_000
    stuffing = rng.choice((comments, b"\xff" * 500_000, b"\xff\xd0" * 100_000, b"\xff\xe1\x00\x02" * 100_000))
    place = rng.choice((2, data.index(b"\xff\xda"), data.index(b"\xff\xda") + 14))
    return Attack(kind="JPEG stuffed with markers", body=data[:place] + stuffing + data[place:])


def webp_giant(rng: Random) -> Attack:
    """A canvas of 16,384², or a lossless frame that says so."""
    if rng.random() < 0.5:
        body = b"VP8X" + struct.pack("<IB3x", 10, 0x10) + b"\xff\x3f\0\xff\x3f\0" + b"VP8L" + struct.pack("<I", 6)
        body += b"\x2f\xff\xff\xff\x0f\0"
    else:
        body = b"VP8L" + struct.pack("<I", 40) + b"\x2f\xff\xff\xff\x0f" + rng.randbytes(35)
    return Attack(kind="WebP giant", body=b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


def webp_nested(rng: Random) -> Attack:
    """Chunks within chunks, sizes that reach beyond the end, the same metadata a thousand times."""
    inner = (CAMERA / "phone.webp").read_bytes()
    body = (
        inner[12:]
        + rng.choice((b"EXIF", b"XMP ", b"RIFF", b"PK\3\4")) * 1
        + struct.pack("<I", rng.choice((0, 2**32 - 1)))
    )
    body += rng.choice((inner * 20, b"XMP \x02\0\0\0ab" * 20_000, b"EXIF\x02\0\0\0II" * 20_000))
    return Attack(kind="WebP nested", body=b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


def iso_giant(rng: Random) -> Attack:
    """HEIF and AVIF whose picture says it is gigantic (ispe), or has no area."""
    data = bytearray(rng.choice([file for family, file in originals() if family == "iso"]))
    place = data.index(b"ispe")
    sides = rng.choice(
        ((2**32 - 1, 2**32 - 1), (60_000, 60_000), (12_000, 4100), (7000, 7000), (0, 0), (1, 1), (256, 2**31))
    )
    while place >= 0:
        data[place + 8 : place + 16] = struct.pack(">II", *sides)
        place = data.find(b"ispe", place + 1)
    return Attack(kind="HEIF or AVIF giant", body=bytes(data))


def iso_boxes(rng: Random) -> Attack:
    """Boxes nested thousands deep, of size 0 or beyond the end, or by the ten thousand."""
    data = rng.choice([file for family, file in originals() if family == "iso"])
    box = b""
    for _ in range(3000):
        box = struct.pack(">I4s", len(box) + 8, b"meta") + box
    extra = rng.choice(
        (box, struct.pack(">I4s", 0, b"mdat"), struct.pack(">I4sQ", 1, b"free", 2**63), b"\0\0\0\x08free" * 50_000)
    )
    end = int.from_bytes(data[:4], "big")
    return Attack(kind="boxes of HEIF and AVIF", body=rng.choice((data[:end] + extra + data[end:], data + extra)))


def animated(rng: Random) -> Attack:
    frames = [Image.fromarray(np.roll(noise(96, 96), shift, 0)) for shift in range(rng.choice((2, 40)))]
    file_type = rng.choice(("GIF", "PNG", "WEBP", "AVIF"))
    data = saved(frames[0], file_type, save_all=True, append_images=frames[1:], duration=20)
    cut = len(data) if rng.random() < 0.5 else rng.randrange(len(data) // 2, len(data))
    return Attack(kind="animated", body=data[:cut])


def too_large(rng: Random) -> Attack:
    """Over the limit by a byte, by a little, or by so much that nobody listens to its end."""
    size = rng.choice((20_000_001, 20_010_000, 45_000_000, 110_000_000))
    return Attack(kind="too large a file", body=originals()[2][1].ljust(size, b"\0"))


MAKERS: tuple[Maker, ...] = (
    png_bomb, png_heavy, png_swelling, png_text_bomb, png_resealed, jpeg_giant, jpeg_scans, jpeg_stuffed, webp_giant, webp_nested,
    iso_giant, iso_boxes, animated, too_large,
)  # fmt: skip
