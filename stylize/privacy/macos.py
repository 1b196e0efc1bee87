"""The wall on macOS: a sandbox profile that the kernel holds this process and its children to.

Not seen at work: it was written from the documentation of `sandbox-exec` and of its profiles, on a machine without
macOS. It therefore trusts nothing: after the profile is on, it is tried against the program's own listener, and if one
connection is made, or the answer is another than "not permitted", the wall counts as missing.

`sandbox_init` is deprecated, but is what Apple's own programs and browsers stand on. It does not reach services that
other processes offer over Mach messages; the two of them that are known to fetch addresses are refused by name.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Sequence

from stylize.errors import WallMissing

LIBRARY = "/usr/lib/libsandbox.1.dylib"
PROFILE = """(version 1)
(allow default)
(deny network-outbound)
(deny network-bind)
(deny mach-lookup (global-name "com.apple.nsurlsessiond") (global-name "com.apple.nsurlstorage-cache"))
"""
NOT_PERMITTED = (1, 13)


def lock(listeners: Sequence[socket.socket] = ()) -> None:
    """Put the profile on this process for good, and try it. Raises WallMissing."""
    try:
        library = ctypes.CDLL(LIBRARY)
        problem = ctypes.c_char_p()
        if library.sandbox_init(PROFILE.encode(), ctypes.c_uint64(0), ctypes.byref(problem)) != 0:
            raise WallMissing(why="macOS does not take the sandbox profile.")
    except (OSError, AttributeError):
        raise WallMissing(why="this macOS has no sandbox that programs can put on themselves.") from None
    for listener in listeners:
        _check_refused(listener)
    _check_no_bind()


def _check_refused(listener: socket.socket) -> None:
    with socket.socket(listener.family, socket.SOCK_STREAM) as caller:
        caller.settimeout(2)
        answer = caller.connect_ex(listener.getsockname())
    if answer not in NOT_PERMITTED:
        raise WallMissing(why="the sandbox of macOS still lets connections out.")


def _check_no_bind() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        try:
            door.bind(("127.0.0.1", 0))
        except PermissionError:
            return
    raise WallMissing(why="the sandbox of macOS still lets the program open a second door.")
