"""What can be taken home of a picture, and that nothing of it is left once it was wiped."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import stylize
from stylize.models import BoxOrder, Request
from stylize.photo.faces import propose
from stylize.toybox.accessories import read_icon
from tests.ui.test_ui_shelf import is_wiped, sheet
from ui.parcel import BOOKS, FORMATS, MORE, PICTURES, Parcel
from ui.pictures import encode
from ui.profile import profile


@pytest.fixture(scope="module")
def result(portraits: dict[str, bytes]) -> stylize.Result:
    return stylize.run(portraits["biden"], Request(style="vinyl", box=BoxOrder(name="Kanarie")))


def test_a_parcel_gives_every_format_and_its_receipts(result: stylize.Result) -> None:
    import hashlib

    parcel = Parcel(
        replace(result, pixels=result.pixels.copy()), before=encode(result.pixels[:8, :8], ".jpg"), language="de"
    )
    files = {name: parcel.sheet(name) for name in FORMATS}
    told = parcel.sheet("receipt.json")
    text = parcel.sheet("receipt.txt")
    assert told is not None
    assert text is not None
    table = json.loads(bytes(told.data))
    digests = {table["media_type"]: table["export_digest"], **table["other_digests"]}
    more = {f"{MORE[name]}, {name.partition('.')[0]}": parcel.sheet(name) for name in parcel.more}
    assert digests == {
        **{s.media_type: hashlib.sha256(s.data).hexdigest() for s in files.values() if s is not None},
        **{kind: hashlib.sha256(s.data).hexdigest() for kind, s in more.items() if s is not None},
    }
    assert set(more) == {"image/jpeg, profile", "image/png, cutout"}
    assert "Beleg" in bytes(text.data).decode()
    assert b"anarie" not in bytes(told.data) + bytes(text.data)
    assert parcel.file_name("picture.jpg") == "stylize-vinyl.jpg"
    assert parcel.file_name("cutout.png") == "stylize-vinyl-cutout.png"
    assert parcel.file_name("receipt.json") == "stylize-vinyl-receipt.json"
    assert parcel.sheet("something.else") is None


def test_a_wiped_parcel_holds_zeros_and_gives_nothing(result: stylize.Result) -> None:
    assert result.figure is not None
    pixels, picture, figure = result.pixels.copy(), result.picture.copy(), result.figure.copy()
    toy = read_icon("fox")
    parts = replace(result.parts, toys=(toy,))
    parcel = Parcel(
        replace(result, pixels=pixels, picture=picture, figure=figure, parts=parts),
        before=encode(pixels[:8, :8], ".jpg"),
    )
    large = result.pixels.copy()
    parcel.take_large(large)
    sheets = [parcel.sheet(name) for name in (*PICTURES, "before.jpg", "small.jpg")]
    assert all(np.any(drawn) for drawn in (pixels, picture, figure, toy, large))
    parcel.wipe()
    assert not any(np.any(drawn) for drawn in (pixels, picture, figure, toy, large))
    assert all(s is not None and is_wiped(s) for s in sheets)
    assert [parcel.sheet(name) for name in (*PICTURES, "before.jpg", "receipt.json")] == [None] * 10


def test_sheets_to_print_are_made_when_asked_for_and_wiped(result: stylize.Result) -> None:
    assert result.figure is not None
    assert result.parts.picture is result.picture, "what is wiped is what would be printed"
    drawn = {name: getattr(result, name).copy() for name in ("pixels", "picture", "figure")}
    parcel = Parcel(replace(result, **drawn), before=sheet(b"before"))
    for name in BOOKS:
        book = parcel.sheet(name)
        assert book is not None
        assert book.media_type == "application/pdf"
        assert bytes(book.data[:5]) == b"%PDF-"
        assert parcel.sheet(name) is book
    assert parcel.file_name("print_a4.pdf").endswith("-print-a4.pdf")
    receipt = parcel.sheet("receipt.json")
    assert receipt is not None
    assert b"pdf" not in bytes(receipt.data)
    parcel.wipe()
    assert parcel.sheet("print_a4.pdf") is None


def test_the_profile_is_the_face_and_the_figure_stands_on_nothing(result: stylize.Result) -> None:
    parcel = Parcel(replace(result), before=encode(result.pixels[:8, :8], ".jpg"))
    head, figure = (parcel.sheet(name) for name in ("profile.jpg", "cutout.png"))
    assert head is not None
    assert figure is not None
    face = np.asarray(Image.open(io.BytesIO(bytes(head.data))))
    assert face.shape == (1024, 1024, 3)
    (seen,) = (one for one in propose(face) if one.score > 0.8)
    assert 0.3 < seen.box.width / 1024 < 0.7
    assert np.hypot(seen.box.centre[0] - 512, seen.box.centre[1] - 512) < 150
    alone = np.asarray(Image.open(io.BytesIO(bytes(figure.data))))
    assert alone.shape[2] == 4
    alpha = alone[..., 3]
    assert {int(alpha[0, 0]), int(alpha[0, -1]), int(alpha[-1, 0]), int(alpha[-1, -1])} == {0}
    assert 0.3 < (alpha == 255).mean() < 0.8
    assert not np.any(alone[alpha == 0])
    assert alone.shape[0] > 1.3 * alone.shape[1], "a standing figure, cut close"


def test_where_there_is_no_outline_there_is_no_figure_alone(result: stylize.Result) -> None:
    parcel = Parcel(replace(result, figure=None), before=encode(result.pixels[:8, :8], ".jpg"))
    assert (parcel.more, parcel.sheet("cutout.png")) == (("profile.jpg",), None)


def test_a_picture_without_a_face_has_a_profile_too() -> None:
    sky = np.asarray(Image.linear_gradient("L").resize((300, 500)).convert("RGB"))
    assert profile(sky, 64).shape == (64, 64, 3)
