"""Where something could have stayed, and the search that looks there: files, a browser's profile, open files, memory."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.memory import family, find_in_memory

Needles = Mapping[str, tuple[bytes, ...]]

ROOT = Path(__file__).parents[2]
RAM = Path("/dev/shm")
ELSEWHERE = (".git", ".venv", "__pycache__", "playwright-artifacts", "pytest-of-", ".mypy_cache", ".ruff_cache")
"""Not looked through: Playwright keeps downloads there, pytest the test's own photo and profile."""
LARGEST_BYTES = 200 << 20
GZIP = b"\x1f\x8b\x08"


def places() -> list[Path]:
    """Folders that a program of this user may write into without being asked."""
    home = Path.home()
    wanted = {Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), RAM, ROOT}
    wanted |= {home / ".cache", home / ".config", home / ".local", home / ".gradio"}
    wanted |= {Path(value) for name, value in os.environ.items() if name.startswith("XDG_") and value.startswith("/")}
    return sorted(folder for folder in wanted if folder.is_dir())


def young_files(folder: Path, since: float) -> Iterator[Path]:
    """Files below `folder` that were written after `since` (seconds since the epoch)."""
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(ELSEWHERE)]
        for name in files:
            file = Path(path) / name
            try:
                about = file.lstat()
            except OSError:
                continue
            if stat.S_ISREG(about.st_mode) and max(about.st_mtime, about.st_ctime) >= since - 1:
                yield file


def search(files: Iterable[Path], needles: Needles) -> tuple[dict[str, list[str]], int]:
    """(file → names of the needles in its name or in it, also in what is packed with gzip inside; how many were read)."""
    found: dict[str, list[str]] = {}
    read = 0
    for file in files:
        try:
            data = file.read_bytes() if file.stat().st_size <= LARGEST_BYTES else b""
        except OSError:
            continue
        read += 1
        if names := names_in(os.fsencode(file) + b"\n" + data + b"\n".join(unpacked(data)), needles):
            found[str(file)] = names
    return found, read


def names_in(data: bytes, needles: Needles) -> list[str]:
    return [name for name, ways in needles.items() if any(way in data for way in ways)]


def unpacked(data: bytes) -> Iterator[bytes]:
    """Everything in `data` that begins like gzip, as far as it can be unpacked."""
    at = data.find(GZIP)
    while at >= 0:
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(31).decompress(data[at:], LARGEST_BYTES)
        at = data.find(GZIP, at + 1)


def everywhere(since: float, needles: Needles) -> tuple[dict[str, list[str]], int]:
    """`search` over all `places`."""
    files = {file.resolve(): file for folder in places() for file in young_files(folder, since)}
    return search(files.values(), needles)


def seen_by(pid: int, since: float, needles: Needles) -> tuple[dict[str, list[str]], int]:
    """`search` over what lies in a process's own view of RAM and temporary folders (it may have mounts of its own)."""
    files: list[Path] = []
    for one in family(pid):
        for folder in ("dev/shm", "tmp", "var/tmp", "run"):
            files += young_files(Path(f"/proc/{one}/root/{folder}"), since)
    return search(files, needles)


def may_look_into(pid: int) -> bool:
    """Whether the process shows us its open files and its view of the disk. A guarded one shows them to root alone."""
    return os.access(f"/proc/{pid}/fd", os.R_OK) and os.access(f"/proc/{pid}/root/tmp", os.R_OK)


def written_files(pid: int) -> list[str]:
    """The regular files that the process and its children hold open for writing; files without a name, too."""
    held = []
    for one in family(pid):
        try:
            handles = list(Path(f"/proc/{one}/fd").iterdir())
        except OSError:
            continue
        for handle in handles:
            try:
                flags = int(Path(f"/proc/{one}/fdinfo/{handle.name}").read_text().split("flags:")[1].split()[0], 8)
                if stat.S_ISREG(handle.stat().st_mode) and flags & os.O_ACCMODE != os.O_RDONLY:
                    held.append(str(handle.readlink()))
            except OSError:
                continue
    return held


def in_memory(pid: int, needles: Needles) -> dict[str, list[str]]:
    """Names of the needles in the memory of the process and of each of its children, "<command> <pid>" → names."""
    by_bytes = {way: name for name, ways in needles.items() for way in ways}
    found: dict[str, list[str]] = {}
    for one in family(pid):
        try:
            who = f"{Path(f'/proc/{one}/comm').read_text().strip()} {one}"
            there = find_in_memory(one, by_bytes)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if there:
            found[who] = sorted({by_bytes[way] for way in there})
    return found


def mounts() -> set[str]:
    """Mount points of this very namespace."""
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}
