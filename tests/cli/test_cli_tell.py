"""The command line tells: lists, what is in a photo, how the machine is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from shell import stylize

from stylize.cli import main
from stylize.cli.words import GROUPS, WARNINGS
from stylize.photo.inspect import WARNINGS as warnings_of_photos  # noqa: N811


def told(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_styles_and_engines_and_accessories(capsys: pytest.CaptureFixture[str]) -> None:
    styles = told(capsys, "styles", "--language", "de")
    assert isinstance(styles, list)
    assert {"action-figure", "painted-anime"} <= {style["slug"] for style in styles}
    engines = told(capsys, "engines")
    assert isinstance(engines, dict)
    assert {e["name"]: e["ready"] for e in engines["engines"]} == {"diffusion": False, "figure": True, "painting": True}
    toys = told(capsys, "accessories", "Kamera")
    assert isinstance(toys, list)
    assert toys[0]["slug"] == "camera"
    assert main(["accessories", "qqqqqqq"]) == 1


@pytest.mark.parametrize("words", [("styles",), ("engines",), ("accessories", "coffee"), ("doctor",)])
def test_lists_are_for_people_too(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    assert len(capsys.readouterr().out) > 20


def test_inspect_tells_the_user_what_the_file_gives_away(
    selfie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exif = Image.Exif()
    exif[0x0110] = "Needlephone 9"
    buffer = io.BytesIO()
    with Image.open(selfie) as photo:
        photo.save(buffer, "JPEG", exif=exif)
    (tmp_path / "planted.jpg").write_bytes(buffer.getvalue())
    assert main(["inspect", "planted.jpg"]) == 0
    said = capsys.readouterr().out
    assert "Needlephone 9" in said
    assert "faces: 1" in said
    report = told(capsys, "inspect", "planted.jpg")
    assert isinstance(report, dict)
    assert len(report["faces"]) == 1
    assert "Needlephone 9" in [thing["value"] for thing in report["found"]]


def test_a_stranger_cannot_command_the_terminal(
    selfie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exif = Image.Exif()
    exif[0x010E] = "before\x1b]0;owned\x07\x1b[2Jafter\r\nsecond"
    with Image.open(selfie) as photo:
        photo.save(tmp_path / "planted.jpg", exif=exif)
    assert main(["inspect", "planted.jpg"]) == 0
    said = capsys.readouterr().out
    assert "before" in said
    assert not {"\x1b", "\x07", "\r"} & set(said)


def test_every_warning_has_words() -> None:
    assert set(warnings_of_photos) <= set(WARNINGS)
    assert set(GROUPS) == {"place", "time", "device", "person", "software", "thumbnail", "colour", "other"}


def test_doctor_knows_versions_devices_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "doctor")
    assert isinstance(found, dict)
    assert found["devices"][-1] == "cpu"
    assert all(found["versions"].values())
    assert found["free_bytes"] > 100_000_000
    assert bool(found["runner"]) is (found["devices"] == ["cpu"])
    assert any("weights" in advice for advice in found["advice"])


def test_ui_hands_on_and_ends_as_the_page_ends() -> None:
    done = stylize("ui", "--no-such-flag")
    assert done.returncode == 2
    assert b"python -m ui: error: unrecognized arguments: --no-such-flag" in done.stderr
