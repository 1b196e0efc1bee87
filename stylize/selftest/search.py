"""Looks for planted things in files that were written lately, and in the memory of other programs."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from stylize.selftest.canary import Needle

PREFIX = 8
"""Many needles begin alike, so that much is looked for first; that makes the search fast."""
PIECE_BYTES = 128 << 10
EMPTY = bytes(PIECE_BYTES)
LARGEST_BYTES = 256 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Searched:
    """What was looked at and what was found. `unread`: files and folders, or stretches of memory, that this user may not read.

    `hits`: the thing's name and where it was. `finished`: all there was could be looked through in the time.
    """

    count: int
    size_bytes: int
    unread: int
    hits: tuple[tuple[str, str], ...]
    finished: bool


def usual_places() -> tuple[Path, ...]:
    """Where programs leave files behind: folders for temporary files, RAM disks, caches."""
    home = Path.home()
    caches = [os.environ.get("XDG_CACHE_HOME") or home / ".cache"]
    if sys.platform == "darwin":
        caches.append(home / "Library" / "Caches")
    if sys.platform == "win32":
        caches.append(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), *map(Path, caches)]  # noqa: S108
    there = [place.resolve() for place in places if place.is_dir()]
    return tuple(p for p in dict.fromkeys(there) if not any(p != other and p.is_relative_to(other) for other in there))


def search_files(places: Iterable[Path], needles: Sequence[Needle], *, since: float, seconds: float) -> Searched:
    """Search every regular file under the places that was written after `since` (seconds of time.time()).

    Links are not followed. It ends after the given seconds, finished or not.
    """
    until = time.monotonic() + seconds
    count = size = unread = 0
    hits: list[tuple[str, str]] = []
    finished = True
    closed: list[OSError] = []
    for path in _changed(places, since, closed.append):
        if time.monotonic() > until:
            finished = False
            break
        if not path:
            continue
        try:
            with Path(path).open("rb") as file:
                read, found = _look_through(file, needles)
        except OSError:
            unread += 1
            continue
        count, size = count + 1, size + read
        hits += [(what, path) for what in found]
    return Searched(count=count, size_bytes=size, unread=unread + len(closed), hits=tuple(hits), finished=finished)


def _changed(places: Iterable[Path], since: float, closed: Callable[[OSError], object]) -> Iterator[str]:
    """Files that were written lately; "" between folders, so that the caller can look at the clock.

    `closed` hears of folders that cannot be looked into.
    """
    for place in places:
        for folder, _, files in os.walk(place, onerror=closed):
            yield ""
            for name in files:
                path = f"{folder}{os.sep}{name}"
                try:
                    about = os.lstat(path)
                except OSError:
                    continue
                lately = max(about.st_mtime, about.st_ctime) >= since
                if lately and stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST_BYTES:
                    yield path


def _look_through(file: BinaryIO, needles: Sequence[Needle]) -> tuple[int, set[str]]:
    """How many bytes, and which needles; pieces overlap, so that none falls between two."""
    overlap = max(len(form) for needle in needles for form in needle.forms) - 1
    size, found, rest = 0, set[str](), b""
    while piece := file.read(PIECE_BYTES):
        size += len(piece)
        text = rest + piece
        found |= found_in(text, needles)
        rest = text[-overlap:] if overlap else b""
    return size, found


def found_in(data: bytes, needles: Sequence[Needle]) -> set[str]:
    """Which needles lie in the bytes, by name."""
    there = {start for start in {form[:PREFIX] for needle in needles for form in needle.forms} if start in data}
    return {needle.what for needle in needles if any(form[:PREFIX] in there and form in data for form in needle.forms)}


def may_look(pid: int) -> bool:
    """Whether the system lets us look into that program's memory."""
    try:
        with Path(f"/proc/{pid}/mem").open("rb"):
            return True
    except OSError:
        return False


def search_memory(pid: int, needles: Sequence[Needle]) -> Searched:
    """Search all memory of a program that it can write to. Raises OSError if we may not, or it is gone."""
    count = size = unread = 0
    hits: list[tuple[str, str]] = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end, name in _stretches(pid):
            try:
                read, found = _look_through_memory(memory, start, end, needles)
            except OSError:  # a device's, or gone meanwhile
                unread += 1
                continue
            count, size = count + 1, size + read
            hits += [(what, name) for what in found]
    return Searched(count=count, size_bytes=size, unread=unread, hits=tuple(hits), finished=True)


def _stretches(pid: int) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of what can be written to (proc(5), /proc/pid/maps)."""
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        place, rights, *rest = line.split(maxsplit=5)
        name = rest[3] if len(rest) > 3 else "memory"
        if rights.startswith("rw") and not name.startswith("/dev/"):
            start, _, end = place.partition("-")
            yield int(start, 16), int(end, 16), name if name.startswith("[") else "memory"


def _look_through_memory(memory: BinaryIO, start: int, end: int, needles: Sequence[Needle]) -> tuple[int, set[str]]:
    """How many bytes, and which needles. Memory that was never written to reads as zeros, and is passed over."""
    overlap = max(len(form) for needle in needles for form in needle.forms) - 1
    size, found, rest, at = 0, set[str](), b"", start
    while at < end:
        piece = os.pread(memory.fileno(), min(len(EMPTY), end - at), at)
        if not piece:
            break
        at, size = at + len(piece), size + len(piece)
        if EMPTY.startswith(piece):
            found |= found_in(rest + piece[:overlap], needles) if rest else set()
            rest = b""
        else:
            found |= found_in(rest + piece, needles)
            rest = (rest + piece)[-overlap:]
    return size, found
