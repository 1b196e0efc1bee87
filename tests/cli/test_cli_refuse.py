"""The command line says no: exit codes, slugs, one sentence, no half file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shell import leftovers, made, stylize

from stylize.cli import main

REFUSED = [
    (("selfie.jpg", "--out", "a.gif"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "nowhere/a.png"), 2, "file-not-written"),
    (("selfie.jpg", "--out", "home"), 2, "unknown-choice"),
    (("nobody.jpg", "--out", "a.png"), 2, "file-unreadable"),
    ((".", "--out", "a.png"), 2, "file-unreadable"),
    (("selfie.jpg", "--out", "a.png", "--style", "hologram"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "a.png", "--engine", "magic"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "a.png", "--engine", "diffusion"), 6, "engine-unavailable"),
    (("selfie.jpg", "--out", "a.png", "--accessory", "zzz"), 2, "unknown-accessory"),
    (("selfie.jpg", "--out", "a.png", "--name", "x" * 60), 2, "name-too-long"),
    (("selfie.jpg", "--out", "a.png", "--skin-colour", "pale"), 2, "unknown-choice"),
    (("selfie.jpg", "--out", "a.png", "--face", "0"), 2, "out-of-range"),
    (("selfie.jpg", "--out", "a.png", "--face", "9"), 4, "no-such-face"),
    (("selfie.jpg", "--out", "a.png", "--quality", "0"), 2, "out-of-range"),
    (("selfie.jpg", "--out", "a.png", "--settings", "nowhere.toml"), 5, "declaration"),
    (("selfie.jpg", "--out", "a.png", "--strength", "7"), 2, "out-of-range"),
    (("selfie.jpg", "--out", "a.png", "--likeness", "1.5"), 2, "out-of-range"),
    (("selfie.jpg", "--out", "a.png", "--ip-adapter-scale", "9"), 2, "out-of-range"),
    (("text.jpg", "--out", "a.png"), 3, "not-an-image"),
    (("huge.jpg", "--out", "a.png"), 3, "photo-too-large"),
]


@pytest.mark.parametrize(("words", "code", "slug"), REFUSED, ids=[f"{s}-{i}" for i, (_, _, s) in enumerate(REFUSED)])
def test_a_refusal_is_a_code_a_slug_and_no_file(
    selfie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, slug: str
) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "text.jpg").write_bytes(b"not a photo at all, but a text")
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(5_000_000_000)  # sparse: it would not fit into memory if it were read
    assert main(["make", *words, "--consent", "--json"]) == code
    told = json.loads(capsys.readouterr().err)
    assert told["error"] == slug
    assert told["message"].endswith(".")
    assert leftovers(tmp_path) == {"text.jpg", "huge.jpg"}


def test_a_refusal_for_people_is_one_sentence(selfie: Path) -> None:
    done = stylize("make", "nobody.jpg", "--out", "a.png", "--consent")
    assert done.returncode == 2
    assert done.stderr.startswith(b"stylize: The file cannot be opened: no such file")
    assert done.stderr.count(b"\n") == 1
    assert b"nobody" not in done.stderr


@pytest.mark.parametrize("words", [("make",), ("make", "x", "--out", "a.png", "--size", "big"), ("dance",)])
def test_wrong_words_are_code_two(words: tuple[str, ...]) -> None:
    done = stylize(*words, "--json")
    assert done.returncode == 2
    assert json.loads(done.stderr)["error"] == "usage"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(selfie: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(0o500)
    assert main([*made(selfie, "--out", str(folder / "a.png"))]) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_is_said(selfie: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        command = [sys.executable, "-m", "stylize", "styles"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_interrupting_leaves_nothing(selfie: Path, tmp_path: Path) -> None:
    words = ("make", str(selfie), "--out", "a.png", "--size", "2048x2048", "--consent")
    command = [sys.executable, "-m", "stylize", *words]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Stopped, as you asked" in said
    assert b"Traceback" not in said
    assert leftovers(tmp_path) == set()
