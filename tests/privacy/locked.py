"""What the tests of the lock share: a listener, a caller, and a child that is locked."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from apart import apart

from stylize.privacy import egress


def listening(address: str = "127.0.0.1") -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((address, 0))
    listener.listen()
    return listener


def calling(listener: socket.socket) -> socket.socket:
    caller = socket.socket()
    caller.connect(listener.getsockname())
    return caller


def locked(work: Callable[[], Any], who: str) -> Any:
    def inside() -> Any:
        egress.lock()
        return work()

    return apart(inside, who)
