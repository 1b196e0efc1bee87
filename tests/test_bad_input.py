"""Whatever is dropped in, the answer is a picture or a sentence: never a traceback, a hang or half a file.

Real files, made by tests/bad_input.py from real portraits, through `stylize.run`'s own pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import bad_input
import numpy as np
import pytest

import stylize
from stylize.errors import (
    FaceTooSmall,
    LetteringMissing,
    NameTooLong,
    NoFace,
    NotAnImage,
    PhotoAnimated,
    PhotoSideTooLong,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
    StylizeError,
)

REQUEST = stylize.Request(engine="figure", seed=1, size=stylize.Size(width=256, height=320))


@pytest.fixture(scope="module")
def workshop() -> Iterator[stylize.Workshop]:
    with stylize.Workshop(stylize.Settings(weights=Path("nowhere"))) as held:
        yield held


@pytest.fixture(scope="module")
def face(portraits: dict[str, bytes]) -> bytes:
    return portraits["obama"]


def refused(workshop: stylize.Workshop, data: bytes, kind: type[StylizeError]) -> None:
    """One of our errors, of that kind, in a whole sentence."""
    with pytest.raises(kind) as caught:
        workshop.run(data, REQUEST)
    assert str(caught.value).endswith(".")


def made(workshop: stylize.Workshop, data: bytes) -> stylize.Result:
    result = workshop.run(data, REQUEST)
    assert result.pixels.shape == (320, 256, 3)
    return result


# ---------------------------------------------------------------- files that are none


@pytest.mark.parametrize(
    "data",
    [b"", b"hello, I am a text\n" * 50, b"%PDF-1.7\n" + bytes(900), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", bytes(4096)],
    ids=["empty", "text", "pdf", "jpeg-magic-only", "png-magic-only", "zeros"],
)
def test_not_an_image(workshop: stylize.Workshop, data: bytes) -> None:
    refused(workshop, data, stylize.PhotoError)


def test_text_is_called_what_it_is(workshop: stylize.Workshop) -> None:
    refused(workshop, b"hello, I am a text\n" * 50, NotAnImage)


def test_truncated(workshop: stylize.Workshop, face: bytes) -> None:
    refused(workshop, bad_input.truncated(face), PhotoTruncated)


def test_bomb(workshop: stylize.Workshop) -> None:
    data = bad_input.bomb()
    assert len(data) < 1_000_000
    with pytest.raises((PhotoSideTooLong, PhotoTooManyPixels)):
        workshop.run(data, REQUEST)


def test_bomb_below_the_limit_of_the_sides(workshop: stylize.Workshop) -> None:
    refused(workshop, bad_input.bomb(11_000), PhotoTooManyPixels)


def test_too_large_a_file(workshop: stylize.Workshop) -> None:
    refused(workshop, b"\xff\xd8\xff" + bytes(20_000_001), PhotoTooLarge)


def test_animated(workshop: stylize.Workshop, face: bytes) -> None:
    refused(workshop, bad_input.animated(face), PhotoAnimated)


def test_a_few_pixels(workshop: stylize.Workshop) -> None:
    refused(workshop, bad_input.landscape(6, 8), PhotoTooSmall)


# ---------------------------------------------------------------- people that are none, or too many


def test_no_face(workshop: stylize.Workshop) -> None:
    refused(workshop, bad_input.landscape(), NoFace)


def test_tiny_face(workshop: stylize.Workshop, face: bytes) -> None:
    with pytest.raises((FaceTooSmall, NoFace)):
        workshop.run(bad_input.tiny_face(face), REQUEST)


def test_many_faces_one_is_taken_and_it_is_said(workshop: stylize.Workshop, portraits: dict[str, bytes]) -> None:
    crowd = bad_input.group(portraits["biden"], portraits["obama"], portraits["astronaut"])
    result = made(workshop, crowd)
    assert len(result.findings.faces) == 3
    assert "several-faces" in result.findings.warnings
    second = workshop.run(crowd, replace(REQUEST, face=1))
    assert second.findings.subject == 1
    assert not np.array_equal(second.pixels, result.pixels)


def test_profile_or_half_a_face_is_made_or_refused_kindly(
    workshop: stylize.Workshop, portraits: dict[str, bytes]
) -> None:
    for name in ("obama_partial_face", "obama_partial_face2"):
        with suppress(stylize.SubjectError):
            made(workshop, portraits[name])


def test_sunglasses(workshop: stylize.Workshop, face: bytes) -> None:
    (found, *_) = stylize.inspect_photo(face).findings.faces
    made(workshop, bad_input.sunglasses(face, found.keypoints[:2]))


# ---------------------------------------------------------------- unusual, but photos


@pytest.mark.parametrize("unusual", [bad_input.greyscale, bad_input.cmyk, bad_input.sixteen_bit, bad_input.with_alpha])
def test_unusual_pixels_are_read(workshop: stylize.Workshop, face: bytes, unusual: object) -> None:
    assert callable(unusual)
    result = made(workshop, unusual(face))
    assert len(result.findings.faces) == 1


def test_a_sideways_phone_photo_stands_up(workshop: stylize.Workshop, face: bytes) -> None:
    upright, turned = stylize.inspect_photo(face), stylize.inspect_photo(bad_input.sideways(face))
    assert turned.size == upright.size
    assert turned.findings.faces[0].box.overlap(upright.findings.faces[0].box) > 0.8
    made(workshop, bad_input.sideways(face))


# ---------------------------------------------------------------- names


def boxed(name: str) -> stylize.Request:
    return replace(REQUEST, box=stylize.BoxOrder(name=name, accessories=("camera",)))


def test_an_empty_name_still_makes_a_whole_box(workshop: stylize.Workshop, face: bytes) -> None:
    for name in ("", "   "):
        assert workshop.run(face, boxed(name)).pixels.size


def test_a_name_of_sixty_letters_is_refused_with_the_limit(workshop: stylize.Workshop, face: bytes) -> None:
    with pytest.raises(NameTooLong, match="at most") as caught:
        workshop.run(face, boxed("Bartholomew" * 6))
    assert "Bartholomew" not in str(caught.value)


@pytest.mark.parametrize("name", ["Zoë Łukasz", "Ångström", "Мария", "Ελένη", "MÜLLER-LÜDENSCHEIDT"])
def test_names_in_other_letters(workshop: stylize.Workshop, face: bytes, name: str) -> None:
    assert workshop.run(face, boxed(name)).pixels.size


@pytest.mark.parametrize("name", ["🦄🦄🦄", "ᚠᚢᚦ"])
def test_names_that_cannot_be_printed_are_refused_without_repeating_them(
    workshop: stylize.Workshop, face: bytes, name: str
) -> None:
    with pytest.raises(LetteringMissing) as caught:
        workshop.run(face, boxed(name))
    assert name not in str(caught.value)


@pytest.mark.parametrize("name", ["\U000e0041\U000e0042", "A\x00B", "A\u202eB", "\u200b"])
def test_letters_that_cannot_be_seen_do_no_harm(workshop: stylize.Workshop, face: bytes, name: str) -> None:
    with suppress(LetteringMissing):
        assert workshop.run(face, boxed(name)).pixels.size
