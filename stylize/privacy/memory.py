"""What is in memory stays there no longer than it must, and reaches no disk from there."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stylize.privacy import kernel
from stylize.privacy.parts import Part

if TYPE_CHECKING:
    import numpy as np

if sys.platform != "win32":
    import resource

SWAPS = Path("/proc/swaps")


def wipe(buffer: bytearray | memoryview | np.ndarray[Any, Any]) -> None:
    """Overwrite every byte with zero, in place. Raises TypeError for what cannot be written to, or a view with gaps."""
    if not isinstance(buffer, bytearray | memoryview):  # an array of any layout
        if not buffer.flags.writeable:
            raise TypeError("a read-only array cannot be wiped")
        buffer.fill(0)
        return
    view = memoryview(buffer)
    if view.readonly or not view.contiguous:
        raise TypeError("a read-only buffer, or one with gaps, cannot be wiped")
    if view.nbytes:
        ctypes.memset((ctypes.c_char * view.nbytes).from_buffer(view), 0, view.nbytes)


def wipe_all(arrays: Iterable[np.ndarray[Any, Any] | None]) -> None:
    """Overwrite each that is there and may be written to; what may not belongs to an engine, and shows nobody."""
    for array in arrays:
        if array is not None and array.flags.writeable:
            wipe(array)


def one_heap() -> None:
    """One heap for all threads, where the C library would make one for each: what one thread has freed another can use
    again, and `give_back` returns it whole. To be called while there is one thread.
    """
    kernel.tune_heap(kernel.M_ARENA_MAX, 1)


def give_back() -> None:
    """Return freed memory to the system where that can be asked for; the kernel clears it before anyone else has it."""
    with contextlib.suppress(OSError):
        kernel.give_back_heap()


def no_dumps() -> Part:
    """No crash writes this process's memory to a disk, and no other program of the user may look into it.

    On Linux the process is made undumpable, which also closes /proc/<pid>/mem to others; elsewhere only the size of a
    core file is set to nothing. Children inherit the limit; a program that is started afresh can be looked into again.
    """
    if sys.platform == "win32":
        return Part("no-dumps", False, "Windows may keep a copy of the memory of a program that crashed.")
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
            if kernel.prctl(kernel.PR_GET_DUMPABLE) != 0:
                raise OSError(1, "still dumpable")
    except (OSError, ValueError):
        return Part("no-dumps", False, "The system does not let this program switch its crash dumps off.")
    return Part("no-dumps", True)


def no_swap() -> Part:
    """Whether the machine moves memory to a disk at all. Compressed memory (zram) is no disk."""
    if sys.platform != "linux":
        return Part("no-swap", False, "This system may move memory to its disk, which is encrypted on most machines.")
    try:
        places = [line.split()[0] for line in SWAPS.read_text().splitlines()[1:] if line.strip()]
    except OSError:
        return Part("no-swap", False, "The kernel does not say whether this machine moves memory to a disk.")
    if all(place.startswith("/dev/zram") for place in places):
        return Part("no-swap", True)
    return Part("no-swap", False, "This machine moves memory to a disk when it is short of it (swap).")
