"""stylize redact: a copy of a photo, clean, with nobody else and nothing to read in it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from shell import leftovers, stylize

from stylize.cli import main
from stylize.export.label import PHOTO_LABELS


@pytest.fixture
def planted(portraits: dict[str, bytes], tmp_path: Path) -> Path:
    """selfie.jpg with a planted place in its file."""
    exif = Image.Exif()
    exif[0x010E] = "Needlestreet 51"
    with Image.open(io.BytesIO(portraits["obama2"])) as photo:
        photo.save(tmp_path / "selfie.jpg", "JPEG", exif=exif, quality=95)
    return tmp_path / "selfie.jpg"


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_copy_is_clean_and_behind_the_wall(planted: Path, tmp_path: Path) -> None:
    done = stylize("redact", planted, "-o", "out.jpg", "--box", "10,20,80,60", "--json")
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["hidden"]["box"] == 1
    assert told["labels"] == list(PHOTO_LABELS)
    data = (tmp_path / "out.jpg").read_bytes()
    assert len(data) == told["bytes"]
    assert b"Needle" not in data
    assert b"DigitalSourceType" not in data, "where the photo is from is not ours to say"
    assert b'CreatorTool="Stylize"' in data
    assert pixels(tmp_path / "out.jpg").shape == pixels(planted).shape == (told["height"], told["width"], 3)
    assert leftovers(tmp_path) == {"out.jpg"}


def test_all_faces_or_ones_own(planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    face = np.s_[100:300, 100:300]
    for out, words in (("own.png", ()), ("none.png", ("--all-faces", "--style", "solid"))):
        assert main(["redact", "selfie.jpg", "--out", out, "--quiet", *words]) == 0
    capsys.readouterr()
    assert main(["inspect", "own.png", "--json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert len(own["faces"]) == 1
    assert own["subject"] == 0
    assert [region["number"] for region in own["regions"]] == list(range(1, len(own["regions"]) + 1))
    first = own["regions"][0]
    assert (first["kind"], first["face"], first["hidden"], len(first["corners"])) == ("face", 0, False, 4)
    assert main(["inspect", "none.png", "--json"]) == 0
    none = json.loads(capsys.readouterr().out)
    assert (none["faces"], none["subject"]) == ([], None)
    assert not np.array_equal(pixels(tmp_path / "own.png")[face], pixels(tmp_path / "none.png")[face])


def test_a_photo_without_a_face_can_be_redacted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    drawn = np.repeat(np.repeat(drawn, 2, axis=0), 2, axis=1)
    Image.fromarray(drawn).save(tmp_path / "wall.png")
    for style in ("blur", "mosaic", "solid"):
        words = ["redact", "wall.png", "-o", f"{style}.png", "--style", style, "--box", "40,40,100,80", "--quiet"]
        assert main(words) == 0
        out = pixels(tmp_path / f"{style}.png")
        assert not (out[40:120, 40:140] == drawn[40:120, 40:140]).all(axis=2).mean() > 0.01
        assert np.array_equal(out[:20], drawn[:20])
    assert main(["redact", "wall.png", "-o", "a.png", "--background", "blur", "--json"]) == 4
    assert json.loads(capsys.readouterr().err)["error"] == "no-face"


REFUSED = [
    (("--show", "99"), 2, "no-such-region"),
    (("--show", "0"), 2, "out-of-range"),
    (("--show", "one"), 2, "usage"),
    (("--box", "1,2,3"), 2, "usage"),
    (("--box", "1,2,0,5"), 2, "usage"),
    (("--style", "invisible"), 2, "usage"),
    (("--face", "9"), 4, "no-such-face"),
    (("--face", "1", "--all-faces"), 2, "usage"),
    (("--quality", "0"), 2, "out-of-range"),
]


@pytest.mark.parametrize(("words", "code", "slug"), REFUSED, ids=[" ".join(words) for words, _, _ in REFUSED])
def test_what_cannot_be_done_is_refused_and_leaves_nothing(
    planted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, slug: str
) -> None:
    try:
        ended = main(["redact", "selfie.jpg", "-o", "out.jpg", *words, "--json"])
    except SystemExit as left:
        ended = int(left.code or 0)
    assert ended == code
    assert json.loads(capsys.readouterr().err)["error"] == slug
    assert leftovers(tmp_path) == set()


def test_a_file_that_is_there_stays(planted: Path, tmp_path: Path) -> None:
    (tmp_path / "out.jpg").write_bytes(b"precious")
    assert main(["redact", "selfie.jpg", "-o", "out.jpg"]) == 2
    assert (tmp_path / "out.jpg").read_bytes() == b"precious"
