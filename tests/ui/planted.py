"""A selfie with a needle in every place where a photo can carry one."""

from __future__ import annotations

import io
import re
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from stylize.models import Pixels
from stylize.photo import read

RUN_BYTES, RUNS = 32, 12
_ASCII, _LONG, _RATIONAL = 2, 4, 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """`data` is a JPEG to be uploaded as `name`; `box_name` is to be typed. Needles, by where they are:

    `told`: what the photo says of its owner (EXIF, XMP, comment, thumbnail, place, file name). `raw`: pieces of the file
    itself. `pixels`: runs of the clean upright picture in memory.
    """

    data: bytes
    name: str
    box_name: str
    told: Mapping[str, tuple[bytes, ...]]
    raw: Mapping[str, tuple[bytes, ...]]
    pixels: Mapping[str, tuple[bytes, ...]]

    @property
    def all(self) -> dict[str, tuple[bytes, ...]]:
        return {**self.told, **self.raw, **self.pixels, "box name": forms(self.box_name)}


def plant(portrait: bytes, *, side_px: int = 800) -> Planted:
    """A new photo with new needles, from any portrait."""
    words = {place: f"Nd{place[:2]}{secrets.token_hex(7)}" for place in ("exif", "artist", "xmp", "comment", "small")}
    file_name = f"Nf{secrets.token_hex(7)}"
    with Image.open(io.BytesIO(portrait)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((side_px, side_px))
    small = io.BytesIO()
    picture.resize((120, 120)).save(small, "JPEG", comment=words["small"].encode())
    east = round(10 + secrets.randbelow(10**6) / 1e5, 5)
    exif = _exif(words["exif"], words["artist"], small.getvalue(), east)
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
        f' photoshop:City="{words["xmp"]}"/></rdf:RDF></x:xmpmeta>'
    )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92, exif=exif, xmp=xmp.encode(), comment=words["comment"].encode())
    data = out.getvalue()
    (place,) = [match[1] for one in read(data).found if (match := re.search(r"(\d+\.\d{5})° east", one.value))]
    return Planted(
        data=data,
        name=f"{file_name}.jpg",
        box_name=f"Nb{secrets.token_hex(4)}",
        told={
            **{where: forms(word) for where, word in words.items()},
            "place": forms(place),
            "file name": forms(file_name),
        },
        raw={f"raw {at}": (data[at : at + RUN_BYTES],) for at in _spread(data.find(b"\xff\xda") + 64, len(data) - 64)},
        pixels={f"pixels {n}": (run,) for n, run in enumerate(pixel_runs(read(data).pixels))},
    )


def forms(text: str) -> tuple[bytes, ...]:
    """How programs keep text: as UTF-8, and as the two wider kinds of Unicode."""
    return text.encode(), text.encode("utf-16-le"), text.encode("utf-32-le")


def pixel_runs(pixels: Pixels) -> list[bytes]:
    """Runs of RUN_BYTES that are busy enough to lie nowhere by chance."""
    runs: list[bytes] = []
    for row in np.linspace(0, pixels.shape[0] - 1, 60).astype(int):
        line = pixels[row].tobytes()
        best = max(range(0, len(line) - RUN_BYTES, RUN_BYTES), key=lambda at: len(set(line[at : at + RUN_BYTES])))
        if len(set(line[best : best + RUN_BYTES])) > 20:
            runs.append(line[best : best + RUN_BYTES])
    assert len(runs) >= RUNS
    return runs[:: len(runs) // RUNS][:RUNS]


def _spread(first: int, last: int) -> list[int]:
    return [first + (last - first) * step // RUNS for step in range(RUNS)]


def _exif(description: str, artist: str, thumbnail: bytes, east: float) -> bytes:
    """EXIF with text, a place and a thumbnail (TIFF 6.0; Exif 2.32, 4.5 and 4.6)."""
    first = [
        (0x010E, _ASCII, description.encode() + b"\0"),
        (0x010F, _ASCII, b"Toyphone\0"),
        (0x013B, _ASCII, artist.encode() + b"\0"),
        (0x8825, _LONG, struct.pack("<I", 0)),
    ]
    degrees = struct.pack("<6I", int(east), 1, 0, 1, round((east % 1) * 3600 * 1000), 1000)
    north = struct.pack("<6I", 48, 1, 8, 1, 0, 1)
    place = [(1, _ASCII, b"N\0"), (2, _RATIONAL, north), (3, _ASCII, b"E\0"), (4, _RATIONAL, degrees)]
    at_place = 8 + len(_directory(first, 8, 0))
    first[3] = (0x8825, _LONG, struct.pack("<I", at_place))
    at_second = at_place + len(_directory(place, at_place, 0))
    second = [(0x0103, _LONG, struct.pack("<I", 6)), (0x0201, _LONG, b"\0" * 4), (0x0202, _LONG, b"\0" * 4)]
    at_thumbnail = at_second + len(_directory(second, at_second, 0))
    second[1] = (0x0201, _LONG, struct.pack("<I", at_thumbnail))
    second[2] = (0x0202, _LONG, struct.pack("<I", len(thumbnail)))
    parts = _directory(first, 8, at_second), _directory(place, at_place, 0), _directory(second, at_second, 0)
    return b"Exif\0\0II*\0\x08\0\0\0" + b"".join(parts) + thumbnail


def _directory(entries: list[tuple[int, int, bytes]], at: int, following: int) -> bytes:
    """One directory that begins at offset `at`: (tag, type, value) entries, and the offset of the next directory."""
    units = {_ASCII: 1, _LONG: 4, _RATIONAL: 8}
    head, tail = struct.pack("<H", len(entries)), b""
    values_at = at + 2 + 12 * len(entries) + 4
    for tag, kind, value in entries:
        inline = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", values_at + len(tail))
        head += struct.pack("<HHI", tag, kind, len(value) // units[kind]) + inline
        tail += value if len(value) > 4 else b""
    return head + struct.pack("<I", following) + tail
