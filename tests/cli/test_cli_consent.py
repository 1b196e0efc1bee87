"""The command line asks before it makes a picture of somebody, and takes no silence for a yes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from shell import leftovers, made, stylize

from stylize.cli import main

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")


def unasked(*words: str) -> tuple[str, ...]:
    return tuple(word for word in made(*words) if word != "--consent")


def at_a_terminal(answer: bytes, *words: str) -> tuple[int, bytes]:
    """Exit code, and what is said on the terminal at which somebody types `answer`."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "stylize", *words]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said, answered = b"", False
    with contextlib.suppress(OSError):  # how Linux says that the other side has closed
        while piece := os.read(ours, 4096):
            said += piece
            if b"[y/g/N]" in said and not answered:
                answered = os.write(ours, answer) > 0
    os.close(ours)
    return process.wait(60), said


def consent_in(receipt: Path) -> str:
    return str(json.loads(receipt.read_text("utf-8"))["consent"])


@pytest.mark.parametrize(("answer", "consent"), [(b" Yes \n", "given"), (b"g\n", "given-by-guardian")])
def test_a_yes_makes_the_picture_and_is_in_the_receipt(
    selfie: Path, tmp_path: Path, answer: bytes, consent: str
) -> None:
    code, said = at_a_terminal(answer, *unasked(str(selfie), "--no-box", "--out", "a.png", "--receipt", "a.json"))
    assert code == 0, said.decode()
    assert said.count(b"[y/g/N]") == 1
    assert b"under 18" in said, "who answers for a child is asked, too"
    assert consent_in(tmp_path / "a.json") == consent


@pytest.mark.parametrize("answer", [b"\n", b"maybe\n", b"\x04"], ids=["nothing", "neither", "end"])
def test_anything_else_is_a_no(selfie: Path, tmp_path: Path, answer: bytes) -> None:
    code, said = at_a_terminal(answer, *unasked(str(selfie), "--out", "a.png"))
    assert code == 130
    assert b"Stopped, as you asked" in said
    assert leftovers(tmp_path) == set()


def test_what_cannot_work_is_refused_before_anybody_is_asked(selfie: Path) -> None:
    code, said = at_a_terminal(b"y\n", *unasked(str(selfie), "--out", "a.png", "--style", "hologram"))
    assert code == 2
    assert b"[y/g/N]" not in said


def test_without_a_terminal_it_must_be_said(selfie: Path, tmp_path: Path) -> None:
    done = stylize(*unasked(str(selfie), "--out", "a.png"), "--json", given=b"y\n")
    assert done.returncode == 2
    told = json.loads(done.stderr)
    assert told["error"] == "consent-missing"
    assert "--consent" in told["message"]
    assert "--consent=guardian" in told["message"]
    assert leftovers(tmp_path) == set()


def test_where_the_photo_comes_down_the_line_nobody_is_asked(selfie: Path) -> None:
    code, said = at_a_terminal(b"y\n", *unasked("-", "--out", "a.png"))
    assert code == 2
    assert b"--consent" in said
    assert b"[y/g/N]" not in said


def test_said_in_advance(selfie: Path, tmp_path: Path) -> None:
    """Before the photo, too: the flag does not take the next word for its own."""
    words = ("make", "--consent", str(selfie), "--out", "a.png", "--receipt", "a.json", "--quiet", "--size", "256x320")
    assert main([*words]) == 0
    assert consent_in(tmp_path / "a.json") == "given"
    guardian = [word.replace("--consent", "--consent=guardian").replace("a.", "b.") for word in words]
    assert main(guardian) == 0
    assert consent_in(tmp_path / "b.json") == "given-by-guardian"


def test_no_other_word_is_taken_for_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["make", "a.jpg", "--out", "a.png", "--consent=perhaps"])
    assert left.value.code == 2
    assert "perhaps" in capsys.readouterr().err
