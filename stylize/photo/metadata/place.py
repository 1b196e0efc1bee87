"""Where a photo was taken, as two numbers, for the small map of the world.

EXIF GPS tags 1 to 4 (CIPA DC-008, 4.6.6) first, then XMP's `exif:GPSLatitude` and `exif:GPSLongitude`
("DDD,MM,SSk" or "DDD,MM.mmk", Adobe XMP specification part 2, GPSCoordinate).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from stylize.photo.metadata import exif, xmp

_EXIF = "{http://ns.adobe.com/exif/1.0/}"
_COORDINATE = re.compile(
    r"\s*(\d{1,3}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?(?:,(\d{1,2}(?:\.\d{1,12})?))?([NSEW])\s*"
)
_SIGNS = ({"N": 1.0, "S": -1.0}, {"E": 1.0, "W": -1.0})


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Decimal degrees: north and east are positive. The user's own, as every value of a photo."""

    latitude: float
    longitude: float


def from_exif(block: bytes) -> Place | None:
    """The place in an EXIF block; None if it names none, or nonsense."""
    gps = {tag.number: tag for tag in exif.tags(block) if tag.directory == "gps"}
    if not gps.keys() >= {1, 2, 3, 4}:
        return None
    sides = [exif.text(gps[number])[:1].upper() for number in (1, 3)]
    return _place([exif.numbers(gps[number])[:3] for number in (2, 4)], sides)


def from_xmp(block: bytes) -> Place | None:
    """The place in an XMP packet; None if it names none, or nonsense."""
    root = xmp.parse(block)
    if root is None:
        return None
    told = [_told(root, name) for name in ("GPSLatitude", "GPSLongitude")]
    parts = [_COORDINATE.fullmatch(text) for text in told]
    if parts[0] is None or parts[1] is None:
        return None
    degrees = [[float(number) for number in part.groups()[:3] if number] for part in parts if part]
    return _place(degrees, [part[4] for part in parts if part])


def _told(root: ET.Element, name: str) -> str:
    """The first property of that name, written as an attribute or as an element."""
    for node in root.iter():
        if node.tag == f"{_EXIF}{name}":
            return node.text or ""
        if f"{_EXIF}{name}" in node.attrib:
            return node.attrib[f"{_EXIF}{name}"]
    return ""


def _place(degrees: list[list[float]], sides: list[str]) -> Place | None:
    """Degrees, minutes and seconds with their letters → decimal. A point on no globe is None, and so is 0° 0°, which
    cameras write that do not know.
    """
    found: list[float] = []
    for values, side, signs, most in zip(degrees, sides, _SIGNS, (90, 180), strict=True):
        decimal = sum(value / 60**step for step, value in enumerate(values))
        if not values or side not in signs or not math.isfinite(decimal) or not 0 <= decimal <= most:
            return None
        found.append(round(decimal * signs[side], 6))
    return Place(latitude=found[0], longitude=found[1]) if any(found) else None
