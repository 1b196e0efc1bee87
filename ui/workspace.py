"""A private folder in RAM for the libraries that insist on having one. Stylize itself writes nothing into it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

RAM = Path("/dev/shm")  # noqa: S108 - a private folder is made inside, never a file with a known name


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only this user can open, point every temporary file there, and remove it at the end.

    In RAM where the system has /dev/shm; elsewhere in its folder for temporary files. Must be entered before
    `gradio` is imported, which reads GRADIO_TEMP_DIR at import.
    """
    os.umask(0o077)
    parent = RAM if RAM.is_dir() and os.access(RAM, os.W_OK) else Path(tempfile.gettempdir())
    folder = parent / f"stylize-{os.getpid()}-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    previous = tempfile.tempdir
    tempfile.tempdir = str(folder)
    os.environ["TMPDIR"] = os.environ["GRADIO_TEMP_DIR"] = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = previous
        shutil.rmtree(folder, ignore_errors=True)
