"""HEIF files that a decoder in C would die of are refused before it sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from stylize import errors, photo

DATA = (Path(__file__).parents[1] / "data" / "camera" / "phone.heic").read_bytes()


@pytest.mark.parametrize("word", [b"Exif\0\0\0", b"mime\0app", b"hvc1\0\0\0", b"rdf+xml"])
def test_items_whose_kind_or_type_is_no_text(word: bytes) -> None:
    """pi_heif 1.4.0 follows a null pointer there, and these tests with it."""
    place = DATA.index(word)
    with pytest.raises(errors.PhotoTruncated):
        photo.read(DATA[:place] + b"\xff" + DATA[place + 1 :])


def test_a_kind_that_is_text_only_with_what_follows() -> None:
    """Four bytes of kind, the last of them the first half of a letter."""
    place = DATA.index(b"mime\0app")
    with pytest.raises(errors.PhotoTruncated):
        photo.read(DATA[:place] + b"m@%\xcc\xaf" + DATA[place + 5 :])


def test_what_looks_like_an_item_in_the_picture_is_none() -> None:
    """The same letters among the pixels' data say nothing, and are not asked."""
    end = b"\0\0\0\x20infe\2\0\0\0" + b"\xff" * 20
    assert photo.read(DATA + end).pixels.shape == (256, 256, 3)


def test_a_directory_that_is_cut_short() -> None:
    place = DATA.index(b"infe")
    for end in (place, place + 4, place + 9, place + 14):
        with pytest.raises(errors.PhotoError):
            photo.read(DATA[:end])
