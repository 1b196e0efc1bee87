"""A portrait with things planted in it that can be told apart from everything else on the machine.

The portrait is NASA's of Eileen Collins (1999, public domain). What is planted is made up anew each time.
"""

from __future__ import annotations

import secrets
import struct
from dataclasses import dataclass
from pathlib import Path

PORTRAIT = Path(__file__).with_name("astronaut.jpg")
MAKE, MODEL, CHANGED, ARTIST, EXIF, GPS = 0x010F, 0x0110, 0x0132, 0x013B, 0x8769, 0x8825
"""Tags of EXIF 2.32; the last two are directories of their own."""
TAKEN, SERIAL = 0x9003, 0xA431
FINE = 100_000
COMMENT, XMP_AND_EXIF = 0xFE, 0xE1
"""JPEG's markers COM and APP1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Needle:
    """One planted thing. `forms`: how it may lie in a file or in memory. `told`: as a program that reads tags tells it."""

    what: str
    forms: tuple[bytes, ...]
    told: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Canary:
    """The file, and what to look for. `tags` are planted; `piece` is a part of the compressed picture itself."""

    data: bytes
    tags: tuple[Needle, ...]
    piece: Needle

    @property
    def needles(self) -> tuple[Needle, ...]:
        return (*self.tags, self.piece)


def plant() -> Canary:
    """A JPEG with place, time, device, person, comment, XMP and a tail, each with a word of its own."""
    from PIL import Image
    from PIL.TiffImagePlugin import IFDRational

    jpeg = PORTRAIT.read_bytes()
    word = {
        what: f"StylizeCanary{secrets.token_hex(6)}"
        for what in ("device", "serial number", "person", "comment", "city")
    }
    tail = f"StylizeCanary{secrets.token_hex(6)}"
    north, east = _seconds_of_arc(), _seconds_of_arc()
    year, rest = 1900 + secrets.randbelow(60), (secrets.randbelow(24), secrets.randbelow(60), secrets.randbelow(60))
    time = "{}:02:17 {:02}:{:02}:{:02}".format(year, *rest)

    exif = Image.Exif()
    exif[MAKE], exif[ARTIST], exif[CHANGED] = word["device"], word["person"], time
    exif.get_ifd(EXIF).update({TAKEN: time, SERIAL: word["serial number"]})
    latitude, longitude = (12.0, 34.0, IFDRational(north, FINE)), (56.0, 7.0, IFDRational(east, FINE))
    exif.get_ifd(GPS).update({1: "N", 2: latitude, 3: "E", 4: longitude})
    block = exif.tobytes()
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        f'photoshop:City="{word["city"]}"/></rdf:RDF></x:xmpmeta>'
    )
    planted = _segment(XMP_AND_EXIF, block) + _segment(XMP_AND_EXIF, b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode())
    planted += _segment(COMMENT, word["comment"].encode())
    middle = len(jpeg) // 2
    return Canary(
        data=jpeg[:2] + planted + jpeg[2:] + tail.encode(),
        tags=(
            *(Needle(what=what, forms=_spellings(text), told=text) for what, text in word.items()),
            Needle(what="time", forms=_spellings(time), told=time),
            Needle(what="place", forms=(*_fraction(north), *_fraction(east)), told=f"{north / FINE:.5f}"),
            Needle(what="bytes behind the picture", forms=_spellings(tail), told=""),
        ),
        piece=Needle(what="a piece of the file", forms=(jpeg[middle : middle + 48],), told=""),
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _spellings(text: str) -> tuple[bytes, ...]:
    return text.encode(), text.encode("utf-16-le")


def _seconds_of_arc() -> int:
    """Below sixty, in FINE parts of one; the fraction cannot be reduced, so it lies in the file as it is."""
    return 10 * secrets.randbelow(6 * FINE // 10) + 7


def _fraction(numerator: int) -> tuple[bytes, ...]:
    return tuple(struct.pack(f"{order}II", numerator, FINE) for order in "<>")
