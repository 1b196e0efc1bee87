"""A private folder in RAM for the libraries that insist on having one. Stylize itself writes nothing into it.

Three things empty it: its own end; where /dev/shm is private RAM, the kernel; and where it is not, a janitor, a tiny
process that does nothing but wait for this one to end. What is left when all are killed at once, the next start sweeps.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stylize.privacy import namespaces

if sys.platform != "win32":
    import fcntl

RAM = namespaces.RAM
NAME = re.compile(r"stylize-(\d+)-[0-9a-f]{16}")

_JANITOR = """
import shutil, signal, sys
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
sys.stdin.buffer.read()
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only this user can open, point every temporary file there, and remove it at the end.

    In RAM where the system has /dev/shm; elsewhere in its folder for temporary files. Must be entered after
    `wall.foundations`, which may put private RAM there, and before `gradio` is imported, which reads GRADIO_TEMP_DIR
    at import. Folders that dead processes of this user left are removed first.
    """
    os.umask(0o077)
    sweep()
    folder = parent() / f"stylize-{os.getpid()}-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    before = tempfile.tempdir, {name: os.environ.get(name) for name in ("TMPDIR", "GRADIO_TEMP_DIR")}
    with contextlib.ExitStack() as stack:
        stack.enter_context(_held(folder))
        if not namespaces.is_private():
            stack.enter_context(_janitor(folder))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        tempfile.tempdir = os.environ["TMPDIR"] = os.environ["GRADIO_TEMP_DIR"] = str(folder)
        stack.callback(_point_back, *before)
        yield folder


def parent() -> Path:
    """Where the folder is made: in RAM where that can be had."""
    if RAM.is_dir() and os.access(RAM, os.W_OK):
        return RAM
    return Path(tempfile.gettempdir())


def sweep() -> None:
    """Remove what this program left behind when it, and its janitor, were killed. Windows: nothing is swept."""
    if sys.platform == "win32":
        return
    for folder in parent().glob("stylize-*-*"):
        match = NAME.fullmatch(folder.name)
        if match and _is_ours(folder) and not _lives(int(match[1])) and not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    try:
        about = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it lives, but is none of our business
        pass
    return True


def _is_held(folder: Path) -> bool:
    """The number alone does not tell: in a container another process has it."""
    try:
        with _held(folder):
            return False
    except OSError:
        return True


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """A lock on the folder that ends with its process. Raises OSError if another holds it."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _janitor(folder: Path) -> Iterator[None]:
    """A process of its own session, deaf to signals, that removes the folder once this process is gone."""
    if sys.platform == "win32" or not sys.executable:
        yield
        return
    try:
        janitor = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
            [sys.executable, "-I", "-S", "-c", _JANITOR, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )
    except OSError:  # no janitor: the next start sweeps
        yield
        return
    try:
        yield
    finally:
        assert janitor.stdin is not None
        janitor.stdin.close()
        try:
            janitor.wait(5)
        except subprocess.TimeoutExpired:
            janitor.kill()
            janitor.wait()


def _point_back(folder: str | None, variables: dict[str, str | None]) -> None:
    tempfile.tempdir = folder
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
