"""One line on a terminal that says how far a download has come; nothing where nobody looks."""

from __future__ import annotations

import shutil
import sys
import time

from stylize.weights.catalog import gigabytes

_WIDTH = 24
_SECONDS = 0.1


class Bar:
    """Drawn on stderr, over itself, ten times a second at most."""

    def __init__(self) -> None:
        self._last = 0.0

    def draw(self, part: str, name: str, have: int, whole: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._last < _SECONDS and have < whole):
            return
        self._last = now
        full = round(_WIDTH * have / whole) if whole else _WIDTH
        line = f"[{'#' * full}{'.' * (_WIDTH - full)}] {gigabytes(have)} of {gigabytes(whole)}  {part}: {name}"
        columns = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r" + line.ljust(columns)[:columns])
        sys.stderr.flush()

    def wipe(self) -> None:
        """Take the line away."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            sys.stderr.flush()
