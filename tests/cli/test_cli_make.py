"""The command line makes pictures: real processes, real files."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from shell import PNG, leftovers, made, stylize

from stylize.cli import main
from stylize.cli.main import VERBS


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    code = "import sys\nfrom stylize.cli import main\ncode = main(['--help'])\n"
    code = f"import sys, atexit\natexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\n{code}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(verb in done.stdout for verb in VERBS)
    heavy = {"numpy", "cv2", "PIL", "torch", "diffusers", "gradio", "stylize.models"}
    assert not heavy & set(json.loads(done.stderr.replace("'", '"')))


def test_help_takes_a_small_multiple_of_starting_python() -> None:
    def seconds(*command: str) -> float:
        begun = time.perf_counter()
        subprocess.run([sys.executable, *command], capture_output=True, check=True)
        return time.perf_counter() - begun

    bare = min(seconds("-c", "import argparse, importlib.metadata") for _ in range(5))
    assert min(seconds("-m", "stylize", "--help") for _ in range(5)) < 4 * bare


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0
    assert "usage: stylize" in capsys.readouterr().out


def test_no_verb_is_help_and_version_is_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "COMMAND" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.startswith("stylize 0.")


def test_make_writes_a_private_whole_file(selfie: Path, tmp_path: Path) -> None:
    done = stylize(*made(selfie, "--name", "Ada", "--accessory", "Kamera", "--out", "ada.png"))
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b""
    assert b"seed 1" in done.stderr
    assert b"\r" not in done.stderr, "no progress bar without a terminal"
    with Image.open(tmp_path / "ada.png") as picture:
        assert (picture.format, picture.size) == ("PNG", (256, 320))
    assert stat.S_IMODE((tmp_path / "ada.png").stat().st_mode) == 0o600
    assert leftovers(tmp_path) == {"ada.png"}


@pytest.mark.parametrize(("out", "kind"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP")])
def test_the_ending_decides(selfie: Path, tmp_path: Path, out: str, kind: str) -> None:
    assert main([*made(selfie, "--no-box", "--quiet", "--out", out)]) == 0
    with Image.open(tmp_path / out) as picture:
        assert picture.format == kind


def test_a_pipe_in_and_a_pipe_out(selfie: Path, tmp_path: Path) -> None:
    done = stylize(*made("-", "--out", "-", "--json"), given=selfie.read_bytes())
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(PNG)
    assert json.loads(done.stderr)["out"] is None
    assert leftovers(tmp_path) == set()


def test_json_tells_what_was_made(selfie: Path) -> None:
    done = stylize(*made(selfie, "--out", "a.png", "--json", "--glasses", "--hair", "afro", "--name", "Needle"))
    told = json.loads(done.stdout)
    assert (told["width"], told["height"], told["media_type"]) == (256, 320, "image/png")
    assert (told["look"]["hair"], told["look"]["glasses"]) == ("afro", True)
    assert told["receipt"]["seed"] == 1
    assert b"Needle" not in done.stdout
    assert done.stderr == b""


def test_a_receipt_is_written_beside_the_picture(selfie: Path, tmp_path: Path) -> None:
    done = stylize(*made(selfie, "--out", "a.png", "--receipt", "a.json", "--name", "Needle", "--quiet"))
    assert done.returncode == 0, done.stderr.decode()
    text = (tmp_path / "a.json").read_text("utf-8")
    told = json.loads(text)
    assert told["schema"] == "stylize-receipt/1"
    assert told["export_digest"] == hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()
    assert "Needle" not in text
    assert main([*made(selfie, "--out", "b.png", "--receipt", "b.txt", "--quiet", "--language", "de")]) == 0
    assert "Beleg für ein Bild" in (tmp_path / "b.txt").read_text("utf-8")
    assert leftovers(tmp_path) == {"a.png", "a.json", "b.png", "b.txt"}


@pytest.mark.parametrize("place", ["a.pdf", "-", "missing/a.json", "there.txt"])
def test_a_receipt_that_cannot_be_written_is_refused_before_any_work(selfie: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "there.txt").write_text("precious", "utf-8")
    assert main([*made(selfie, "--out", "a.png", "--receipt", place)]) == 2
    assert leftovers(tmp_path) == {"there.txt"}
    assert (tmp_path / "there.txt").read_text("utf-8") == "precious"


def test_sheets_to_print_are_written_beside_the_picture(selfie: Path, tmp_path: Path) -> None:
    words = ("--print", "a.pdf", "--paper", "letter", "--name", "Needle", "--quiet")
    assert main([*made(selfie, "--out", "a.png", *words)]) == 0
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF-1.6")
    assert data.count(b"/MediaBox [0 0 612.000 792.000]") == 4
    assert b"Needle" not in data
    assert leftovers(tmp_path) == {"a.png", "a.pdf"}


@pytest.mark.parametrize("place", ["a.png", "-", "missing/a.pdf", "there.pdf"])
def test_sheets_that_cannot_be_written_are_refused_before_any_work(selfie: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "there.pdf").write_text("precious", "utf-8")
    assert main([*made(selfie, "--out", "b.png", "--print", place)]) == 2
    assert leftovers(tmp_path) == {"there.pdf"}


def test_equal_words_equal_bytes(selfie: Path, tmp_path: Path) -> None:
    for out in ("a.png", "b.png"):
        assert main([*made(selfie, "--quiet", "--no-box", "--out", out)]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_file_that_is_there_stays_unless_forced(selfie: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    out.write_bytes(b"precious")
    assert main([*made(selfie, "--out", "a.png")]) == 2
    assert out.read_bytes() == b"precious"
    assert main([*made(selfie, "--quiet", "--out", "a.png", "--force")]) == 0
    assert out.read_bytes().startswith(PNG)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_bar_that_goes_forwards_and_away(selfie: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "stylize", *made(selfie, "--out", "a.png")]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # how Linux says that the other side has closed
        while piece := os.read(ours, 4096):
            said += piece
    assert process.wait(60) == 0
    shares = [int(share) for share in re.findall(rb"(\d+)%", said)]
    assert len(shares) > 8
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert re.search(rb"\r +\r256 x 320", said)
