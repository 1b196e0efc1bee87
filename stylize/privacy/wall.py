"""The wall, in the order in which it is built: foundations before the first thread, the rest before the first photo."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from stylize.errors import WallMissing
from stylize.privacy import egress, landlock, macos, namespaces, workspace
from stylize.privacy.memory import no_dumps, no_swap
from stylize.privacy.namespaces import Isolation
from stylize.privacy.parts import Name, Part

__all__ = ["Foundations", "Part", "Wall", "foundations", "no_wall", "raise_wall"]

RAM_BYTES = 512 * 1024 * 1024
_ELSEWHERE = "Only Linux lets a program do this to itself."
_NO_WALL_HERE = "this system has no lock that a program can put on itself; Linux and macOS have."


@dataclass(frozen=True, slots=True)
class Foundations:
    """What `foundations` could and could not do, part by part."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """Level "kernel": the kernel keeps this process from reaching anybody. "none": only our own word does."""

    level: Literal["kernel", "none"]
    parts: tuple[Part, ...]


def foundations(*, ram_bytes: int = RAM_BYTES) -> Foundations:
    """Namespaces, read-only disk, private RAM, Landlock, no dumps: as much of it as this machine lets a program have.

    Call it when the listener is bound and before any thread, any large import and any photo. Afterwards this process
    and its children write nowhere but into RAM (/dev/shm), and have no network but the listener. Never raises.
    """
    if sys.platform != "linux":
        names: tuple[Name, ...] = ("network-namespace", "private-ram", "read-only-disk", "landlock")
        return Foundations((*(Part(name, False, _ELSEWHERE) for name in names), no_dumps(), no_swap()))
    isolation, landlocked = Isolation(why="This system does not tell programs about themselves (/proc)."), 0
    with contextlib.suppress(OSError):
        isolation = namespaces.isolate(ram_bytes)
    with contextlib.suppress(OSError):
        landlocked = landlock.close_ways_out([workspace.parent()])
    return Foundations((*_of_namespaces(isolation, landlocked), _of_landlock(landlocked), no_dumps(), no_swap()))


def raise_wall(built: Foundations, listeners: Sequence[socket.socket] = (), *, loopback_only: bool = True) -> Wall:
    """Close the last way out, for good, and try that it is closed. Raises WallMissing; then no photo may be taken.

    Call it when everything that opens sockets has done so (graphics cards are set up, models may be loaded later).
    """
    if sys.platform == "linux":
        egress.lock(listeners, loopback_only=loopback_only)
        return Wall("kernel", (Part("seccomp", True), *built.parts))
    elif sys.platform == "darwin":  # noqa: RET505 - so that the type checker reads one platform at a time
        macos.lock(listeners)
        return Wall("kernel", (Part("sandbox", True), *built.parts))
    else:
        raise WallMissing(why=_NO_WALL_HERE)


def no_wall(built: Foundations) -> Wall:
    """The user goes without: what stands of the foundations stays, and the page says what is missing."""
    name: Name = "sandbox" if sys.platform == "darwin" else "seccomp"
    return Wall("none", (Part(name, False, "The program was started with --without-wall."), *built.parts))


def _of_namespaces(isolation: Isolation, landlocked: int) -> tuple[Part, ...]:
    def part(name: Name, stands: bool) -> Part:
        return Part(name, stands, "" if stands else isolation.why)

    disk = isolation.disk or (landlocked > 0 and workspace.parent() == namespaces.RAM)
    why = "" if disk else isolation.why or "Temporary files are on a disk here."
    return (
        part("network-namespace", isolation.network),
        part("private-ram", isolation.ram),
        Part("read-only-disk", disk, why),
    )


def _of_landlock(landlocked: int) -> Part:
    if not landlocked:
        return Part("landlock", False, "This kernel has no Landlock, or it is switched off.")
    if landlocked < 4:
        return Part("landlock", False, "Landlock of this kernel guards files, not yet the network (Linux 6.7 does).")
    return Part("landlock", True)
