"""A system that has no lock to offer: no photo is taken, unless the user says that they go without; then all screens say so.

Such a system is made here by a filter that answers every later wish for a filter as an old kernel would.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stylize.errors import WallMissing
from stylize.privacy import kernel
from tests.conftest import PORTRAITS
from tests.ui.conftest import start

ROOT = Path(__file__).parents[2]
OLD_KERNEL = """
import os, sys
from stylize.privacy import egress, filter, kernel
rule = filter.Rule(calls="seccomp", answer=filter.UNKNOWN, why="an old kernel")
egress.install(filter.assemble(kernel.machine(), (rule,), otherwise=filter.ALLOW))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
PREFIX = [sys.executable, "-c", OLD_KERNEL]
FORM = {"Content-Type": "multipart/form-data; boundary=X"}

pytestmark = pytest.mark.skipif(
    kernel.machine() is None, reason="only where the kernel has a lock can it be taken away"
)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PREFIX, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )


def _form() -> bytes:
    head = b'--X\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    return head + PORTRAITS["biden"].read_bytes() + b"\r\n--X--\r\n"


def test_the_page_does_not_open_without_a_wall() -> None:
    done = _run("-m", "ui", "--no-browser")
    assert done.returncode == WallMissing.exit_code
    assert "--without-wall" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_command_makes_nothing_without_a_wall(tmp_path: Path) -> None:
    out, receipt = tmp_path / "toy.png", tmp_path / "toy.json"
    words = ("-m", "stylize", "make", str(PORTRAITS["biden"]), "--out", str(out), "--size", "256x320", "--consent")
    refused = _run(*words)
    assert refused.returncode == WallMissing.exit_code
    assert "--without-wall" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not out.exists()
    done = _run(*words, "--without-wall", "--receipt", str(receipt))
    assert done.returncode == 0, done.stderr
    assert out.exists()
    assert json.loads(receipt.read_text())["wall"] == "none"


def test_every_screen_says_that_there_is_no_wall() -> None:
    page: Any = start("--without-wall", prefix=PREFIX)
    try:
        way_in = page.ask(f"/?token={page.token}")
        cookie = {"Cookie": (way_in.getheader("Set-Cookie") or "").partition(";")[0]}
        waiting = page.ask("/de/", headers=cookie).read().decode()
        page.cookie = cookie["Cookie"]
        page.wait()
        assert 'class="no-wall"' in waiting
        state = json.loads(page.ask("/privacy.json").read())
        assert state["wall"] == "none"
        taken = page.ask("/en/gradio_api/upload", "POST", FORM, _form())
        assert taken.status == 200
        (name,) = json.loads(taken.read())
        assert page.ask(f"/en/gradio_api/file={name}").status == 200
    finally:
        page.stop()
