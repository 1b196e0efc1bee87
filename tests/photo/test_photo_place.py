"""The place of a photo as two numbers: by its EXIF, else by its XMP, else none."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.photo.formats import recognise
from stylize.photo.metadata.place import Place, from_exif, from_xmp
from stylize.photo.metadata.report import locate

CAMERA = Path(__file__).parents[1] / "data" / "camera"

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" {}</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def packet(latitude: str, longitude: str) -> bytes:
    return _XMP.format(f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}">').encode()


def exif(latitude: tuple[int, ...], south: bytes, longitude: tuple[int, ...], west: bytes) -> bytes:
    """An EXIF block with a GPS directory; degrees, minutes and seconds as fractions, six numbers each."""
    head = b"Exif\0\0MM\0*" + struct.pack(">IHHHIII", 8, 1, 0x8825, 4, 1, 26, 0)
    entries = struct.pack(">HHI4s", 1, 2, 2, south + b"\0\0\0") + struct.pack(">HHII", 2, 5, 3, 80)
    entries += struct.pack(">HHI4s", 3, 2, 2, west + b"\0\0\0") + struct.pack(">HHII", 4, 5, 3, 104)
    directory = struct.pack(">H", 4) + entries + struct.pack(">I", 0)
    return head + directory + struct.pack(">6I", *latitude) + struct.pack(">6I", *longitude)


@pytest.mark.parametrize("name", ["phone.jpg", "phone.png", "phone.webp", "phone.heic", "phone.avif"])
def test_the_planted_place_is_found(name: str) -> None:
    data = (CAMERA / name).read_bytes()
    located = locate(data, recognise(data))
    assert located is not None
    assert (located.latitude, located.longitude) == pytest.approx((52.516272, 13.377722), abs=1e-5)


def test_a_photo_without_a_place_has_none() -> None:
    data = (CAMERA.parent / "portraits" / "astronaut.jpg").read_bytes()
    assert locate(data, recognise(data)) is None


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (exif((52, 1, 30, 1, 36, 1), b"N", (13, 1, 15, 1, 0, 1), b"E"), (52.51, 13.25)),
        (exif((33, 1, 0, 1, 0, 1), b"S", (70, 1, 30, 1, 0, 1), b"W"), (-33.0, -70.5)),
        (exif((525, 10, 0, 0, 0, 0), b"N", (0, 1, 0, 1, 0, 1), b"E"), (52.5, 0.0)),
        (exif((0, 1, 0, 1, 0, 1), b"N", (0, 1, 0, 1, 0, 1), b"E"), None),
        (exif((91, 1, 0, 1, 0, 1), b"N", (13, 1, 0, 1, 0, 1), b"E"), None),
        (exif((52, 1, 0, 1, 0, 1), b"N", (181, 1, 0, 1, 0, 1), b"E"), None),
        (exif((52, 1, 0, 1, 0, 1), b"?", (13, 1, 0, 1, 0, 1), b"E"), None),
        (exif((52, 1, 0, 1, 0, 1), b"E", (13, 1, 0, 1, 0, 1), b"N"), None),
        (b"", None),
        (b"Exif\0\0MM\0*", None),
    ],
)
def test_exif(block: bytes, expected: tuple[float, float] | None) -> None:
    found = from_exif(block)
    assert (found and (found.latitude, found.longitude)) == (expected and pytest.approx(expected))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (packet("52,30.9762N", "13,22.6633E"), (52.51627, 13.377722)),
        (packet("33,26,56.4S", "70,40,9.6W"), (-33.449, -70.669333)),
        (packet("0,0,0N", "0,0,0E"), None),
        (packet("52,30.9762N", ""), None),
        (packet("nan,1N", "13,1E"), None),
        (packet("152,1N", "13,1E"), None),
        (packet("52,1N", "13,1N"), None),
        (packet("5" * 5000 + "N", "13,1E"), None),
        (_XMP.format("><exif:GPSLatitude>1,30N</exif:GPSLatitude><exif:GPSLongitude>2,0W</exif:GPSLongitude>").encode(), (1.5, -2.0)),
        (b"<!DOCTYPE a>" + packet("52,1N", "13,1E"), None),
        (b"", None),
        (b"<x", None),
    ],
)  # fmt: skip
def test_xmp(block: bytes, expected: tuple[float, float] | None) -> None:
    found = from_xmp(block)
    assert (found and (found.latitude, found.longitude)) == (expected and pytest.approx(expected, abs=1e-5))


@given(latitude=st.lists(st.integers(0, 2**32 - 1), min_size=6, max_size=6), longitude=st.lists(st.integers(0, 2**32 - 1), min_size=6, max_size=6))  # fmt: skip
def test_any_numbers_are_on_the_globe_or_nowhere(latitude: list[int], longitude: list[int]) -> None:
    found = from_exif(exif(tuple(latitude), b"N", tuple(longitude), b"W"))
    assert found is None or (isinstance(found, Place) and 0 <= found.latitude <= 90 and -180 <= found.longitude <= 0)
