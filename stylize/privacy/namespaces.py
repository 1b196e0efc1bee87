"""A view of the machine of this process's own: no network, no disk that can be written to, RAM that goes with it.

The kernel keeps a list of mounts and of network cards for each namespace. In ours there is no card; every file system
is read-only; and over /dev/shm lies fresh RAM, which the kernel frees when the last process in it ends, whatever ended
it. A listener that was bound before goes on answering in the network that it was bound in.

Sources: namespaces(7), user_namespaces(7), mount_namespaces(7), mount_setattr(2), tmpfs(5).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from stylize.privacy import kernel

RAM = Path("/dev/shm")  # noqa: S108 - where the private RAM is put
SOURCE = "stylize"
"""The name that the private RAM carries in the list of mounts."""

NVIDIA_DRIVER, NVIDIA_MEMORY = Path("/proc/driver/nvidia"), Path("/dev/nvidia-uvm")

NEW_MOUNTS, NEW_MESSAGES, NEW_USER, NEW_NETWORK = 0x20000, 0x08000000, 0x10000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 0x40000
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Isolation:
    """What was had. `why` says in one sentence what stood against the rest; "" if all was had."""

    network: bool = False
    ram: bool = False
    disk: bool = False
    why: str = ""


def isolate(ram_bytes: int) -> Isolation:
    """Move this process into namespaces of its own. Call it before any thread is started.

    It is rehearsed in a child first: a move that stops half-way could not be taken back. What the kernel refuses is told
    in the result; raises OSError only where there is no /proc.
    """
    if threading.active_count() > 1 or len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208 - only the number
        return Isolation(why="The program ran in several threads already when the wall was begun.")
    if not RAM.is_dir():
        return Isolation(why="This system has no /dev/shm to put private RAM in.")
    _wake_graphics()
    for flags in _ways():
        if _rehearse(flags, ram_bytes):
            return _move(flags, ram_bytes)
    return Isolation(why="This system does not let programs have namespaces of their own.")


def is_private() -> bool:
    """Whether /dev/shm is this process's own private RAM."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            before, _, after = line.partition(" - ")
            if before.split()[4] == str(RAM.resolve()) and after.split()[:2] == ["tmpfs", SOURCE]:
                return True
    return False


def _ways() -> list[int]:
    """Without a new user first, for root: in a user namespace other people's files could not be read."""
    flags = NEW_MOUNTS | NEW_MESSAGES | NEW_NETWORK
    return [flags, flags | NEW_USER] if os.geteuid() == 0 else [flags | NEW_USER]


def _rehearse(flags: int, ram_bytes: int) -> bool:
    child = os.fork()
    if child == 0:
        well = False
        try:
            well = _move(flags, ram_bytes).network
        finally:
            os._exit(0 if well else 1)
    return os.waitpid(child, 0)[1] == 0


def _move(flags: int, ram_bytes: int) -> Isolation:
    user, group = os.geteuid(), os.getegid()
    try:
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # else, after a change of user, its own maps are not its to write
        kernel.unshare(flags)
        if flags & NEW_USER:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        kernel.mount("none", "/", "", MS_REC | MS_PRIVATE)
    except OSError:
        return Isolation(why="The move into namespaces stopped half-way.")
    ram = _lay_ram(ram_bytes)
    disk = ram and _make_readonly()
    why = "" if ram else "The kernel gave no private RAM."
    return Isolation(network=True, ram=ram, disk=disk, why=why or ("" if disk else "The kernel is older than 5.12."))


def _lay_ram(ram_bytes: int) -> bool:
    """Fresh RAM over /dev/shm; without swap where root may ask for that (Linux 6.3)."""
    for swap in (",noswap", ""):
        with contextlib.suppress(OSError):
            options = f"mode=0700,size={ram_bytes}{swap}"
            kernel.mount(SOURCE, str(RAM.resolve()), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options)
            return True
    return False


def _make_readonly() -> bool:
    """Every file system, then the private RAM back again. Device files stay usable: they are no files on a disk."""
    try:
        _set_mount("/", recursive=True, readonly=True)
        _set_mount(str(RAM.resolve()), recursive=False, readonly=False)
    except OSError:
        with contextlib.suppress(OSError):
            _set_mount("/", recursive=True, readonly=False)
        return False
    return True


def _set_mount(path: str, *, recursive: bool, readonly: bool) -> None:
    """`struct mount_attr`: what to set, what to clear, sharing, user namespace."""
    change = (MOUNT_ATTR_RDONLY, 0) if readonly else (0, MOUNT_ATTR_RDONLY)
    wanted = struct.pack("QQQQ", *change, 0, 0)
    kernel.call("mount_setattr", AT_FDCWD, os.fsencode(path), AT_RECURSIVE if recursive else 0, wanted, len(wanted))


def _wake_graphics() -> None:
    """Have NVIDIA's device files made while that is still possible: otherwise the first use of the card makes them."""
    if not NVIDIA_DRIVER.is_dir() or NVIDIA_MEMORY.exists():
        return
    tool = shutil.which("nvidia-modprobe")
    if tool:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([tool, "-u", "-c", "0"], check=False, capture_output=True, timeout=10)  # noqa: S603
