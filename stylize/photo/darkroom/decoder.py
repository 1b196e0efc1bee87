"""The server's side of one decoder: two pipes, and the power to end it.

`Forked` is born of the zygote; `Spawned` is an interpreter of its own, for systems where a process that has libraries
loaded should not be forked.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from typing import Protocol

from stylize.errors import DecoderStopped
from stylize.photo.darkroom.limits import Limits
from stylize.photo.darkroom.nursery import Nursery, command, environment
from stylize.photo.darkroom.orders import End, write_order

_PIPE_BYTES = 1 << 20


class Decoder(Protocol):
    """`source`: descriptor to write the photo to; `answer`: descriptor to read from. Whoever holds it closes both."""

    source: int
    answer: int

    def stop(self) -> None:
        """End it now. From any thread, at any time, also twice."""

    def give_up(self) -> None:
        """It was told to end and did not: end whatever stands behind it."""

    def ending(self) -> End:
        """Wait until it is gone. To be called once."""


class Forked:
    """The zygote is handed the decoder's ends of four pipes: photo, answer, epitaph, leash."""

    def __init__(self, boundary: str | None, nursery: Nursery) -> None:
        written = write_order(boundary)
        pipes = [os.pipe() for _ in range(4)]
        theirs = [
            reading if outwards else writing for (reading, writing), outwards in zip(pipes, _OUTWARDS, strict=True)
        ]
        ours = [writing if outwards else reading for (reading, writing), outwards in zip(pipes, _OUTWARDS, strict=True)]
        try:
            nursery.order(written, theirs)
        except BaseException:
            for descriptor in ours:
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self.source, self.answer, self._epitaph, self._leash = ours
        self._nursery = nursery
        self._held = True
        self._lock = threading.Lock()
        _widen(self.source)
        _widen(self.answer)

    def stop(self) -> None:
        with self._lock:
            if self._held:
                os.close(self._leash)
            self._held = False

    def give_up(self) -> None:
        self._nursery.kill()

    def ending(self) -> End:
        try:
            told = os.read(self._epitaph, 1)
        finally:
            os.close(self._epitaph)
            self.stop()
        return End(told) if told in [end.value for end in End] else End.UNKNOWN


_OUTWARDS = (True, False, False, True)


class Spawned:
    """A fresh interpreter for one photo."""

    def __init__(self, boundary: str | None, limits: Limits) -> None:
        written = write_order(boundary)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                command(limits, "--once"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env=environment(),
                start_new_session=True,
            )
        except OSError:
            raise DecoderStopped from None
        assert self._process.stdin
        assert self._process.stdout
        self.source = os.dup(self._process.stdin.fileno())
        self.answer = os.dup(self._process.stdout.fileno())
        self._process.stdin.close()
        self._process.stdout.close()
        with suppress(OSError):
            os.write(self.source, written)

    def stop(self) -> None:
        self._process.kill()

    def give_up(self) -> None:
        self._process.kill()

    def ending(self) -> End:
        code = self._process.wait()
        if code == 0:
            return End.ANSWERED
        return End.OVER_LIMIT if code == -getattr(signal, "SIGXCPU", 24) else End.CRASHED


def _widen(descriptor: int) -> None:
    """A wider pipe takes fewer turns; where the system grants none, the usual one does."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
