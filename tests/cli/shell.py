"""Run the command line as a user does: a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n"


def stylize(*words: str | Path, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """`python -m stylize WORDS`, with `given` on stdin."""
    command = [sys.executable, "-m", "stylize", *map(str, words)]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=120)


def made(*words: str | Path) -> tuple[str, ...]:
    """The words of a small, quick `make` of somebody who agreed."""
    return "make", *map(str, words), "--consent", "--engine", "figure", "--seed", "1", "--size", "256x320"


def leftovers(folder: Path) -> set[str]:
    """What lies in the folder that a test did not put there."""
    return {path.name for path in folder.iterdir()} - {"selfie.jpg", "home"}
