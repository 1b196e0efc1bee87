"""Looks for byte strings in the memory of another process (Linux: proc(5), /proc/<pid>/maps and /proc/<pid>/mem)."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

CHUNK_BYTES = 16 << 20
PASSED_OVER = ("[vvar", "[vsyscall]", "/dev/")


def find_in_memory(pid: int, needles: Iterable[bytes]) -> dict[bytes, int]:
    """How often each needle lies in the memory of process `pid`; needles that do not are left out.

    All that the process can read and could have written is searched: heap, stacks, anonymous and shared memory, the
    writable parts of mapped files. Unchanged code of libraries is not. Raises PermissionError where one may not look,
    FileNotFoundError or ProcessLookupError when it is gone.
    """
    wanted = list(dict.fromkeys(needles))
    assert all(wanted), "an empty needle is everywhere"
    overlap = max(map(len, wanted)) - 1
    counts: dict[bytes, int] = {}
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in regions(pid):
            tail = b""
            for piece in _pieces(memory.fileno(), start, end):
                data = tail + piece if piece else b""
                for needle in wanted:
                    new = data.count(needle) - tail.count(needle) if data else 0
                    if new:
                        counts[needle] = counts.get(needle, 0) + new
                tail = data[-overlap:] if overlap else b""
    return counts


def regions(pid: int) -> Iterator[tuple[int, int]]:
    """(start, end) of every region that is readable, and is not an unchanged part of a file."""
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        addresses, rights, _, _, inode, *rest = line.split(maxsplit=5)
        name = rest[0] if rest else ""
        shared_memory = name.startswith(("/dev/shm", "/memfd:", "/dev/zero"))
        of_a_file = inode != "0" and "w" not in rights and not shared_memory
        if "r" in rights and not of_a_file and (shared_memory or not name.startswith(PASSED_OVER)):
            start, _, end = addresses.partition("-")
            yield int(start, 16), int(end, 16)


def family(pid: int) -> list[int]:
    """The process and all that come of it, as far as they live and have not been adopted by another."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def _pieces(memory: int, start: int, end: int) -> Iterator[bytes]:
    """What can be read of a region; b"" stands for pages that cannot."""
    at = start
    while at < end:
        try:
            piece = os.pread(memory, min(CHUNK_BYTES, end - at), at)
        except OSError:
            piece = b""
        yield piece
        at += len(piece) or mmap.PAGESIZE
