"""A photo read in the darkroom is the photo that `photo.read` reads, whatever way its decoder came to be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from stylize import errors, photo
from stylize.photo.darkroom import Darkroom
from stylize.photo.darkroom.limits import LARGEST_BODY_BYTES
from stylize.photo.read import LARGEST_FILE_BYTES
from tests.photo.darkroom.pouring import developed, form

CAMERA = Path(__file__).parents[2] / "data" / "camera"
NAMES = ("phone.jpg", "phone.png", "phone.webp", "phone.heic", "phone.avif")


@pytest.fixture(scope="module", params=[True, False], ids=["forked", "spawned"])
def darkroom(request: pytest.FixtureRequest) -> Iterator[Darkroom]:
    if request.param and sys.platform != "linux":
        pytest.skip("a zygote is forked on Linux only")
    with Darkroom(forking=request.param) as room:
        room.wait()
        yield room


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_what_read_reads(darkroom: Darkroom, name: str) -> None:
    data = (CAMERA / name).read_bytes()
    here, there = photo.read(data), darkroom.read(data)
    assert np.array_equal(here.pixels, there.pixels)
    assert here.found == there.found
    assert here.media_type == there.media_type
    assert here.id != there.id


@pytest.mark.parametrize("name", NAMES)
def test_values_are_in_the_report_alone(darkroom: Darkroom, name: str) -> None:
    data = (CAMERA / name).read_bytes()
    plain = photo.read(data).found
    out = developed(darkroom, form(data), "edge")
    assert [one.group for one in out.photo.found] == [one.group for one in plain]
    assert {(one.name, one.value) for one in out.photo.found} == {("", "")}
    told = json.loads(out.report)
    assert told["found"] == [{"group": one.group, "name": one.name, "value": one.value} for one in plain]
    assert told["place"]["latitude"] == pytest.approx(52.51627, abs=1e-4)
    assert told["place"]["longitude"] == pytest.approx(13.37772, abs=1e-4)
    assert b"NeedleMake" in out.report
    assert b"NeedleName" not in out.report


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", errors.NotAnImage),
        (b"hello", errors.NotAnImage),
        (b"GIF89a" + b"\0" * 99, errors.FormatNotSupported),
        ((CAMERA / "phone.jpg").read_bytes()[:9000], errors.PhotoTruncated),
        ((CAMERA / "phone.heic").read_bytes()[:9000], errors.PhotoTruncated),
        (b"\xff" * (LARGEST_FILE_BYTES + 1), errors.PhotoTooLarge),
        (b"\xff" * (LARGEST_BODY_BYTES + 1), errors.PhotoTooLarge),
    ],
    ids=["nothing", "text", "gif", "half a jpeg", "half a heic", "a byte too large", "far too large"],
)
def test_refusals_are_those_of_read(darkroom: Darkroom, data: bytes, kind: type[errors.PhotoError]) -> None:
    with pytest.raises(kind) as there:
        darkroom.read(data)
    with pytest.raises(kind) as here:
        photo.read(data)
    assert (type(here.value), here.value.facts) == (type(there.value), there.value.facts)
