"""The witness: sees what Python code in this process tries, and counts it. It stops nothing; the kernel does that.

It sees no native code and no other process, and it never keeps an address, a port or a name. Source: Python's audit
hooks (PEP 578) and its table of audit events.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

Kind = Literal["socket", "connect", "datagram", "look-up", "listen"]

OWN = ("stylize", "ui")
UNKNOWN = "other"
INSTALLED = ("site-packages", "dist-packages")

_EVENTS: dict[str, Kind] = {
    "socket.__new__": "socket",
    "socket.connect": "connect",
    "socket.bind": "listen",
    "socket.sendto": "datagram",
    "socket.sendmsg": "datagram",
    "socket.getaddrinfo": "look-up",
    "socket.getnameinfo": "look-up",
    "socket.gethostbyname": "look-up",
    "socket.gethostbyaddr": "look-up",
}
_counts: Counter[tuple[Kind, str]] = Counter()
_access = threading.RLock()
_watching = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something tried `count` times to reach out. `library`: the installed package that did, or "other"."""

    kind: Kind
    library: str
    count: int


def watch() -> None:
    """Begin to count, once; a second call changes nothing. Call it when the program's own listener is open."""
    global _watching
    with _access:
        if not _watching:
            _watching = True
            sys.addaudithook(_see)


def attempts() -> tuple[Attempt, ...]:
    """What was tried so far, in order of kind and library."""
    with _access:
        return tuple(Attempt(kind, library, count) for (kind, library), count in sorted(_counts.items()))


def count() -> int:
    """How many attempts there were."""
    with _access:
        return _counts.total()


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    """Runs inside every audited action of the process: quick for all but a few, and never raises."""
    kind = _EVENTS.get(event)
    if kind is None:
        return
    try:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to see who acts
        if _reaches_out(event, arguments, frame):
            with _access:
                _counts[kind, _library(frame)] += 1
    except Exception:  # noqa: S110 - a witness must not disturb what it watches
        pass


def _reaches_out(event: str, arguments: tuple[Any, ...], frame: FrameType | None) -> bool:
    """Not a message on a line that stands, and not a Python object around a connection that came in."""
    if event == "socket.sendmsg":
        return arguments[1] is not None
    if event == "socket.__new__" and frame is not None and frame.f_code.co_name == "__init__":
        return frame.f_locals.get("fileno") is None
    return True


def _library(frame: FrameType | None) -> str:
    """The nearest caller outside Python's own library, if it is ours or was installed; nobody's own file is named."""
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in sys.stdlib_module_names:
            known = package in OWN or any(place in frame.f_code.co_filename for place in INSTALLED)
            return package if known else UNKNOWN
        frame = frame.f_back
    return UNKNOWN
