"""A progress bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import shutil
import sys

from stylize.progress import Progress, Stage, Tell, nobody, overall_fraction

_WORDS = {
    Stage.READ: "reading",
    Stage.INSPECT: "looking for faces",
    Stage.ISOLATE: "measuring",
    Stage.PLAN: "planning",
    Stage.LOAD: "loading",
    Stage.GENERATE: "making",
    Stage.COMPOSE: "packing",
    Stage.EXPORT: "exporting",
}
_WIDTH = 30


def draw_bar(progress: Progress) -> None:
    """One line on stderr, written over the last one."""
    fraction = overall_fraction(progress)
    full = round(_WIDTH * fraction)
    line = f"[{'#' * full}{'.' * (_WIDTH - full)}] {fraction:4.0%}  {_WORDS[progress.stage]}"
    columns = shutil.get_terminal_size().columns - 1
    sys.stderr.write("\r" + line.ljust(columns)[:columns])
    sys.stderr.flush()


def listener(*, quiet: bool) -> Tell:
    """`draw_bar` on a terminal, unless it should be quiet."""
    return draw_bar if sys.stderr.isatty() and not quiet else nobody


def clear_bar(tell: Tell) -> None:
    """Take the line away again."""
    if tell is draw_bar:
        sys.stderr.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
        sys.stderr.flush()
