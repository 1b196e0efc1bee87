"""Pictures of HEIF made of tiles (ISO/IEC 23008-12, 6.6.2.3): more tiles than pixels, tiles of themselves, tiles of nothing."""

from __future__ import annotations

import struct
from random import Random

from tests.photo.darkroom.hostile import CAMERA, Attack, Maker

TILE_PX = 256


def box(kind: bytes, *parts: bytes, version: int | None = None) -> bytes:
    body = (b"" if version is None else struct.pack(">I", version << 24)) + b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def grid(rows: int, columns: int, size: tuple[int, int], tiles: list[int], items: int) -> bytes:
    """A HEIF file whose picture, item 1000, is `rows` × `columns` of `tiles`. Items 1 to `items` are all the same tile."""
    codec, tile = _tile()
    told = struct.pack(">BBBBII", 0, 1, rows - 1 & 0xFF, columns - 1 & 0xFF, *size)
    numbers = [*range(1, items + 1), 1000]
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(base: int) -> bytes:
        places = [(item, len(told), len(tile)) for item in numbers[:-1]] + [(1000, 0, len(told))]
        kinds = [
            box(b"infe", struct.pack(">HH4sB", item, 0, b"grid" if item == 1000 else b"hvc1", 0), version=2)
            for item in numbers
        ]
        sizes = [box(b"ispe", struct.pack(">II", *each), version=0) for each in ((TILE_PX, TILE_PX), size)]
        links = b"".join(
            struct.pack(">HB", item, 1) + b"\3" if item == 1000 else struct.pack(">HB", item, 2) + b"\1\x82"
            for item in numbers
        )
        return box(
            b"meta",
            box(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13, version=0),
            box(b"pitm", struct.pack(">H", 1000), version=0),
            box(b"iinf", struct.pack(">H", len(numbers)), *kinds, version=0),
            box(b"iref", box(b"dimg", struct.pack(">HH", 1000, len(tiles)), *[struct.pack(">H", item) for item in tiles]), version=0),
            box(b"iprp", box(b"ipco", sizes[0], codec, sizes[1]), box(b"ipma", struct.pack(">I", len(numbers)), links, version=0)),
            box(b"iloc", b"\x44\0", struct.pack(">H", len(numbers)), *[struct.pack(">HHHII", item, 0, 1, base + at, length) for item, at, length in places], version=0),
            version=0,
        )  # fmt: skip

    base = len(head) + len(meta(0)) + 8
    return head + meta(base) + box(b"mdat", told + tile)


def _tile() -> tuple[bytes, bytes]:
    """(hvcC box, coded picture of 256 × 256) of the camera's photo."""
    source = (CAMERA / "phone.heic").read_bytes()
    start = source.index(b"hvcC") - 4
    place = source.index(b"iloc") + 12
    offset, length = struct.unpack(">4xI6xI", source[place : place + 18])
    return source[start : start + int.from_bytes(source[start : start + 4], "big")], source[offset : offset + length]


def heif_grid(rng: Random) -> Attack:
    """Sound grids of a few and of 729 tiles; too few tiles, the same one again and again, itself, and gigantic sizes."""
    body = rng.choice((
        grid(2, 2, (512, 512), [1, 2, 3, 4], 4), grid(27, 27, (6912, 6912), [*range(1, 730)], 729),
        grid(27, 27, (6912, 6912), [*range(1, 30)], 29), grid(31, 31, (7936, 7936), [*range(1, 962)], 961),
        grid(2, 2, (512, 512), [1] * 4, 1), grid(1, 1, (256, 256), [1000], 1), grid(2, 2, (512, 512), [7, 8, 9, 10], 4),
        grid(256, 256, (12_000, 64), [*range(1, 900)], 899), grid(2, 2, (2**32 - 1, 512), [1, 2, 3, 4], 4), grid(1, 1, (7000, 7000), [1], 1),
        grid(2, 2, (64, 64), [1, 2, 3, 4], 4), grid(1, 1, (256, 256), [], 1),
    ))  # fmt: skip
    return Attack(kind="HEIF grid", body=body)


MAKERS: tuple[Maker, ...] = (heif_grid,)
