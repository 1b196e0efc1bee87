"""How far a long reading or download has come: one line on a terminal, and nothing anywhere else."""

from __future__ import annotations

import shutil
import sys
import time

from stylize.weights.catalog import gigabytes

_SECONDS = 0.1
_WIDTH = 24


class Line:
    """Drawn on stderr, over itself, ten times a second at most."""

    def __init__(self) -> None:
        self._last = 0.0

    def show(self, what: str, done: int, total: int) -> None:
        """`what`: a few words; `done` of `total` bytes."""
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._last < _SECONDS and done < total):
            return
        self._last = now
        full = round(_WIDTH * done / total) if total else _WIDTH
        text = "".join(letter if letter.isprintable() else " " for letter in what)
        line = f"[{'#' * full}{'.' * (_WIDTH - full)}] {gigabytes(done)} of {gigabytes(total)}  {text}"
        columns = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r" + line.ljust(columns)[:columns])
        sys.stderr.flush()

    def wipe(self) -> None:
        """Take the line away."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            sys.stderr.flush()
