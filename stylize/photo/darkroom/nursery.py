"""The server's side of the zygote: starts it, hears whether it stands, hands it orders, and starts it again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from stylize.errors import DecoderStopped, WallMissing
from stylize.photo.darkroom.limits import Limits
from stylize.photo.darkroom.orders import BORN

READY_SECONDS = 60
"""How long a zygote may take to stand; it takes about half a second where nothing else runs."""
_ORDER_SECONDS = 10
_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    "MALLOC_ARENA_MAX": "1",
}
"""Read by the libraries when they are loaded. A process with threads cannot be forked safely."""


def command(limits: Limits, *words: str) -> list[str]:
    """The command line of a darkroom process; `-P`: no module is taken from the working folder."""
    return [sys.executable, "-P", "-m", "stylize.photo.darkroom", json.dumps(asdict(limits)), *words]


def environment() -> dict[str, str]:
    """The environment of a darkroom process: one thread, and this very package."""
    home = str(Path(__file__).parents[3])
    others = os.environ.get("PYTHONPATH")
    return {**os.environ, **_ONE_THREAD, "PYTHONPATH": f"{home}{os.pathsep}{others}" if others else home}


class Nursery:
    """One zygote, alive from `start` to `close` and replaced when it is found dead."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._stands = False
        self._closed = False

    def start(self) -> None:
        """Start a zygote, without waiting until it stands. Raises DecoderStopped where no process can be started."""
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        except OSError:
            raise DecoderStopped from None
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                    command(self._limits),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=environment(),
                    start_new_session=True,  # Ctrl+C is for the server, which ends its zygote itself
                )
            except OSError:
                ours.close()
                raise DecoderStopped from None
        self._control, self._stands = ours, False

    def wait(self) -> None:
        """Until the zygote stands. Raises WallMissing if it could not build its wall, DecoderStopped if it died."""
        with self._lock:
            self._wait()

    def order(self, order: bytes, descriptors: list[int]) -> None:
        """Have a decoder made. A dead zygote is replaced, once. Raises WallMissing or DecoderStopped."""
        with self._lock:
            if self._closed:
                raise DecoderStopped
            if self._hand_over(order, descriptors):
                return
            self._end()
            self.start()
            if not self._hand_over(order, descriptors):
                self._end()
                raise DecoderStopped

    def close(self) -> None:
        """End the zygote and its decoders."""
        with self._lock:
            self._closed = True
            self._end()

    def kill(self) -> None:
        """End a zygote that does not listen any more; its decoders die with it, and the next order brings a new one."""
        process = self._process
        if process is not None:
            process.kill()

    def _hand_over(self, order: bytes, descriptors: list[int]) -> bool:
        """Whether there is a decoder now. Raises WallMissing."""
        try:
            self._wait()
            assert self._control
            socket.send_fds(self._control, [order], descriptors)
            return self._control.recv(len(BORN)) == BORN
        except (OSError, DecoderStopped):
            return False

    def _wait(self) -> None:
        if self._stands:
            return
        if self._control is None:
            raise DecoderStopped
        self._control.settimeout(READY_SECONDS)
        said = b""
        try:
            while not said.endswith(b"\n") and (part := self._control.recv(4096)):
                said += part
        except OSError:
            raise DecoderStopped from None
        if not said.endswith(b"\n"):
            raise DecoderStopped
        refusal = json.loads(said)
        if refusal:
            raise WallMissing(**refusal["facts"]) if refusal["slug"] == WallMissing.slug else DecoderStopped()
        self._control.settimeout(_ORDER_SECONDS)
        self._stands = True

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        self._control, self._stands = None, False
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
            self._process.kill()
            self._process.wait()
            self._process = None
