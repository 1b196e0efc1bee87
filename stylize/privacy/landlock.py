"""Landlock, the kernel's second opinion: it looks at ports and files where the filter looks at calls.

A program can put it on itself without being asked who it is; threads and children that start afterwards inherit it.
Source: landlock(7) and the kernel's `userspace-api/landlock.rst`, for versions 1 to 7 of its interface.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from stylize.privacy import kernel

VERSION, PATH_BENEATH = 1, 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM, REFER, TRUNCATE = (
    1 << bit for bit in range(6, 15)
)
READING = EXECUTE | READ_FILE | READ_DIR
WRITING = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO | MAKE_SYM
WRITING |= MAKE_CHAR | MAKE_BLOCK
OF_A_FILE = WRITE_FILE | TRUNCATE
BIND_AND_CONNECT = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3

FOLDERS = ("/dev/shm",)  # noqa: S108 - named to be allowed, nothing is made there by name
"""Where files may be written: in RAM. Not to other terminals: they obey what is written on them."""

DEVICES = ("null", "zero", "full", "random", "urandom", "kfd")
"""Devices that keep nothing, and AMD's way to its graphics cards."""

GRAPHICS = ("nvidia*", "nvidia-caps/*", "dri/*", "accel/*", "dxg", "mali*")
"""Patterns for graphics cards. No disk, no memory, no tunnel, no keyboard is among them."""


def version() -> int:
    """Which version of Landlock the kernel has; 0 if none."""
    try:
        return kernel.call("landlock_create_ruleset", None, 0, VERSION)
    except OSError:
        return 0


def close_ways_out(folders: Iterable[Path] = ()) -> int:
    """Deny new TCP ports and connections, sockets and signals of others, and writing anywhere but into `folders`,
    RAM and graphics cards. Reading stays.

    For this thread and all that it starts. Returns the kernel's version of Landlock: from 1 on files are guarded, from
    4 on ports, from 6 on other programs. Raises OSError where there is none, or it cannot be put on.
    """
    found = version()
    if not found:
        raise OSError(38, "Landlock is missing")
    handled = WRITING | (REFER if found >= 2 else 0) | (TRUNCATE if found >= 3 else 0)
    with _ruleset(handled, found) as rules:
        for folder in (*map(Path, FOLDERS), *folders):
            _allow(rules, folder, handled & ~(MAKE_CHAR | MAKE_BLOCK))
        for device in devices():
            _allow(rules, device, handled & OF_A_FILE)
        _put_on(rules)
    return found


def close_everything() -> int:
    """Deny every file and every port to this thread. Returns the kernel's version of Landlock, 0 where it has none."""
    found = version()
    with contextlib.suppress(OSError):
        if found:
            handled = WRITING | READING | (REFER if found >= 2 else 0) | (TRUNCATE if found >= 3 else 0)
            with _ruleset(handled, found) as rules:
                _put_on(rules)
    return found


def devices() -> list[Path]:
    """The character devices that may be written to."""
    names = [Path("/dev") / name for name in DEVICES]
    names += [path for pattern in GRAPHICS for path in Path("/dev").glob(pattern)]
    return [path for path in names if _is_character_device(path)]


def _is_character_device(path: Path) -> bool:
    try:
        return stat.S_ISCHR(path.stat().st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def _ruleset(handled: int, found: int) -> Iterator[int]:
    """A new set of rules as an open file; the kernel wants the structure as long as its version knows it."""
    size = 24 if found >= 6 else 16 if found >= 4 else 8
    wanted = struct.pack("QQQ", handled, BIND_AND_CONNECT, ABSTRACT_SOCKETS_AND_SIGNALS)
    rules = kernel.call("landlock_create_ruleset", wanted[:size], size, 0)
    try:
        yield rules
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, access: int) -> None:
    """Exempt a folder and what is in it, or a device. What is not there needs no exemption."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        kernel.call("landlock_add_rule", rules, PATH_BENEATH, struct.pack("=Qi", access, place), 0)
    finally:
        os.close(place)


def _put_on(rules: int) -> None:
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.call("landlock_restrict_self", rules, 0)
