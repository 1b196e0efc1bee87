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
        self._what = ""
        self._began = (0.0, 0)

    def show(self, what: str, done: int, total: int) -> None:
        """`what`: a few words; `done` of `total` bytes."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._began = what, (now, done)
        if not sys.stderr.isatty() or (now - self._last < _SECONDS and done < total):
            return
        self._last = now
        full = round(_WIDTH * done / total) if total else _WIDTH
        text = "".join(letter if letter.isprintable() else " " for letter in what)
        pace = self._pace(now, done, total)
        line = f"[{'#' * full}{'.' * (_WIDTH - full)}] {gigabytes(done)} of {gigabytes(total)}{pace}  {text}"
        columns = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r" + line.ljust(columns)[:columns])
        sys.stderr.flush()

    def _pace(self, now: float, done: int, total: int) -> str:
        """How fast, and how long still; nothing in the first second."""
        seconds, count = now - self._began[0], done - self._began[1]
        if seconds < 1 or count <= 0 or done >= total:
            return ""
        left = (total - done) * seconds / count
        still = f"{left / 3600:.1f} h" if left >= 3600 else f"{left / 60:.0f} min" if left >= 90 else f"{left:.0f} s"
        return f", {gigabytes(round(count / seconds))}/s, {still} left"

    def wipe(self) -> None:
        """Take the line away."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            sys.stderr.flush()
